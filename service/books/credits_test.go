package books_test

import (
	"context"
	"testing"
	"time"

	"kopeck/attribution"
	"kopeck/auth"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/books"
	"kopeck/store"
)

// TestCreditsUnderEveryModel: what orders and contacts say of credits, as the books have them and under every model, agrees and sums to
// the margins; asking changes nothing.
func TestCreditsUnderEveryModel(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		friend, buyer := w.customer(), w.customer()
		w.spoke(friend, contact{kind: schema.Recommendation, at: hoursAgo(24 * 150), about: buyer})
		w.spoke(buyer, contact{kind: schema.TargetCall, at: hoursAgo(24 * 120)})
		w.spoke(buyer, contact{kind: schema.Visit, at: hoursAgo(24 * 40)})
		w.bought(buyer, hoursAgo(24*100), 1001)
		w.bought(buyer, hoursAgo(24*30), -7)
		w.bought(friend, hoursAgo(24*30), 500)
		orders, err := w.Client.Order.Query().All(w.system())
		must(t, err)
		contacts, err := w.Client.Contact.Query().All(w.system())
		must(t, err)
		for name, model := range map[string]*schema.AttributionModel{
			"the books": nil, "FIRST": new(schema.AttributeFirst), "LAST": new(schema.AttributeLast), "LINEAR": new(schema.AttributeLinear), "TIME_DECAY": new(schema.AttributeTimeDecay),
			"POSITION": new(schema.AttributePosition), "MARKOV": new(schema.AttributeMarkov), "SHAPLEY": new(schema.AttributeShapley),
		} {
			t.Run(name, func(t *testing.T) {
				ofOrders, err := w.Books.OrderCredits(w.system(), orders, model)
				must(t, err)
				ofContacts, err := w.Books.ContactCredits(w.system(), contacts, model)
				must(t, err)
				earned := map[string]map[string]money.Amount{} // by order and contact
				for _, o := range orders {
					earned[o.ID] = map[string]money.Amount{}
					var sum money.Amount
					for _, c := range ofOrders[o.ID] {
						sum, err = sum.Plus(c.Amount)
						must(t, err)
						earned[o.ID][c.ContactID] = c.Amount
					}
					if sum != o.Margin {
						t.Errorf("the credits of %s sum to %v, want its margin %v", o.ID, sum, o.Margin)
					}
					if o.CustomerID == friend && (len(ofOrders[o.ID]) != 1 || ofOrders[o.ID][0].ContactID != "") {
						t.Errorf("the order of somebody without a contact in the window has %+v, want a credit of nobody", ofOrders[o.ID])
					}
				}
				for contact, credits := range ofContacts {
					var last time.Time
					for _, c := range credits {
						if amount, there := earned[c.OrderID][contact]; !there || amount != c.Amount {
							t.Errorf("%s earned %v of %s, of which the order says %v", contact, c.Amount, c.OrderID, amount)
						}
						delete(earned[c.OrderID], contact)
						completed := completedAt(orders, c.OrderID)
						if completed.Before(last) {
							t.Errorf("the credits of %s are not by the completion of their orders", contact)
						}
						last = completed
					}
				}
				for id, rest := range earned {
					delete(rest, "")
					if len(rest) > 0 {
						t.Errorf("of %s contacts earned %v, of which they say nothing", id, rest)
					}
				}
			})
		}
		check, err := w.Books.CheckLedger(w.system(), nil, nil)
		must(t, err)
		if !check.Balanced || check.Orders != 3 || check.Margin != money.Minor(1494) || check.Unattributed != money.Minor(500) {
			t.Errorf("the ledger check says %+v", check)
		}
	})
}

func completedAt(orders []*ent.Order, id string) time.Time {
	for _, o := range orders {
		if o.ID == id {
			return *o.CompletedAt
		}
	}
	return time.Time{}
}

// TestCreditsOfOrdersThatTheCallerSees: a role that sees its own customers alone is shown what they earned, not what others did.
func TestCreditsOfOrdersThatTheCallerSees(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		mine, other := w.customer(), w.customer()
		recommendation := w.spoke(mine, contact{kind: schema.Recommendation, at: hoursAgo(24 * 10), about: other})
		w.bought(mine, hoursAgo(24), 100)
		w.bought(other, hoursAgo(24), 200)
		seller, owner := w.id("usr"), w.id("usr")
		w.write(func(ctx context.Context, tx *store.Tx) error {
			for _, id := range []string{seller, owner} {
				if err := tx.User.Create().SetID(id).SetCreatedAt(today).SetUpdatedAt(today).SetEmail(id).SetEmailKey(id).SetName(id).SetRole(schema.RoleSales).Exec(ctx); err != nil {
					return err
				}
			}
			if err := tx.Customer.UpdateOneID(mine).SetOwnerID(seller).Exec(ctx); err != nil {
				return err
			}
			return tx.Customer.UpdateOneID(other).SetOwnerID(owner).Exec(ctx)
		})
		rows, err := w.Client.Contact.Query().All(w.system())
		must(t, err)
		sales := auth.With(w.Context(), auth.Actor{UserID: seller, Role: schema.RoleSales})
		for _, model := range []*schema.AttributionModel{nil, new(schema.AttributeLast)} {
			all, err := w.Books.ContactCredits(w.system(), rows, model)
			must(t, err)
			seen, err := w.Books.ContactCredits(sales, rows, model)
			must(t, err)
			if len(all[recommendation]) != 2 || len(seen[recommendation]) != 1 || seen[recommendation][0].Amount != money.Minor(100) {
				t.Errorf("the contact earned of %d orders, and the seller is shown %d; want 2, and the one of the own customer", len(all[recommendation]), len(seen[recommendation]))
			}
		}
	})
}

// TestModelOfTheFirstTimeStays: an order keeps the model by which it was credited first.
func TestModelOfTheFirstTimeStays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		buyer := w.customer()
		first := w.spoke(buyer, contact{kind: schema.TargetCall, at: hoursAgo(50)})
		last := w.spoke(buyer, contact{kind: schema.Visit, at: hoursAgo(40)})
		w.change("attributionModel", `"FIRST"`, 11)
		before := w.bought(buyer, hoursAgo(10), 100)
		w.change("attributionModel", `"LAST"`, 9)
		after := w.bought(buyer, hoursAgo(9), 1000)
		w.change("attributionModel", `"LINEAR"`, 20) // learned late
		w.write(func(ctx context.Context, tx *store.Tx) error {
			return w.Books.Settle(ctx, tx, buyer, books.Occasion{Reason: "test"}, before, after)
		})
		sold, err := books.SoldByIDs(w.Context(), w.Store, []string{before, after})
		must(t, err)
		divisions, err := w.Books.Divide(w.Context(), w.Store, sold, books.Crediting{RecordedBy: today})
		must(t, err)
		earned, err := books.Earned(divisions)
		must(t, err)
		if earned[first] != money.Minor(100) || earned[last] != money.Minor(1000) {
			t.Errorf("earned %v, want 100 for the first contact and 1000 for the last", earned)
		}
		for _, d := range divisions {
			if want := map[string]attribution.Model{before: attribution.First, after: attribution.Last}[d.Order.ID]; d.Order.Model != want {
				t.Errorf("%s is credited by %s, want %s", d.Order.ID, d.Order.Model, want)
			}
		}
	})
}
