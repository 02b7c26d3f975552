package rates

import (
	"fmt"
	"slices"
	"testing"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/service"
)

func TestGapsOfOrdersAndProducts(t *testing.T) {
	t.Parallel()
	basis := workshop(t)
	gaps := rateGaps{}
	lamp := []lineToCost{{productID: "lamp", quantity: money.Whole(1), options: []costing.Chosen{{Code: "dimmer", Value: "1"}}}, {productID: "lamp", quantity: money.Whole(2)}}
	err := gaps.addOrders(basis, []orderToCost{
		{id: "a", at: day(9), lines: lamp}, {id: "b", at: day(7), lines: lamp[1:]}, {id: "c", at: day(8), lines: lamp}, {id: "d", at: day(3), lines: []lineToCost{{productID: "table", quantity: money.Whole(1)}}},
	}, knowledge{service.EndOfTime, day(10)})
	if err != nil {
		t.Fatal(err)
	}
	gaps.addProducts(basis, []*ent.Product{{ID: "set", Sku: "S", Active: true}, {ID: "lamp", Sku: "L", Active: true}, {ID: "table", Sku: "T", Active: true}, {ID: "none", Sku: "N", Active: true}, {ID: "lamp", Sku: "O"}}, day(10))
	gaps.addContacts([]contactGap{{costing.RateKey{Subject: costing.SubjectStaff, Code: "anna"}, 9, day(4), "x", "y"}})
	var got []string
	for _, g := range gaps.sorted() {
		got = append(got, fmt.Sprint(g.Subject, g.Code, g.Contacts, g.Orders, g.Products, g.Examples))
		if g.Code == "glass" && !g.Since.Equal(day(7)) {
			t.Errorf("glass is needed since %s", g.Since)
		}
	}
	want := []string{"STAFFanna9 0 0 [x y]", "MATERIALglass0 3 2 [a c lamp set]", "MATERIALwire0 2 1 [a c lamp]"}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

func TestGapsAreAtMostAThousand(t *testing.T) {
	t.Parallel()
	gaps := rateGaps{}
	for i := range maxGaps + 5 {
		gaps.of(costing.RateKey{Subject: costing.SubjectMaterial, Code: fmt.Sprintf("%04d", i)}).Products = 1
	}
	gaps.of(costing.RateKey{Subject: costing.SubjectMaterial, Code: "last"}).Products = 2
	all := gaps.sorted()
	if len(all) != maxGaps || all[0].Code != "last" || all[1].Code != "0000" {
		t.Errorf("%d gaps, first %s and %s", len(all), all[0].Code, all[1].Code)
	}
}
