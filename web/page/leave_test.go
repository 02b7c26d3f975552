package page_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kopeck/apptest"
	"kopeck/mail"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/outbox"
	"kopeck/store"
	"kopeck/web/page"
)

// world is a company with its pages and a mailbox.
type world struct {
	*apptest.World

	t       *testing.T
	mailbox *mail.Mailbox
	site    http.Handler
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, a *apptest.World) {
		w := &world{World: a, t: t, mailbox: &mail.Mailbox{}}
		w.Outbox.Mail, w.Outbox.From = w.mailbox, "shop@example.com"
		w.Set("company", `{"name":"Эркер","address":"Kazan","contact":"shop","jurisdiction":"RU","url":"https://erker.example"}`)
		mux := http.NewServeMux()
		for pattern, h := range page.New(page.Config{App: a.App, Log: a.Log}).Routes() {
			mux.Handle(pattern, h)
		}
		w.site = mux
		test(t, w)
	})
}

// get asks for a page.
func (w *world) get(target, language string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, target, nil)
	r.Header.Set("Accept-Language", language)
	answer := httptest.NewRecorder()
	w.site.ServeHTTP(answer, r)
	return answer
}

// post sends a form.
func (w *world) post(target string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", "en")
	answer := httptest.NewRecorder()
	w.site.ServeHTTP(answer, r)
	return answer
}

// Every selling e-mail has the headers of RFC 8058. Its link shows a button, and one POST without cookies ends the permission.
func TestUnsubscribe(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		email := "anna@example.com"
		c, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Anna", Email: &email})
		w.Must(err)
		p, _, err := w.Consent.GrantPermission(w.System(), service.GrantPermissionInput{
			CustomerID: c.ID, Channel: schema.ByEmail, Purpose: schema.Marketing, Level: schema.BrandTrust, Source: "form", Wording: "You may write to me.",
		})
		w.Must(err)
		for _, purpose := range []schema.Purpose{schema.Service, schema.Marketing} {
			w.Must(w.Store.Write(w.System(), func(ctx context.Context, tx *store.Tx) error {
				locked, err := w.LockCustomer(ctx, tx, "id", c.ID)
				if err == nil {
					_, err = w.Outbox.Queue(ctx, tx, locked, outbox.Draft{Purpose: purpose, Subject: string(purpose), Text: "Good day"})
				}
				return err
			}))
			_, err = w.Outbox.Step(w.System())
			w.Must(err)
		}
		sent := w.mailbox.Messages()
		if len(sent) != 2 || sent[1].Unsubscribe != "" {
			t.Fatalf("an answer has the link %q", sent[1].Unsubscribe)
		}
		at, err := url.Parse(sent[0].Unsubscribe)
		w.Must(err)
		if at.Scheme != "https" || at.Host != "erker.example" {
			t.Errorf("the link is %s", at)
		}
		target := at.RequestURI()
		for range 3 {
			answer := w.get(target, "ru")
			if body := answer.Body.String(); answer.Code != http.StatusOK || !strings.Contains(body, "<button>") || !strings.Contains(body, `lang="ru"`) {
				t.Errorf("%d %s", answer.Code, body)
			}
		}
		if now := w.Client.Permission.GetX(w.System(), p.ID); now.State != schema.PermissionActive {
			t.Fatalf("following the link has made the permission %s", now.State)
		}
		for range 2 {
			if answer := w.post(target, url.Values{"List-Unsubscribe": {"One-Click"}}); answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "Done.") {
				t.Errorf("%d %s", answer.Code, answer.Body)
			}
		}
		if now := w.Client.Permission.GetX(w.System(), p.ID); now.State != schema.PermissionRevoked {
			t.Errorf("the permission is %s", now.State)
		}
	})
}

// The page of a link escapes its token; a wrong token is answered by 400, and nothing else is said.
func TestWrongLink(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, path := range []string{"/unsubscribe", "/permissions/revoke"} {
			answer := w.get(path+"?token=%22%3E%3Cscript%3E", "de, en;q=0.5")
			if body := answer.Body.String(); answer.Code != http.StatusOK || !strings.Contains(body, `lang="en"`) || strings.Contains(body, "<script>") {
				t.Errorf("%d %s", answer.Code, body)
			}
			for header, part := range map[string]string{"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"} {
				if got := answer.Header().Get(header); !strings.Contains(got, part) {
					t.Errorf("%s is %q", header, got)
				}
			}
			if answer := w.post(path, url.Values{"token": {"kl1.none"}}); answer.Code != http.StatusBadRequest || !strings.Contains(answer.Body.String(), "link is wrong") {
				t.Errorf("%d %s", answer.Code, answer.Body)
			}
		}
	})
}
