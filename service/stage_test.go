package service

import (
	"testing"
	"time"

	"kopeck/schema"
)

func TestStageOfFacts(t *testing.T) {
	settings, err := parseSettings(nil)
	if err != nil {
		t.Fatal(err)
	}
	day := func(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC) }
	ordered := func(days, last int) statistics { return statistics{orderDays: days, lastCompletedAt: day(last)} }
	for name, one := range map[string]struct {
		facts stageFacts
		want  schema.Stage
	}{
		"nothing known":                       {stageFacts{}, schema.Stranger},
		"a permission, once":                  {stageFacts{permittedAt: day(1)}, schema.Friend},
		"an order, whatever was permitted":    {stageFacts{permittedAt: day(1), statistics: ordered(1, 2), probabilityAlive: 1}, schema.Buyer},
		"two order days are not loyalty":      {stageFacts{statistics: ordered(2, 2), probabilityAlive: 1}, schema.Buyer},
		"three order days and 0.8":            {stageFacts{statistics: ordered(3, 9), probabilityAlive: 0.8}, schema.Loyal},
		"three order days and less":           {stageFacts{statistics: ordered(3, 9), probabilityAlive: 0.79}, schema.Buyer},
		"0.1 is not yet gone":                 {stageFacts{statistics: ordered(3, 9), probabilityAlive: 0.1}, schema.Buyer},
		"less than 0.1":                       {stageFacts{statistics: ordered(3, 9), probabilityAlive: 0.09}, schema.Former},
		"left after the last order":           {stageFacts{statistics: ordered(5, 9), probabilityAlive: 1, departedAt: day(10)}, schema.Former},
		"left, and ordered again":             {stageFacts{statistics: ordered(2, 11), probabilityAlive: 1, departedAt: day(10)}, schema.Buyer},
		"left without ever ordering":          {stageFacts{permittedAt: day(1), departedAt: day(2)}, schema.Former},
		"recorded as a customer":              {stageFacts{recorded: schema.Buyer, permittedAt: day(1)}, schema.Buyer},
		"recorded as loyal, orders known":     {stageFacts{recorded: schema.Loyal, statistics: ordered(1, 2), probabilityAlive: 1}, schema.Buyer},
		"overruled":                           {stageFacts{overruled: schema.Loyal, overruledAt: day(5), statistics: ordered(1, 4), probabilityAlive: 0}, schema.Loyal},
		"overruled, and a late order":         {stageFacts{overruled: schema.Former, overruledAt: day(5), statistics: ordered(2, 5), probabilityAlive: 1}, schema.Former},
		"overruled, and ordered after":        {stageFacts{overruled: schema.Former, overruledAt: day(5), statistics: ordered(2, 6), probabilityAlive: 1}, schema.Buyer},
		"overruled, and left after":           {stageFacts{overruled: schema.Loyal, overruledAt: day(5), statistics: ordered(2, 4), probabilityAlive: 1, departedAt: day(6)}, schema.Former},
		"made a stranger, and permitted":      {stageFacts{overruled: schema.Stranger, overruledAt: day(5), permittedAt: day(6), permittedLastAt: day(6)}, schema.Friend},
		"made a customer, and permitted":      {stageFacts{overruled: schema.Buyer, overruledAt: day(5), permittedAt: day(6), permittedLastAt: day(6)}, schema.Buyer},
		"made a stranger, permitted long ago": {stageFacts{overruled: schema.Stranger, overruledAt: day(5), permittedAt: day(1), permittedLastAt: day(1)}, schema.Stranger},
	} {
		if one.facts.recorded == "" {
			one.facts.recorded = schema.Stranger
		}
		if got, why := stageOf(one.facts, settings); got != one.want {
			t.Errorf("%s: %s (%s), want %s", name, got, why, one.want)
		}
	}
}
