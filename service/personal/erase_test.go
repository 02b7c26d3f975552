package personal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/schema/field"

	"kopeck/apptest"
	"kopeck/ent/migrate"
	"kopeck/ent/permission"
	"kopeck/fault"
	"kopeck/mail"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/outbox"
	"kopeck/store"
)

// marker is in every text of the customer who is erased.
const marker = "Quizzical"

func of[T any](value T) *T { return &value }

// marked makes a customer with the marker in all that people write of a customer, and another who was merged into them.
func marked(w *apptest.World) string {
	w.T.Helper()
	w.Outbox.Mail, w.Outbox.From = &mail.Mailbox{}, "shop@example.com"
	text := func(n int) *string { return of(fmt.Sprintf("%s %d", marker, n)) }
	twin, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: *text(0), ExternalID: text(1), Email: of(marker + ".twin@example.com"), Source: text(2)})
	w.Must(err)
	c, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{
		Name: *text(3), ExternalID: text(4), Email: of(marker + "@example.com"), Phone: of("+79001234567"), Source: text(5), TaxExempt: text(6), IdempotencyKey: of("a key"),
	})
	w.Must(err)
	_, _, err = w.Points.AddAddress(w.System(), service.AddAddressInput{CustomerID: c.ID, Kind: of(schema.AddressHome), Street: text(7), City: text(8)})
	w.Must(err)
	_, err = w.Points.AddTags(w.System(), service.TagsInput{CustomerID: c.ID, Tags: []string{*text(9)}})
	w.Must(err)
	_, _, err = w.Consent.GrantPermission(w.System(), service.GrantPermissionInput{
		CustomerID: c.ID, Channel: schema.ByEmail, Purpose: schema.Marketing, Level: schema.BrandTrust, Source: *text(10), Wording: *text(11), WordingVersion: text(12), Address: text(13),
	})
	w.Must(err)
	_, err = w.Contacts.RecordContact(w.System(), service.RecordContactInput{
		CustomerID: c.ID, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, Notes: text(14), Subject: text(15),
	})
	w.Must(err)
	_, _, err = w.Tasks.CreateTask(w.As(schema.RoleManager), service.CreateTaskInput{CustomerID: c.ID, Title: *text(17), Why: text(18), DueAt: of(w.Clock.Now().Add(time.Hour))})
	w.Must(err)
	w.Transaction(func(ctx context.Context, tx *store.Tx) error {
		locked, err := w.LockCustomer(ctx, tx, "id", c.ID)
		if err == nil {
			_, err = w.Outbox.Queue(ctx, tx, locked, outbox.Draft{Purpose: schema.Marketing, Subject: *text(19), Text: *text(20), HTML: *text(21)})
		}
		return err
	})
	link, err := w.OwnPage.CreateCustomerLink(w.System(), service.CreateCustomerLinkInput{CustomerID: c.ID})
	w.Must(err)
	_, err = w.OwnPage.RevokeCustomerLink(w.System(), service.RevokeCustomerLinkInput{ID: link.ID, Reason: *text(22)})
	w.Must(err)
	_, err = w.Personal.RecordPersonalDataRequest(w.System(), service.RecordPersonalDataRequestInput{CustomerID: c.ID, Kind: schema.RequestErase, Source: *text(23), Text: text(24)})
	w.Must(err)
	_, err = w.Customers.RecordDeparture(w.System(), service.RecordDepartureInput{ID: c.ID, Reason: *text(25)})
	w.Must(err)
	_, err = w.Merging.MergeCustomers(w.System(), service.MergeCustomersInput{KeepID: c.ID, MergeID: twin.ID, Reason: text(26)})
	w.Must(err)
	return c.ID
}

// places returns where the marker is: the tables and columns of texts and JSON.
func places(w *apptest.World) (all []string) {
	w.T.Helper()
	for _, table := range migrate.Tables {
		for _, c := range table.Columns {
			if c.Type != field.TypeString && c.Type != field.TypeJSON && c.Type != field.TypeEnum {
				continue
			}
			query := fmt.Sprintf(`SELECT '%s.%s: ' || CAST("%s" AS text) FROM %s WHERE LOWER(CAST("%s" AS text)) LIKE ?`, table.Name, c.Name, c.Name, table.Name, c.Name)
			all = append(all, w.Rows(query, "%"+strings.ToLower(marker)+"%")...)
		}
	}
	return all
}

// Whatever people have written of a customer is in no column of any table once they are erased, also of who was merged into them; the laws hold,
// the consent log is still a chain, and what waited to be sent is stopped.
func TestErase(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		customer := marked(w)
		if before := places(w); len(before) < 25 {
			t.Errorf("the marker is in %d places: %v", len(before), before)
		}
		in := service.ErasePersonalDataInput{CustomerID: customer, Reason: "they asked", IdempotencyKey: of("erase")}
		if _, err := w.Personal.ErasePersonalData(w.System(), in); !fault.Is(err, fault.WrongState) {
			t.Errorf("while the merge can be undone: %v", err)
		}
		w.Clock.Advance(31 * 24 * time.Hour)
		for _, role := range []schema.Role{schema.RoleSales, schema.RoleAnalyst, schema.RolePartner} {
			if _, err := w.Personal.ErasePersonalData(w.Actor(role), in); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", role, err)
			}
		}
		request, err := w.Personal.ErasePersonalData(w.As(schema.RoleManager), in)
		w.Must(err)
		if request.State != schema.RequestDone || request.Report == nil || !strings.Contains(*request.Report, "contacts: 1") {
			t.Errorf("the report: %v", request)
		}
		for _, place := range places(w) {
			t.Errorf("left: %s", place)
		}
		if phones := w.Rows("SELECT id FROM customers WHERE phone IS NOT NULL"); len(phones) > 0 {
			t.Errorf("with a phone: %v", phones)
		}
		if n := w.Client.Permission.Query().Where(permission.StateNEQ(schema.PermissionRevoked)).CountX(w.System()); n != 0 {
			t.Errorf("%d permissions are in force", n)
		}
		broken, _, err := w.Check.Verify(w.System())
		w.Must(err)
		for _, one := range broken {
			t.Errorf("check: %v", one)
		}
		if again, err := w.Personal.ErasePersonalData(w.As(schema.RoleManager), in); err != nil || again.ID != request.ID {
			t.Errorf("the same request again: %v", err)
		}
		in.IdempotencyKey = nil
		if _, err := w.Personal.ErasePersonalData(w.System(), in); !fault.Is(err, fault.WrongState) {
			t.Errorf("erased once more: %v", err)
		}
	})
}
