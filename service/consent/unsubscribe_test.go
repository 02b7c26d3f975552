package consent_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/permissionevent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/outbox"
	"kopeck/store"
)

// subscribed makes a customer who permits marketing by e-mail, with a message that is to leave by it, and returns the token of its link.
func subscribed(w *apptest.World) (*ent.Customer, *ent.Permission, *ent.Message, string) {
	w.T.Helper()
	w.Set("company", `{"name":"Erker","address":"Kazan","contact":"shop","jurisdiction":"RU","url":"https://erker.example/"}`)
	email := "anna@example.com"
	c, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Anna", Email: &email})
	w.Must(err)
	p := permit(w, c)
	var m *ent.Message
	w.Must(w.Store.Write(w.System(), func(ctx context.Context, tx *store.Tx) error {
		locked, err := w.LockCustomer(ctx, tx, "id", c.ID)
		if err != nil {
			return err
		}
		m, err = w.Outbox.Queue(ctx, tx, locked, outbox.Draft{Purpose: schema.Marketing, Subject: "News", Text: "News"})
		return err
	}))
	link, err := w.Consent.UnsubscribeLink(w.System(), m)
	w.Must(err)
	at, err := url.Parse(link)
	w.Must(err)
	if !strings.HasPrefix(link, "https://erker.example/unsubscribe?token=") {
		w.T.Errorf("the link is %s", link)
	}
	return c, p, m, at.Query().Get("token")
}

func permit(w *apptest.World, c *ent.Customer) *ent.Permission {
	w.T.Helper()
	p, _, err := w.Consent.GrantPermission(w.System(), service.GrantPermissionInput{
		CustomerID: c.ID, Channel: schema.ByEmail, Purpose: schema.Marketing, Level: schema.BrandTrust, Source: "form", Wording: "You may write to me.",
	})
	w.Must(err)
	return p
}

// The link ends the permission as the customer, once; what is permitted again later is over too when the link is used again.
func TestUnsubscribe(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c, p, m, token := subscribed(w)
		for range 2 {
			w.Must(w.Consent.Unsubscribe(t.Context(), token))
		}
		events := w.Client.PermissionEvent.Query().Where(permissionevent.PermissionID(p.ID)).Order(permissionevent.BySequence()).AllX(w.System())
		last := events[len(events)-1]
		if len(events) != 2 || last.Kind != schema.EventRevoked || last.Actor != auth.CustomerName || !strings.Contains(last.Source, m.ID) {
			t.Errorf("%d events, the last %v", len(events), last)
		}
		again := permit(w, c)
		w.Must(w.Consent.Unsubscribe(t.Context(), token))
		if now := w.Client.Permission.GetX(w.System(), again.ID); now.State != schema.PermissionRevoked {
			t.Errorf("what was permitted again is %s", now.State)
		}
	})
}

// A link of another kind, or one whose customer or channel is not the message's, is refused in the same words, and changes nothing.
func TestUnsubscribeRefused(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		_, p, m, token := subscribed(w)
		other, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Boris"})
		w.Must(err)
		links := &auth.Links{Keys: w.Keys, Now: w.Clock.Now}
		sign := func(of auth.Subscription) string {
			signed, err := links.Unsubscribe(of)
			w.Must(err)
			return signed
		}
		revoke, err := links.Revoke(p.ID)
		w.Must(err)
		for name, wrong := range map[string]string{
			"altered":          token[:len(token)-4] + "AAAA",
			"empty":            "",
			"of a permission":  revoke,
			"another customer": sign(auth.Subscription{Message: m.ID, Customer: other.ID, Channel: "EMAIL"}),
			"another channel":  sign(auth.Subscription{Message: m.ID, Customer: m.CustomerID, Channel: "SMS"}),
			"no message":       sign(auth.Subscription{Message: w.IDs.Make("msg"), Customer: m.CustomerID, Channel: "EMAIL"}),
		} {
			if err := w.Consent.Unsubscribe(t.Context(), wrong); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "not a valid link to unsubscribe") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if now := w.Client.Permission.GetX(w.System(), p.ID); now.State != schema.PermissionActive {
			t.Errorf("the permission is %s", now.State)
		}
	})
}

// Without an address of https, and for a message that needs no permission, there is no link.
func TestNoUnsubscribeLink(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		_, _, m, _ := subscribed(w)
		service := *m
		service.Purpose = schema.Service
		if link, err := w.Consent.UnsubscribeLink(w.System(), &service); link != "" || err != nil {
			t.Errorf("for an answer: %q, %v", link, err)
		}
		for _, company := range []string{"null", `{"name":"Erker","address":"Kazan","contact":"shop","jurisdiction":"RU","url":"http://erker.example"}`} {
			w.Set("company", company)
			if link, err := w.Consent.UnsubscribeLink(w.System(), m); link != "" || err != nil {
				t.Errorf("with %s: %q, %v", company, link, err)
			}
		}
	})
}
