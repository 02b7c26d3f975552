package rates

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
)

func drawCoverage(t *rapid.T) coverage {
	from := rapid.IntRange(1, 20).Draw(t, "from")
	r := costing.Rate{ValidFrom: day(from), ID: fmt.Sprint(from)}
	return coverage{NewRate{Rate: r}, day(from + rapid.IntRange(1, 6).Draw(t, "days"))}
}

// TestSpansOf: the spans cover what the rates cover, and they are disjoint, in order, and as few as possible.
func TestSpansOf(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		covered := rapid.SliceOfN(rapid.Custom(drawCoverage), 0, 6).Draw(t, "covered")
		spans := spansOf(covered)
		for n := range 31 {
			of := slices.ContainsFunc(covered, func(c coverage) bool { return c.covers(day(n)) })
			in := slices.ContainsFunc(spans, func(s span) bool { return !day(n).Before(s.from) && day(n).Before(s.until) })
			if of != in {
				t.Fatalf("day %d: covered by a rate %t, in a span %t: %v", n, of, in, spans)
			}
		}
		for i := 1; i < len(spans); i++ {
			if !spans[i-1].until.Before(spans[i].from) {
				t.Fatalf("%v and %v could be one", spans[i-1], spans[i])
			}
		}
	})
}

// TestContactScopes: a contact is in a scope if and only if one of the rates that it may be costed by is among the new ones and
// covers its moment. No contact is in two scopes of a list.
func TestContactScopes(t *testing.T) {
	t.Parallel()
	junior, senior := "junior", "senior"
	staff := map[string]*Staff{"u1": {EmailKey: "anna", Grade: &junior}, "u2": {EmailKey: "boris", Grade: &junior}, "u3": {EmailKey: "clara", Grade: &senior}, "u4": {EmailKey: "dora"}}
	subjects := map[string][]string{
		costing.SubjectStaff:         {"anna", "boris", "clara", "dora", "junior", "senior"},
		costing.SubjectChannelFee:    {"PHONE", "EMAIL"},
		costing.SubjectChannelMinute: {"PHONE", "EMAIL"},
	}
	rapid.Check(t, func(t *rapid.T) {
		added := coverages{}
		for range rapid.IntRange(1, 5).Draw(t, "rates") {
			c := drawCoverage(t)
			c.Subject = rapid.SampledFrom(slices.Sorted(maps.Keys(subjects))).Draw(t, "subject")
			c.Code = rapid.SampledFrom(subjects[c.Subject]).Draw(t, "code")
			added[c.Key()] = append(added[c.Key()], c)
		}
		byChannel, byStaff := contactScopes(added, staff)
		for userID, user := range staff {
			for _, channel := range []schema.Channel{schema.ByPhone, schema.ByEmail} {
				for n := range 30 {
					in := ContactInput(user.CodesAt(day(n)), costing.InMinutes(money.Whole(1)), channel, money.Amount{}, nil)
					covered := len(added.covering(day(n), in.RateKeys()...)) > 0
					found := func(scopes []contactScope) int {
						found := 0
						for _, scope := range scopes {
							if scope.channel != string(channel) && !slices.Contains(scope.staff, userID) {
								continue
							}
							for _, s := range scope.spans {
								if !day(n).Before(s.from) && day(n).Before(s.until) {
									found++
								}
							}
						}
						return found
					}
					channels, people := found(byChannel), found(byStaff)
					if channels > 1 || people > 1 || covered != (channels+people > 0) {
						t.Fatalf("%s by %s on day %d: covered %t; in %d scopes of channels and %d of staff", user.EmailKey, channel, n, covered, channels, people)
					}
				}
			}
		}
	})
}

// TestConcerns: a new rate concerns the products that are made with its code, and a rate of an overhead all of them.
func TestConcerns(t *testing.T) {
	t.Parallel()
	c := func(subject, code string, from, until time.Time) coverage {
		return coverage{NewRate{Rate: costing.Rate{Subject: subject, Code: code, ID: code, ValidFrom: from}}, until}
	}
	added := coverages{}
	for _, one := range []coverage{
		c(costing.SubjectMaterial, "oak", day(1), day(5)), c(costing.SubjectMaterial, "glass", day(1), day(5)),
		c(costing.SubjectResource, "saw", day(2), day(9)), c(costing.SubjectOverhead, "office", day(20), day(30)),
	} {
		added[one.Key()] = append(added[one.Key()], one)
	}
	work := orderRestating{added: added, madeOf: map[string]map[string]bool{"table": {"oak": true, "saw": true}, "lamp": {"glass": true}, "rug": {}}}
	got := map[string]string{}
	for within, of := range work.concerns() {
		got[fmt.Sprint(within.from.Day(), "-", within.until.Day())] = fmt.Sprint(of.all, slices.Sorted(maps.Keys(of.products)))
	}
	want := map[string]string{"1-5": "false [lamp table]", "2-9": "false [table]", "20-30": "true []"}
	if !maps.Equal(got, want) {
		t.Errorf("%v; want %v", got, want)
	}
	for n, want := range map[int][]string{3: {"oak", "saw"}, 6: {"saw"}, 25: {"office"}, 15: nil} {
		o := orderToCost{at: day(n), lines: []lineToCost{{productID: "table"}}}
		if got := work.covering(o); !slices.Equal(got, want) {
			t.Errorf("an order of day %d is covered by %v; want %v", n, got, want)
		}
	}
}
