package needs

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/ent"
	"kopeck/money"
	"kopeck/service"
)

// servingOf makes what products serve since ever.
func servingOf(t interface{ Fatal(...any) }, products map[string][]served) *serving {
	of := &serving{map[string]service.Dated{}, map[string][]served{}}
	for productID, all := range products {
		text, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		value := string(text)
		of.dated[productID] = service.NewDated([]*ent.DatedValue{{ID: productID, Value: &value, ValidFrom: time.Unix(0, 0), RecordedAt: time.Unix(0, 0)}})
	}
	return of
}

// TestSpentSums holds that of an order, whose lines all serve needs, what was paid is spent on them to the kopeck, and of one with other lines not
// more than its lines are worth.
func TestSpentSums(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		products := map[string][]served{}
		for n := range rapid.IntRange(1, 4).Draw(t, "products") {
			left := int64(1000000)
			all := []served{}
			for need := range rapid.IntRange(0, 3).Draw(t, "needs") {
				share := rapid.Int64Range(1, left/2).Draw(t, "share")
				left -= share
				all = append(all, served{fmt.Sprint("n", need), money.Nano(share * 1000)})
			}
			if len(all) > 0 {
				all = append(all, served{"rest", money.Nano(left * 1000)})
			}
			products[fmt.Sprint("p", n)] = all
		}
		o := &soldOrder{id: "o", customerID: "c", at: time.Unix(1e9, 0)}
		total, serves := int64(0), true
		for range rapid.IntRange(1, 5).Draw(t, "lines") {
			productID := fmt.Sprint("p", rapid.IntRange(0, len(products)-1).Draw(t, "product"))
			amount := rapid.Int64Range(0, 1e9).Draw(t, "amount")
			total += amount
			serves = serves && (len(products[productID]) > 0 || amount == 0)
			o.lines = append(o.lines, soldLine{productID, money.Minor(amount)})
		}
		refunded := rapid.Int64Range(0, total).Draw(t, "refunded")
		o.total, o.refunded = money.Minor(total), money.Minor(refunded)
		spent := spend{}
		if err := spent.add(o, servingOf(t, products)); err != nil {
			t.Fatal(err)
		}
		sum := int64(0)
		for _, b := range spent["c"] {
			if b.fromUs.Sign() < 0 {
				t.Fatalf("%v is spent on a need", b.fromUs)
			}
			sum += b.fromUs.Minor()
		}
		if sum > total-refunded || serves && sum != total-refunded {
			t.Fatalf("%d is spent of %d", sum, total-refunded)
		}
	})
}
