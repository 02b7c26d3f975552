package rates_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/rates"
	"kopeck/store"
)

func TestCheckRate(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		exact := func(text string) *money.Exact { return (*money.Exact)(&text) }
		for name, c := range map[string]struct {
			change func(*service.SetRateInput)
			fails  string // the field; "" for none
			code   string // it is stored under
		}{
			"a material":        {func(*service.SetRateInput) {}, "", "oak"},
			"no code":           {func(in *service.SetRateInput) { in.Code = " " }, "code", ""},
			"no unit":           {func(in *service.SetRateInput) { in.Unit = "" }, "unit", ""},
			"not a number":      {func(in *service.SetRateInput) { in.Amount = "many" }, "amount", ""},
			"less than nothing": {func(in *service.SetRateInput) { in.Amount = "-1" }, "amount", ""},
			"an e-mail is folded": {func(in *service.SetRateInput) {
				in.Subject, in.Unit, in.Code = schema.RateStaff, "hour", "Anna@Example.com"
			}, "", "anna@example.com"},
			"a grade is not": {func(in *service.SetRateInput) { in.Subject, in.Unit, in.Code = schema.RateStaff, "hour", "Senior" }, "", "Senior"},
			"not a channel": {func(in *service.SetRateInput) {
				in.Subject, in.Unit, in.Code = schema.RateChannelFee, "contact", "PIGEON"
			}, "code", ""},
			"a fixed share of a material":  {func(in *service.SetRateInput) { in.FixedShare = exact("0.5") }, "fixedShare", ""},
			"a fixed share of more than 1": {func(in *service.SetRateInput) { in.Subject, in.FixedShare = schema.RateResource, exact("1.5") }, "fixedShare", ""},
			"a unit that is none of staff": {func(in *service.SetRateInput) { in.Subject, in.Code = schema.RateStaff, "anna@example.com" }, "unit", ""},
			"before 1900":                  {func(in *service.SetRateInput) { in.ValidFrom = time.Date(1899, 1, 1, 0, 0, 0, 0, time.UTC) }, "validFrom", ""},
		} {
			t.Run(name, func(t *testing.T) {
				in := service.SetRateInput{Subject: schema.RateMaterial, Code: "oak", Amount: "1", Unit: "kg", ValidFrom: apptest.Start}
				c.change(&in)
				r, err := w.Rates.CheckRate(w.System(), in)
				var fields []string
				for _, one := range fault.All(err) {
					fields = append(fields, strings.Join(one.Path, "."))
				}
				if c.fails != "" && !slices.Equal(fields, []string{c.fails}) || c.fails == "" && (err != nil || r.Code != c.code) {
					t.Errorf("%v; code %q", err, r.Code)
				}
			})
		}
		for role, may := range map[schema.Role]bool{schema.RoleAdmin: true, schema.RoleManager: true, schema.RoleSales: false, schema.RoleAnalyst: false} {
			_, err := w.Rates.CheckRate(w.As(role), service.SetRateInput{Subject: schema.RateMaterial, Code: "oak", Amount: "1", Unit: "kg", ValidFrom: apptest.Start})
			if fault.Is(err, fault.Forbidden) == may {
				t.Errorf("%s: %v", role, err)
			}
		}
	})
}

// TestSetRatesIsAllOrNothing: one row that does not fit keeps all from being set, and is named by its place.
func TestSetRatesIsAllOrNothing(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		row := func(code, unit string) *service.SetRateInput {
			return &service.SetRateInput{Subject: schema.RateMaterial, Code: code, Amount: "1", Unit: unit, ValidFrom: apptest.Start}
		}
		key := "k"
		in := service.SetRatesInput{Rates: []*service.SetRateInput{row("oak", "kg"), row("elm", "kg"), row("oak", "kg")}, IdempotencyKey: &key}
		_, err := w.Rates.SetRates(w.System(), in)
		if all := fault.All(err); len(all) != 1 || strings.Join(all[0].Path, ".") != "rates.2.validFrom" || all[0].Code != fault.AlreadyExists {
			t.Errorf("got %v, want ALREADY_EXISTS on rates.2.validFrom alone", err)
		}
		if n := w.Rows("SELECT count(*) FROM rates"); n[0] != "0" {
			t.Errorf("%s rates are set", n)
		}
		in.Rates = in.Rates[:2]
		first, err := w.Rates.SetRates(w.System(), in)
		w.Must(err)
		repeated, err := w.Rates.SetRates(w.System(), in)
		w.Must(err)
		if len(first) != 2 || first[0].Code != "oak" || first[1].Code != "elm" || len(repeated) != 2 || repeated[0].ID != first[0].ID || repeated[1].ID != first[1].ID {
			t.Errorf("%v, then %v", first, repeated)
		}
		id := first[0].ID
		taken := row("ash", "kg")
		taken.ID = &id
		if _, err := w.Rates.SetRate(w.System(), *taken); !fault.Is(err, fault.AlreadyExists) {
			t.Errorf("an id that is taken: %v", err)
		}
	})
}

// TestRatesForAnImport: what imports and exports of rates read.
func TestRatesForAnImport(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		later := apptest.Start.Add(time.Hour)
		w.Rate(schema.RateStaff, "anna@example.com", "3", "hour", apptest.Start)
		w.Rate(schema.RateMaterial, "oak", "2", "kg", later)
		w.Rate(schema.RateMaterial, "oak", "1", "kg", apptest.Start)
		recorded, err := rates.All(t.Context(), w.Store)
		w.Must(err)
		var all, ids []string
		for _, r := range recorded {
			all, ids = append(all, r.Subject+" "+r.Code+" "+r.Amount.String()), append(ids, r.ID)
		}
		if !slices.Equal(all, []string{"MATERIAL oak 1", "MATERIAL oak 2", "STAFF anna@example.com 3"}) {
			t.Errorf("all: %q", all)
		}
		w.Transaction(func(ctx context.Context, tx *store.Tx) error {
			found, err := rates.ByID(ctx, tx, ids[1:2])
			if len(found) != 1 || found[ids[1]].Amount != money.Whole(2) || !found[ids[1]].ValidFrom.Equal(later) {
				t.Errorf("by id: %v", found)
			}
			dated, err2 := rates.OfContacts(ctx, tx)
			if keys := dated.Keys(); len(keys) != 1 || keys[0].Code != "anna@example.com" {
				t.Errorf("of contacts: %v", keys)
			}
			if err == nil {
				err = err2
			}
			return err
		})
	})
}
