package lifetime_test

import (
	"bufio"
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kopeck/lifetime"
)

// orderLog is a real log: what each customer spent on each order day, days counted from 1970.
type orderLog map[string]map[int]float64

func day(t testing.TB, layout, s string) int {
	t.Helper()
	at, err := time.Parse(layout, s)
	if err != nil {
		t.Fatal(err)
	}
	return int(at.Unix() / 86400)
}

// readLog reads one of the logs; the customer's column is its key, amounts are absent from the grocery's.
func readLog(t testing.TB, name string) orderLog {
	t.Helper()
	file, customer, date, amount, layout := "data/CDNOW_sample.txt", 1, 2, 4, "20060102"
	switch name {
	case "cdnow_master":
		file, customer, date, amount = "data/CDNOW_master.txt", 0, 1, 3
	case "grocery":
		file, customer, date, amount, layout = "data/btydplus_groceryElog.csv", 0, 1, -1, "2006-01-02"
	}
	log := orderLog{}
	lines := bufio.NewScanner(bytes.NewReader(shared(t, file)))
	for lines.Scan() {
		f := strings.FieldsFunc(lines.Text(), func(r rune) bool { return r == ' ' || r == ',' || r == '\t' })
		if len(f) <= date || f[customer] == "customer_id" || f[customer] == "cust" {
			continue
		}
		spent := 0.0
		if amount >= 0 {
			v, err := strconv.ParseFloat(f[amount], 64)
			if err != nil {
				t.Fatalf("%s: %q: %v", file, lines.Text(), err)
			}
			spent = v
		}
		if log[f[customer]] == nil {
			log[f[customer]] = map[int]float64{}
		}
		log[f[customer]][day(t, layout, f[date])] += spent
	}
	return log
}

// calibrated is a log up to a day, and what came after it.
type calibrated struct {
	tally   lifetime.Tally
	margins []lifetime.MarginRow
	holdOut map[lifetime.Stats]map[int]int // by purchases in the hold-out period: customers
}

func (l orderLog) calibrate(t testing.TB, end, holdEnd string) *calibrated {
	t.Helper()
	cut, last := day(t, "2006-01-02", end), day(t, "2006-01-02", holdEnd)
	c := &calibrated{holdOut: map[lifetime.Stats]map[int]int{}}
	for _, days := range l {
		first, latest, x, after, spent := 1<<30, 0, -1, 0, 0.0
		for d := range days {
			switch {
			case d <= cut:
				first, latest, x = min(first, d), max(latest, d), x+1
			case d <= last:
				after++
			}
		}
		if x < 0 {
			continue
		}
		before := first
		for _, d := range slices.Sorted(maps.Keys(days)) {
			if d > first && d <= cut {
				if err := c.tally.AddGaps(d-before, 1); err != nil {
					t.Fatal(err)
				}
				before = d
			}
		}
		for d, amount := range days {
			if d > first && d <= cut {
				spent += amount
			}
		}
		s := lifetime.Stats{Frequency: x, RecencyDays: latest - first, AgeDays: cut - first}
		if err := c.tally.Add(s, 1); err != nil {
			t.Fatal(err)
		}
		if x > 0 {
			c.margins = append(c.margins, lifetime.MarginRow{X: x, Mean: spent / float64(x), N: 1})
		}
		if c.holdOut[s] == nil {
			c.holdOut[s] = map[int]int{}
		}
		c.holdOut[s][after]++
	}
	return c
}

func (c *calibrated) rows(u lifetime.Unit) []lifetime.HoldOut {
	var rows []lifetime.HoldOut
	for s, counts := range c.holdOut {
		x, tx, T := s.In(u)
		for purchases, n := range counts {
			rows = append(rows, lifetime.HoldOut{Row: lifetime.Row{X: x, TX: tx, T: T, N: n}, Purchases: purchases})
		}
	}
	return rows
}
