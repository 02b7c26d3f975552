package costing_test

import (
	"math/big"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
)

func TestLineTax(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		total int64
		share string
		mode  costing.TaxMode
		tax   int64
		net   int64
		gross int64
	}{
		"20 % included":                 {120_00, "0.2", costing.TaxIncluded, 20_00, 100_00, 120_00},
		"22 % included":                 {120_00, "0.22", costing.TaxIncluded, 21_64, 98_36, 120_00},
		"10 % included":                 {110_00, "0.1", costing.TaxIncluded, 10_00, 100_00, 110_00},
		"20 % on top":                   {100_00, "0.2", costing.TaxOnTop, 20_00, 100_00, 120_00},
		"22 % on top":                   {100_01, "0.22", costing.TaxOnTop, 22_00, 100_01, 122_01},
		"half a kopeck, to even, down":  {25, "0.1", costing.TaxOnTop, 2, 25, 27},
		"half a kopeck, to even, up":    {35, "0.1", costing.TaxOnTop, 4, 35, 39},
		"all of it":                     {100_00, "1", costing.TaxIncluded, 50_00, 50_00, 100_00},
		"without tax":                   {100_00, "0", costing.TaxIncluded, 0, 100_00, 100_00},
		"of nothing":                    {0, "0.2", costing.TaxIncluded, 0, 0, 0},
		"of a price below nothing":      {-120_00, "0.2", costing.TaxIncluded, -20_00, -100_00, -120_00},
		"of a price below nothing, top": {-100_00, "0.2", costing.TaxOnTop, -20_00, -100_00, -120_00},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			total := money.Minor(c.total)
			tax, err := costing.LineTax(total, money.MustDecimal(c.share), c.mode)
			if err != nil || tax.Minor() != c.tax {
				t.Errorf("tax %d, %v; want %d", tax.Minor(), err, c.tax)
			}
			if net, err := c.mode.Net(total, tax); err != nil || net.Minor() != c.net {
				t.Errorf("net %d, %v; want %d", net.Minor(), err, c.net)
			}
			if gross, err := c.mode.Gross(total, tax); err != nil || gross.Minor() != c.gross {
				t.Errorf("gross %d, %v; want %d", gross.Minor(), err, c.gross)
			}
		})
	}
}

func TestTaxRate(t *testing.T) {
	t.Parallel()
	for share, field := range map[string]string{"0": "", "0.2": "", "1": "", "-0.05": "amount", "1.2": "amount"} {
		t.Run(share, func(t *testing.T) {
			t.Parallel()
			err := costing.CheckRate(costing.Rate{Subject: costing.SubjectTax, Code: "VAT", Unit: "share", Amount: money.MustDecimal(share)})
			if wrong := fieldOf(err); wrong != field {
				t.Errorf("%v; want an error of the field %q", err, field)
			}
		})
	}
}

func fieldOf(err error) string {
	if f, ok := err.(*costing.FieldError); ok {
		return f.Field
	}
	return ""
}

// TestPriceFromNet: a price with the tax of an amount has that amount without tax, to half a kopeck; the least is never below it.
func TestPriceFromNet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := money.Minor(rapid.Int64Range(0, 1_000_000_00).Draw(t, "amount"))
		share := money.Nano(rapid.Int64Range(0, 1_000_000).Draw(t, "share") * 1000)
		exact := new(big.Rat).Mul(amount.Rat(), new(big.Rat).Add(big.NewRat(1, 1), share.Rat()))
		price, err := costing.TaxIncluded.FromNet(amount, share)
		if err != nil || new(big.Rat).Abs(new(big.Rat).Sub(price.Rat(), exact)).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("%d: %v", price.Minor(), err)
		}
		least, err := costing.TaxIncluded.LeastFromNet(amount, share)
		if under := new(big.Rat).Sub(least.Rat(), exact); err != nil || under.Sign() < 0 || under.Cmp(big.NewRat(1, 1)) >= 0 {
			t.Fatalf("at least %d: %v", least.Minor(), err)
		}
		if same, err := costing.TaxOnTop.FromNet(amount, share); err != nil || same != amount {
			t.Fatalf("on top %d: %v", same.Minor(), err)
		}
		if back, err := costing.TaxIncluded.WithoutTax(price, share); err != nil || new(big.Rat).Abs(new(big.Rat).Sub(back.Rat(), amount.Rat())).Cmp(big.NewRat(1, 1)) > 0 {
			t.Fatalf("back %d of %d: %v", back.Minor(), amount.Minor(), err)
		}
	})
}

// TestTaxesAreDated: in Russia 20 % until the end of 2025 and 22 % from 2026-01-01, by what was known; a product has a code from a moment on.
func TestTaxesAreDated(t *testing.T) {
	t.Parallel()
	moscow := time.FixedZone("Moscow", 3*3600)
	on := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, moscow)
	}
	rate := func(id, share string, from, recorded time.Time) costing.Rate {
		return costing.Rate{ID: id, Subject: costing.SubjectTax, Code: "VAT", Unit: "share", Amount: money.MustDecimal(share), ValidFrom: from, RecordedAt: recorded}
	}
	rates := costing.NewRates([]costing.Rate{rate("1", "0.2", on(2019, 1, 1), on(2019, 1, 1)), rate("2", "0.22", on(2026, 1, 1), on(2025, 11, 28))})
	exempt := func(customerID string, at, _ time.Time) bool {
		return customerID == "embassy" && !at.Before(on(2025, 6, 1))
	}
	taxes := costing.NewTaxes(costing.TaxIncluded, []costing.TaxCode{
		{ID: "1", ProductID: "window", Code: "VAT", ValidFrom: on(2020, 1, 1), RecordedAt: on(2020, 1, 1)},
		{ID: "2", ProductID: "window", ValidFrom: on(2027, 1, 1), RecordedAt: on(2026, 1, 1)},
		{ID: "3", ProductID: "book", Code: "BOOKS", ValidFrom: on(2020, 1, 1), RecordedAt: on(2020, 1, 1)},
		{ID: "4", ProductID: "free", ValidFrom: on(2020, 1, 1), RecordedAt: on(2020, 1, 1)},
		{ID: "5", ProductID: "mistake", Code: "VAT", ValidFrom: on(2025, 1, 1), RecordedAt: on(2025, 1, 1)},
		{ID: "6", ProductID: "mistake", ValidFrom: on(2025, 1, 1), RecordedAt: on(2026, 1, 1)},
	}, exempt)
	for name, c := range map[string]struct {
		product, customer string
		at, known         time.Time
		want              string
		missing           bool
	}{
		"at the end of 2025":        {"window", "anna", on(2026, 1, 1).Add(-time.Microsecond), on(2026, 2, 1), "0.2", false},
		"from 2026 on":              {"window", "anna", on(2026, 1, 1), on(2026, 2, 1), "0.22", false},
		"before it was known":       {"window", "anna", on(2026, 1, 1), on(2025, 11, 1), "0.2", false},
		"before the code":           {"window", "anna", on(2019, 12, 31), on(2026, 2, 1), "0", false},
		"after the code":            {"window", "anna", on(2027, 1, 1), on(2027, 1, 1), "0", false},
		"exempt":                    {"window", "embassy", on(2026, 1, 1), on(2026, 2, 1), "0", false},
		"not exempt yet":            {"window", "embassy", on(2025, 5, 31), on(2026, 2, 1), "0.2", false},
		"a code without a rate":     {"book", "anna", on(2026, 1, 1), on(2026, 2, 1), "0", true},
		"a product without a code":  {"free", "anna", on(2026, 1, 1), on(2026, 2, 1), "0", false},
		"a product without terms":   {"none", "anna", on(2026, 1, 1), on(2026, 2, 1), "0", false},
		"before the rate of a code": {"window", "anna", on(2020, 1, 1), on(2018, 1, 1), "0", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := taxes.ShareOf(rates, c.product, c.customer, c.at, c.known)
			if got.Applied().String() != c.want || got.Missing != c.missing {
				t.Errorf("%+v; want %s, missing %t", got, c.want, c.missing)
			}
		})
	}
	for name, c := range map[string]struct {
		product   string
		at, known time.Time
		want      bool
	}{
		"before the code":             {"window", on(2019, 12, 31), on(2026, 2, 1), false},
		"before it was known":         {"window", on(2026, 1, 1), on(2019, 12, 31), false},
		"a code":                      {"window", on(2020, 1, 1), on(2026, 2, 1), true},
		"after the code has ended":    {"window", on(2027, 1, 1), on(2026, 2, 1), true},
		"none was ever stated but no": {"free", on(2026, 1, 1), on(2026, 2, 1), false},
		"a code that was corrected":   {"mistake", on(2026, 1, 1), on(2026, 2, 1), false},
		"before it was corrected":     {"mistake", on(2026, 1, 1), on(2025, 2, 1), true},
	} {
		t.Run("taxed: "+name, func(t *testing.T) {
			t.Parallel()
			if got := taxes.Taxed(c.product, c.at, c.known); got != c.want {
				t.Errorf("%t; want %t", got, c.want)
			}
		})
	}
	if next, some := taxes.NextCode("window", on(2019, 1, 1)); !some || !next.Equal(on(2020, 1, 1)) {
		t.Errorf("the next code is of %s, %t", next, some)
	}
	if next, some := taxes.NextCode("window", on(2020, 1, 1)); some {
		t.Errorf("after the code there is another, of %s", next)
	}
	if next, some := taxes.NextCode("mistake", on(2019, 1, 1)); some {
		t.Errorf("a code that was corrected holds from %s", next)
	}
	if none := (*costing.Taxes)(nil); none.Any() || none.Taxed("window", on(2026, 1, 1), on(2026, 1, 1)) || none.ShareOf(rates, "window", "anna", on(2026, 1, 1), on(2026, 1, 1)) != (costing.TaxShare{}) {
		t.Error("no taxes are none")
	}
	if !slices.Equal(taxes.Products(), []string{"book", "mistake", "window"}) || !slices.Equal(taxes.Codes("window"), []string{"VAT"}) {
		t.Error("the products with tax are not those with codes")
	}
}

// TestRefundTaxes: whatever is given back, the taxes of refunds sum to those of the lines, each is the share of what was given back, and all
// given back is the whole tax.
func TestRefundTaxes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var lines []costing.TaxedLine
		var left []int64
		var tax, total int64
		for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
			one := rapid.Int64Range(1, 10_000).Draw(t, "total")
			of, err := costing.LineTax(money.Minor(one), money.MustDecimal(rapid.SampledFrom([]string{"0", "0.1", "0.2", "0.22"}).Draw(t, "share")), costing.TaxIncluded)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, costing.TaxedLine{ID: string(rune('a' + i)), Total: money.Minor(one), Tax: of})
			left, tax, total = append(left, one), tax+of.Minor(), total+one
		}
		var refunds []costing.GivenBack
		var byAmount, given int64
		for range rapid.IntRange(0, 6).Draw(t, "refunds") {
			n := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
			if most := left[n]; rapid.Bool().Draw(t, "named") && most > 0 && total-given >= most && byAmount == 0 {
				amount := rapid.Int64Range(1, most).Draw(t, "amount")
				left[n], given = left[n]-amount, given+amount
				refunds = append(refunds, costing.GivenBack{Amount: money.Minor(amount), Lines: []costing.GivenLine{{LineID: lines[n].ID, Amount: money.Minor(amount)}}})
			} else if total > given {
				amount := rapid.Int64Range(1, total-given).Draw(t, "amount")
				byAmount, given = byAmount+amount, given+amount
				refunds = append(refunds, costing.GivenBack{Amount: money.Minor(amount)})
			}
		}
		got, err := costing.DivideRefundTaxes(lines, refunds)
		if err != nil {
			t.Fatal(err)
		}
		var ofRefunds, ofLines int64
		for i := range refunds {
			ofRefunds += got.Refunds[i].Minor()
			var parts int64
			for _, part := range got.Parts[i] {
				parts += part.Minor()
			}
			if len(refunds[i].Lines) > 0 && parts != got.Refunds[i].Minor() {
				t.Fatalf("the parts of a refund sum to %d, not %d", parts, got.Refunds[i].Minor())
			}
		}
		for n, of := range got.ByLine {
			ofLines += of.Minor()
			if of.Sign() < 0 || of.Compare(lines[n].Tax) > 0 {
				t.Fatalf("of a line with a tax of %d, %d is given back", lines[n].Tax.Minor(), of.Minor())
			}
		}
		if ofRefunds != got.Sum.Minor() || ofLines != got.Sum.Minor() {
			t.Fatalf("refunds %d, lines %d, sum %d", ofRefunds, ofLines, got.Sum.Minor())
		}
		if given == total && got.Sum.Minor() != tax {
			t.Fatalf("all is given back with a tax of %d of %d", got.Sum.Minor(), tax)
		}
	})
}

func TestMarginIsWithoutTax(t *testing.T) {
	t.Parallel()
	sold := costing.Sale{Total: money.Minor(120_00), Tax: money.Minor(20_00), Refunded: money.Minor(60_00), RefundedTax: money.Minor(10_00)}
	for mode, want := range map[costing.TaxMode]int64{costing.TaxIncluded: 120_00 - 20_00 - 60_00 + 10_00 - 30_00, costing.TaxOnTop: 120_00 - 60_00 - 30_00} {
		if got, err := costing.OrderMargin(false, sold, mode, money.Minor(30_00)); err != nil || got.Minor() != want {
			t.Errorf("%d: %d, %v; want %d", mode, got.Minor(), err, want)
		}
	}
}
