package check_test

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kopeck/apptest"
	"kopeck/ent/migrate"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/check"
	"kopeck/store"
)

// ofCustomers is how columns are called that name a row of a customer.
var ofCustomers = regexp.MustCompile(`^(order|offer|contact|permission|message|task|request)_id$`)

// TestReferences: every column by which a row of a customer names another row of a customer is among those that are verified.
func TestReferences(t *testing.T) {
	t.Parallel()
	hasCustomer := map[string]bool{}
	for _, table := range migrate.Tables {
		for _, column := range table.Columns {
			hasCustomer[table.Name] = hasCustomer[table.Name] || column.Name == "customer_id"
		}
	}
	listed := func(table, column string) bool {
		return slices.ContainsFunc(check.References, func(r check.Reference) bool { return r.Table == table && r.Column == column })
	}
	hasCustomer["contact_persons"] = false // they took part in another's contact
	hasCustomer["link_codes"] = false      // each has its message for the minutes in which it is accepted
	for _, table := range migrate.Tables {
		if !hasCustomer[table.Name] {
			continue
		}
		for _, column := range table.Columns {
			if ofCustomers.MatchString(column.Name) && !listed(table.Name, column.Name) {
				t.Errorf("%s.%s names a row of a customer: add it to References (service/check/unguarded_crossing.go)", table.Name, column.Name)
			}
		}
		for _, key := range table.ForeignKeys {
			if column := key.Columns[0].Name; hasCustomer[key.RefTable.Name] && !listed(table.Name, column) {
				t.Errorf("%s.%s refers to a row of %s: add it to References (service/check/unguarded_crossing.go)", table.Name, column, key.RefTable.Name)
			}
		}
	}
}

// TestWhatCrossesIsFound makes each row name what is of another customer, and mends it.
func TestWhatCrossesIsFound(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		long := apptest.Start.AddDate(-1, 0, 0)
		w.Rate(schema.RateMaterial, "cloth", "100", "m", long)
		cloth, one := "cloth", money.Whole(1)
		coat := w.Product(service.CreateProductInput{Sku: "COAT", ListPrice: apptest.Roubles("999.99"), Components: []*service.ComponentInput{{Material: &cloth, Quantity: "2"}}})
		rows := map[string][2]string{} // by table, of each of the two customers
		due := w.Now().AddDate(0, 0, 1)
		for n, name := range []string{"Anna", "Boris"} {
			c := w.Customer(name)
			price, err := w.Quote.Price(w.System(), c, coat, one, nil, nil, nil)
			w.Must(err)
			token, err := w.Quote.PriceToken(price)
			w.Must(err)
			permission, _, err := w.Consent.GrantPermission(w.System(), service.GrantPermissionInput{CustomerID: c.ID, Channel: schema.ByPhone, Purpose: schema.Marketing, Level: schema.Personal, Source: "a call", Wording: "Call me."})
			w.Must(err)
			offer, err := w.Sale.CreateOffer(w.System(), service.CreateOfferInput{CustomerID: c.ID, Kind: new(schema.OfferIndividual), PriceTokens: []string{token}, ExpiresAt: due})
			w.Must(err)
			order, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: c.ID, PriceTokens: []string{token}})
			w.Must(err)
			contact, err := w.Contacts.RecordContact(w.System(), service.RecordContactInput{CustomerID: c.ID, Kind: schema.InfoCall, Direction: schema.Outbound, Channel: schema.ByPhone})
			w.Must(err)
			task, _, err := w.Tasks.CreateTask(w.As(schema.RoleAdmin), service.CreateTaskInput{CustomerID: c.ID, Title: "Call back", DueAt: &due})
			w.Must(err)
			expected, err := w.Expected.RecordExpectedPrice(w.System(), service.RecordExpectedPriceInput{CustomerID: c.ID, ProductID: coat, Unit: apptest.Roubles("900")})
			w.Must(err)
			message := w.IDs.Make("msg")
			w.Insert("messages", map[string]any{
				"id": message, "version": 1, "created_at": w.Now(), "updated_at": w.Now(), "customer_id": c.ID, "channel": "EMAIL", "purpose": "MARKETING", "recipient": "a@example.com", "subject": "News", "text": "Good day",
				"header_id": message, "state": "STOPPED", "due_at": w.Now(), "tries": 0, "created_by": "system",
			})
			need, question, fact, asked := w.IDs.Make("ned"), w.IDs.Make("qst"), w.IDs.Make("nft"), w.IDs.Make("asq")
			w.Insert("needs", map[string]any{"id": need, "version": 1, "created_at": w.Now(), "updated_at": w.Now(), "code": "rods-" + strconv.Itoa(n), "name": "Rods", "retired": false})
			w.Insert("questions", map[string]any{"id": question, "version": 1, "created_at": w.Now(), "updated_at": w.Now(), "code": "rods-" + strconv.Itoa(n), "texts": "{}", "kind": "SUPPLIER", "pause_days": 90, "retired": false, "need_id": need})
			w.Insert("need_facts", map[string]any{"id": fact, "kind": "SUPPLIER", "basis": "STATED", "source": "call", "at": w.Now(), "recorded_at": w.Now(), "recorded_by": "system", "customer_id": c.ID, "need_id": need})
			w.Insert("asked_questions", map[string]any{"id": asked, "outcome": "ANSWERED", "at": w.Now(), "recorded_at": w.Now(), "recorded_by": "system", "customer_id": c.ID, "question_id": question})
			for table, id := range map[string]string{
				"need_facts": fact, "asked_questions": asked,
				"permissions": permission.ID, "offers": offer.ID, "orders": order.ID, "contacts": contact.ID, "tasks": task.ID, "expected_prices": expected.ID, "messages": message,
			} {
				both := rows[table]
				both[n] = id
				rows[table] = both
			}
		}
		write := func(query string, args ...any) {
			w.Transaction(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, query, args...)
				return err
			})
		}
		laws := func() (found []string) {
			all, err := w.Check.Laws(w.System())
			w.Must(err)
			for _, f := range all {
				found = append(found, f.Subject+": "+f.Wrong)
			}
			return found
		}
		if found := laws(); len(found) > 0 {
			t.Fatalf("before anything crosses: %v", found)
		}
		for _, r := range check.References {
			write("UPDATE "+r.Table+" SET "+r.Column+" = ? WHERE id = ?", rows[r.To][1], rows[r.Table][0])
		}
		found := strings.Join(laws(), "\n")
		for _, r := range check.References {
			if want := rows[r.Table][0] + ": " + r.Table + "." + r.Column + " names what is of another customer"; !strings.Contains(found, want) {
				t.Errorf("not found: %q among\n%s", want, found)
			}
			write("UPDATE "+r.Table+" SET "+r.Column+" = NULL WHERE id = ?", rows[r.Table][0])
		}
		if found := laws(); len(found) > 0 {
			t.Errorf("after all was mended: %v", found)
		}
	})
}
