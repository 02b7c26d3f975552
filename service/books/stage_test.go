package books

import (
	"testing"
	"time"

	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/value"
)

func TestStageOfFacts(t *testing.T) {
	settings, err := service.ParseSettings(nil)
	if err != nil {
		t.Fatal(err)
	}
	day := func(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC) }
	ordered := func(days, last int) value.Statistics {
		return value.Statistics{OrderDays: days, LastCompletedAt: day(last)}
	}
	for name, one := range map[string]struct {
		facts StageFacts
		want  schema.Stage
	}{
		"nothing known":                       {StageFacts{}, schema.Stranger},
		"a permission, once":                  {StageFacts{permittedAt: day(1)}, schema.Friend},
		"an order, whatever was permitted":    {StageFacts{permittedAt: day(1), Statistics: ordered(1, 2), ProbabilityAlive: 1}, schema.Buyer},
		"two order days are not loyalty":      {StageFacts{Statistics: ordered(2, 2), ProbabilityAlive: 1}, schema.Buyer},
		"three order days and 0.8":            {StageFacts{Statistics: ordered(3, 9), ProbabilityAlive: 0.8}, schema.Loyal},
		"three order days and less":           {StageFacts{Statistics: ordered(3, 9), ProbabilityAlive: 0.79}, schema.Buyer},
		"0.1 is not yet gone":                 {StageFacts{Statistics: ordered(3, 9), ProbabilityAlive: 0.1}, schema.Buyer},
		"less than 0.1":                       {StageFacts{Statistics: ordered(3, 9), ProbabilityAlive: 0.09}, schema.Former},
		"left after the last order":           {StageFacts{Statistics: ordered(5, 9), ProbabilityAlive: 1, departedAt: day(10)}, schema.Former},
		"left, and ordered again":             {StageFacts{Statistics: ordered(2, 11), ProbabilityAlive: 1, departedAt: day(10)}, schema.Buyer},
		"left without ever ordering":          {StageFacts{permittedAt: day(1), departedAt: day(2)}, schema.Former},
		"recorded as a customer":              {StageFacts{Recorded: schema.Buyer, permittedAt: day(1)}, schema.Buyer},
		"recorded as loyal, orders known":     {StageFacts{Recorded: schema.Loyal, Statistics: ordered(1, 2), ProbabilityAlive: 1}, schema.Buyer},
		"overruled":                           {StageFacts{overruled: schema.Loyal, overruledAt: day(5), Statistics: ordered(1, 4), ProbabilityAlive: 0}, schema.Loyal},
		"overruled, and a late order":         {StageFacts{overruled: schema.Former, overruledAt: day(5), Statistics: ordered(2, 5), ProbabilityAlive: 1}, schema.Former},
		"overruled, and ordered after":        {StageFacts{overruled: schema.Former, overruledAt: day(5), Statistics: ordered(2, 6), ProbabilityAlive: 1}, schema.Buyer},
		"overruled, and left after":           {StageFacts{overruled: schema.Loyal, overruledAt: day(5), Statistics: ordered(2, 4), ProbabilityAlive: 1, departedAt: day(6)}, schema.Former},
		"made a stranger, and permitted":      {StageFacts{overruled: schema.Stranger, overruledAt: day(5), permittedAt: day(6), permittedLastAt: day(6)}, schema.Friend},
		"made a customer, and permitted":      {StageFacts{overruled: schema.Buyer, overruledAt: day(5), permittedAt: day(6), permittedLastAt: day(6)}, schema.Buyer},
		"made a stranger, permitted long ago": {StageFacts{overruled: schema.Stranger, overruledAt: day(5), permittedAt: day(1), permittedLastAt: day(1)}, schema.Stranger},
	} {
		if one.facts.Recorded == "" {
			one.facts.Recorded = schema.Stranger
		}
		if got, why := StageOf(one.facts, settings); got != one.want {
			t.Errorf("%s: %s (%s), want %s", name, got, why, one.want)
		}
	}
}
