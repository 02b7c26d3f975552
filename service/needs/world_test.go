package needs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// home is a world in which customers hang curtains, on rods, and have both cleaned.
type home struct {
	*apptest.World

	curtains, rods, cleaning *ent.Need
	curtain, rod, set        string // products; a set is of both
	anna                     string
}

func each(t *testing.T, test func(t *testing.T, h *home)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := &home{World: w}
		h.curtains, h.rods, h.cleaning = h.need("curtains"), h.need("rods"), h.need("cleaning")
		h.curtain, h.rod, h.set = h.product("CURTAIN"), h.product("ROD"), h.product("SET")
		h.serves(h.curtain, h.curtains, "1")
		h.serves(h.rod, h.rods, "1")
		h.serves(h.set, h.curtains, "0.7", h.rods, "0.3")
		h.anna = h.CustomerID()
		test(t, h)
	})
}

func (h *home) need(code string) *ent.Need {
	h.T.Helper()
	made, err := h.Needs.CreateNeed(h.System(), service.CreateNeedInput{Code: code, Name: code})
	h.Must(err)
	return made
}

func (h *home) product(sku string) string {
	h.T.Helper()
	return h.Product(service.CreateProductInput{Sku: sku, ListPrice: apptest.Roubles("1000")})
}

// serves says which needs a product serves: each is followed by its share.
func (h *home) serves(product string, needs ...any) {
	h.T.Helper()
	in := service.SetProductNeedsInput{ProductID: product, Needs: []*service.NeedShareInput{}}
	for i := 0; i < len(needs); i += 2 {
		in.Needs = append(in.Needs, &service.NeedShareInput{NeedID: needs[i].(*ent.Need).ID, Share: money.Exact(needs[i+1].(string))})
	}
	_, err := h.Needs.SetProductNeeds(h.System(), in)
	h.Must(err)
}

// line is a line of an order that was sold.
type line struct {
	product string
	total   int64 // kopecks
}

// sold writes a completed order past the verbs, with what was given back and the margin.
func (h *home) sold(customer string, at time.Time, refunded, margin int64, lines ...line) {
	h.T.Helper()
	h.Transaction(func(ctx context.Context, tx *store.Tx) error {
		orderID, total := h.IDs.Make(id.Order), int64(0)
		for _, one := range lines {
			total += one.total
		}
		err := tx.Order.Create().SetID(orderID).SetCreatedAt(at).SetUpdatedAt(at).SetCustomerID(customer).SetStatus(schema.OrderCompleted).SetAt(at).SetDay(1).SetCompletedAt(at).
			SetTotal(money.Minor(total)).SetRefunded(money.Minor(refunded)).SetMargin(money.Minor(margin)).Exec(ctx)
		if err != nil {
			return err
		}
		for n, one := range lines {
			err := tx.OrderLine.Create().SetID(h.IDs.Make(id.OrderLine)).SetOrderID(orderID).SetPosition(n).SetProductID(one.product).SetTotal(money.Minor(one.total)).
				SetPriceLines(json.RawMessage("[]")).SetOptions(json.RawMessage("[]")).SetLeadDays(0).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// knows records a fact: a supplier, or a wallet in roubles.
func (h *home) knows(customer string, need *ent.Need, supplier, wallet string, change func(*service.RecordNeedFactInput)) *ent.NeedFact {
	h.T.Helper()
	in := service.RecordNeedFactInput{CustomerID: customer, NeedID: need.ID, Kind: schema.FactSupplier, Source: ptr("a directory")}
	if wallet != "" {
		in.Kind, in.Wallet = schema.FactWallet, apptest.Roubles(wallet)
	} else if supplier != "" {
		in.Supplier = &supplier
	}
	if change != nil {
		change(&in)
	}
	made, err := h.Needs.RecordNeedFact(h.System(), in)
	h.Must(err)
	return made
}

// needsOf shows what a customer buys, need by need.
func (h *home) needsOf(customer string, at *time.Time) string {
	h.T.Helper()
	found, err := h.Needs.Customers(h.System(), []string{customer}, at)
	h.Must(err)
	var all []string
	for _, one := range found[customer] {
		text := fmt.Sprintf("%s %s", one.Need.Code, h.Currency.Format(one.FromUs))
		if one.LastOrderAt != nil {
			text += " on " + one.LastOrderAt.UTC().Format(time.DateOnly)
		}
		switch {
		case one.Supplier == nil:
		case one.Supplier.Supplier == nil:
			text += ", nobody else"
		default:
			text += ", " + *one.Supplier.Supplier
		}
		if one.Wallet != nil {
			text += " of " + h.Currency.Format(*one.Wallet.Wallet)
		}
		if one.ShareOfWallet != nil {
			text += " is " + one.ShareOfWallet.String()
		}
		for _, unknown := range one.Unknown {
			text += " ?" + string(unknown)
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

// faults shows the codes and fields of an error.
func faults(err error) string {
	var all []string
	for _, one := range fault.All(err) {
		all = append(all, fmt.Sprintf("%s %s", one.Code, strings.Join(one.Path, ".")))
	}
	if err != nil && all == nil {
		return err.Error()
	}
	return strings.Join(all, ", ")
}

func check(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%s, want\n%s", what, got, want)
	}
}

func ptr[T any](v T) *T { return &v }
