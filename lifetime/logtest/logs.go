package logtest

import (
	"bufio"
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
)

// Log is a real log: what each customer spent on each order day, days counted from 1970.
type Log map[string]map[int]float64

// Day returns the calendar day that a text says, from 1970 on.
func Day(t testing.TB, layout, s string) int {
	t.Helper()
	at, err := time.Parse(layout, s)
	if err != nil {
		t.Fatal(err)
	}
	return int(at.Unix() / 86400)
}

// Read reads one of the logs; the customer's column is its key, amounts are absent from the grocery's.
func Read(t testing.TB, name string) Log {
	t.Helper()
	file, customer, date, amount, layout := "data/CDNOW_sample.txt", 1, 2, 4, "20060102"
	switch name {
	case "cdnow_master":
		file, customer, date, amount = "data/CDNOW_master.txt", 0, 1, 3
	case "grocery":
		file, customer, date, amount, layout = "data/btydplus_groceryElog.csv", 0, 1, -1, "2006-01-02"
	}
	log := Log{}
	lines := bufio.NewScanner(bytes.NewReader(Shared(t, file)))
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
		log[f[customer]][Day(t, layout, f[date])] += spent
	}
	return log
}

// Calibrated is a log up to a day, and what came after it.
type Calibrated struct {
	Tally   lifetime.Tally
	Margins []lifetime.MarginRow
	HoldOut map[lifetime.Stats]map[int]int // by purchases in the hold-out period: customers
}

// Calibrate divides the log at the end of a day; what comes after another is left out.
func (l Log) Calibrate(t testing.TB, end, holdEnd string) *Calibrated {
	t.Helper()
	cut, last := Day(t, "2006-01-02", end), Day(t, "2006-01-02", holdEnd)
	c := &Calibrated{HoldOut: map[lifetime.Stats]map[int]int{}}
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
				if err := c.Tally.AddGaps(d-before, 1); err != nil {
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
		if err := c.Tally.Add(s, 1); err != nil {
			t.Fatal(err)
		}
		if x > 0 {
			c.Margins = append(c.Margins, lifetime.MarginRow{X: x, Mean: spent / float64(x), N: 1})
		}
		if c.HoldOut[s] == nil {
			c.HoldOut[s] = map[int]int{}
		}
		c.HoldOut[s][after]++
	}
	return c
}

// Rows returns what came of the customers after the calibration.
func (c *Calibrated) Rows(u lifetime.Unit) []backtest.HoldOut {
	var rows []backtest.HoldOut
	for s, counts := range c.HoldOut {
		x, tx, T := s.In(u)
		for purchases, n := range counts {
			rows = append(rows, backtest.HoldOut{Row: lifetime.Row{X: x, TX: tx, T: T, N: n}, Purchases: purchases})
		}
	}
	return rows
}

// Seeded returns a source of randomness that is always the same.
func Seeded() lifetime.Source { return rand.NewPCG(1, 2) }

// MarginRows returns what models of the margin are fitted to.
func MarginRows(histories []lifetime.History) (rows []lifetime.MarginRow, spread lifetime.MarginSpread) {
	for _, h := range histories {
		spread.Add(h)
		sum := 0.0
		for _, d := range h[1:] {
			sum += d.Margin
		}
		if x := len(h) - 1; x > 0 {
			rows = append(rows, lifetime.MarginRow{X: x, Mean: sum / float64(x), N: 1})
		} else {
			rows = append(rows, lifetime.MarginRow{N: 1})
		}
	}
	return rows, spread
}
