package books_test

import (
	"testing"

	"kopeck/attribution"
	"kopeck/auth"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
)

func TestFitAttribution(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for name, c := range map[string]struct {
			role  schema.Role
			model schema.AttributionModel
			order *int
			code  fault.Code
		}{
			"LINEAR is not fitted":   {schema.RoleAdmin, schema.AttributeLinear, nil, fault.Invalid},
			"an order of 3":          {schema.RoleAdmin, schema.AttributeMarkov, new(3), fault.Invalid},
			"an order of 0":          {schema.RoleAdmin, schema.AttributeMarkov, new(0), fault.Invalid},
			"SHAPLEY has order 1":    {schema.RoleAdmin, schema.AttributeShapley, new(2), fault.Invalid},
			"a seller may not":       {schema.RoleSales, schema.AttributeMarkov, nil, fault.Forbidden},
			"nobody was in contact":  {schema.RoleAdmin, schema.AttributeMarkov, nil, fault.WrongState},
			"nor for the other kind": {schema.RoleAdmin, schema.AttributeShapley, nil, fault.WrongState},
		} {
			t.Run(name, func(t *testing.T) {
				ctx := auth.With(w.Context(), auth.Actor{Name: "test", Role: c.role})
				_, err := w.Books.FitAttribution(ctx, service.FitAttributionInput{Model: c.model, Order: c.order})
				if all := fault.All(err); len(all) != 1 || all[0].Code != c.code {
					t.Errorf("%v, want %s", err, c.code)
				}
			})
		}
		t.Run("a night without journeys fits nothing", func(t *testing.T) {
			must(t, w.Books.RefitAttribution(w.Context()))
			if fits, err := w.Books.AttributionFits(w.system(), nil); err != nil || len(fits) != 0 {
				t.Errorf("%d fits, %v; want none", len(fits), err)
			}
		})
		t.Run("a fit counts for new orders, and old ones keep theirs", func(t *testing.T) {
			buyer := w.customer()
			call := w.spoke(buyer, contact{kind: schema.TargetCall, at: hoursAgo(50)})
			w.spoke(buyer, contact{kind: schema.Visit, at: hoursAgo(40)})
			w.change("attributionModel", `"MARKOV"`, 24*300)
			before := w.bought(buyer, hoursAgo(30), 100)
			prospect := w.customer()
			w.spoke(prospect, contact{kind: schema.TargetCall, at: hoursAgo(24 * 200)})
			must(t, w.Books.RefitAttribution(w.Context()))
			after := w.bought(buyer, hoursAgo(20), 100)
			fits, err := w.Books.AttributionFits(w.system(), new(schema.AttributeMarkov))
			must(t, err)
			if len(fits) != 1 || w.Books.NewestFit(attribution.Markov).ID != fits[0].ID {
				t.Fatalf("%d fits, the newest is %q", len(fits), w.Books.NewestFit(attribution.Markov).ID)
			}
			report, err := books.FitReport(fits[0])
			must(t, err)
			if report.Journeys != 2 || report.Converted != 1 || report.Order == nil || *report.Order != 1 || len(report.States) != 2 {
				t.Errorf("the report is %+v, want one of two journeys converted", report)
			}
			sold, err := books.SoldByIDs(w.Context(), w.Store, []string{before, after})
			must(t, err)
			if sold[0].ID == after {
				sold[0], sold[1] = sold[1], sold[0]
			}
			if sold[0].Fit != "" || sold[1].Fit != fits[0].ID {
				t.Errorf("the orders are credited by the fits %q and %q, want the prior and %q", sold[0].Fit, sold[1].Fit, fits[0].ID)
			}
			divisions, err := w.Books.Divide(w.Context(), w.Store, sold, books.Crediting{RecordedBy: service.EndOfTime})
			must(t, err)
			if got := divisions[0].Credits; len(got) != 2 || got[0].ContactID != call || got[0].Amount != money.Minor(50) {
				t.Errorf("by the prior the credits are %+v, want halves", got)
			}
			must(t, w.Books.RefitAttribution(w.Context()))
			if second, err := w.Books.AttributionFits(w.system(), nil); err != nil || len(second) != 2 {
				t.Errorf("%d fits, %v; want the two of this night, which are too young for others", len(second), err)
			}
		})
	})
}
