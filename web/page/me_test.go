package page_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"kopeck/ent"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/schema"
	"kopeck/service"
)

// anna makes a customer with a permission to market by e-mail and another by telephone, two wordings, and a link; it returns the address of her page.
func (w *world) anna() (*ent.Customer, string) {
	w.t.Helper()
	email, notes := "anna@example.com", "Likes <b>blue</b> curtains"
	c, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Анна Secret", Email: &email})
	w.Must(err)
	for _, given := range []struct {
		channel schema.Channel
		level   schema.PermissionLevel
	}{{schema.ByEmail, schema.Personal}, {schema.ByPhone, schema.BrandTrust}} {
		_, _, err = w.Consent.GrantPermission(w.System(), service.GrantPermissionInput{CustomerID: c.ID, Channel: given.channel, Purpose: schema.Marketing, Level: given.level, Source: "form", Wording: "Yes"})
		w.Must(err)
	}
	_, err = w.Contacts.RecordContact(w.System(), service.RecordContactInput{CustomerID: c.ID, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, Notes: &notes})
	w.Must(err)
	for _, text := range []struct{ code, language, text string }{{"sms", "ru", "Пишите мне СМС"}, {"sms", "en", "You may text me"}, {"personal", "en", "You may make offers for me <script>"}} {
		channel, purpose := schema.BySMS, schema.Marketing
		if text.code == "personal" {
			channel, purpose = schema.ByEmail, schema.Personalisation
		}
		_, err := w.Consent.CreateWording(w.System(), service.CreateWordingInput{Code: text.code, Language: text.language, Version: "1", Text: text.text, Channels: []schema.Channel{channel}, Purposes: []schema.Purpose{purpose}})
		w.Must(err)
	}
	return c, w.link(c)
}

// link makes a link of a customer and returns the address of the page.
func (w *world) link(c *ent.Customer) string {
	w.t.Helper()
	link, err := w.OwnPage.CreateCustomerLink(w.System(), service.CreateCustomerLinkInput{CustomerID: c.ID})
	w.Must(err)
	token, address, err := w.OwnPage.Address(link)
	w.Must(err)
	if *address != "https://erker.example/me/"+*token {
		w.t.Errorf("the address is %s", *address)
	}
	return "/me/" + *token
}

// field returns the value of the first field of a name in a page.
func field(t *testing.T, page, name string) string {
	t.Helper()
	found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("the page has no %s: %s", name, page)
	}
	return found[1]
}

// follow posts a form and gets the page to which it leads.
func (w *world) follow(target string, form url.Values) string {
	w.t.Helper()
	answer := w.post(target, form)
	if answer.Code != http.StatusSeeOther {
		w.t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	return w.get(answer.Header().Get("Location"), "ru").Body.String()
}

// The page says what is permitted in the reader's language, shows nothing of the customer, loads nothing, and is small.
func TestMe(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Set("page", `{"colour":"#7a1f1f","logo":"data:image/png;base64,iVBORw0KGgo=","texts":{"ru":{"greeting":"Здравствуйте"},"en":{"footer":"Erker <Kazan>"}}}`)
		_, at := w.anna()
		for language, words := range map[string][]string{
			"ru-RU":       {`<html lang="ru">`, "Телефон: новости и предложения", "Здравствуйте", "Пишите мне СМС", `href="` + at + `?lang=en"`},
			"en, ru;q=.5": {`<html lang="en">`, "Telephone: news and offers", "Erker &lt;Kazan&gt;", "You may text me", "You may make offers for me &lt;script&gt;", "data:image/png;base64,iVBORw0KGgo="},
		} {
			answer := w.get(at, language)
			page := answer.Body.String()
			for _, one := range words {
				if !strings.Contains(page, one) {
					t.Errorf("%s: the page does not have %q: %s", language, one, page)
				}
			}
			for _, one := range []string{"Анна", "Secret", "anna@example.com", "curtains", "<script"} {
				if strings.Contains(page, one) {
					t.Errorf("the page has %q", one)
				}
			}
			if answer.Code != http.StatusOK || len(page) > 50_000 {
				t.Errorf("%d, %d bytes", answer.Code, len(page))
			}
			css := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(page)[1]
			sum := sha256.Sum256([]byte(css))
			if policy := answer.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") || !strings.Contains(policy, "default-src 'none'") {
				t.Errorf("the policy is %s", policy)
			}
			for header, part := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"} {
				if got := answer.Header().Get(header); !strings.Contains(got, part) {
					t.Errorf("%s is %q", header, got)
				}
			}
		}
	})
}

// The customer lowers, revokes and grants by forms, and the consent log says that it was they, by which wording and from where.
func TestMeChanges(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, at := w.anna()
		page := w.get(at, "en").Body.String()
		if page := w.follow(at+"/lower", url.Values{"permission": {field(t, page, "permission")}, "level": {"BRAND_TRUST"}}); !strings.Contains(page, "you permit less now") {
			t.Error(page)
		}
		of := func(channel schema.Channel) *ent.Permission {
			return w.Client.Permission.Query().Where(permission.CustomerID(c.ID), permission.ChannelEQ(channel)).OnlyX(w.System())
		}
		if p := of(schema.ByEmail); p.Level != schema.BrandTrust || p.State != schema.PermissionActive {
			t.Errorf("lowered to %s, %s", p.Level, p.State)
		}
		if page := w.follow(at+"/grant", url.Values{"wording": {field(t, page, "wording")}}); !strings.Contains(page, "your consent is recorded") {
			t.Error(page)
		}
		granted := w.Client.Permission.Query().Where(permission.CustomerID(c.ID), permission.PurposeEQ(schema.Personalisation)).OnlyX(w.System())
		event := w.Client.PermissionEvent.Query().Where(permissionevent.PermissionID(granted.ID)).OnlyX(w.System())
		if granted.Level != schema.Personal || event.WordingID == nil || event.Actor != "the customer" || event.Source != "own page" || event.Wording == nil || *event.Wording != "You may make offers for me <script>" {
			t.Errorf("granted %s by %v", granted.Level, event)
		}
		if page := w.follow(at+"/revoke", url.Values{"permission": {of(schema.ByPhone).ID}}); !strings.Contains(page, "the permission is revoked") {
			t.Error(page)
		}
		if p := of(schema.ByPhone); p.State != schema.PermissionRevoked {
			t.Errorf("the permission is %s", p.State)
		}
		for range 2 {
			if page := w.follow(at+"/revoke", url.Values{"permission": {"all"}}); !strings.Contains(page, "all permissions are revoked") || !strings.Contains(page, "You permit us nothing") {
				t.Error(page)
			}
		}
		if n := w.Client.Permission.Query().Where(permission.CustomerID(c.ID), permission.StateIn(schema.PermissionActive, schema.PermissionPending)).CountX(w.System()); n != 0 {
			t.Errorf("%d are in force", n)
		}
		broken, err := w.Consent.VerifyLogs(w.System())
		if w.Must(err); len(broken) > 0 {
			t.Error(broken)
		}
	})
}

// What is another customer's, a level above and a wording that is not shown change nothing.
func TestMeRefuses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, at := w.anna()
		other := w.Customer("Boris")
		foreign, _, err := w.Consent.GrantPermission(w.System(), service.GrantPermissionInput{CustomerID: other.ID, Channel: schema.ByEmail, Purpose: schema.Marketing, Level: schema.Personal, Source: "form", Wording: "Yes"})
		w.Must(err)
		mine := field(t, w.get(at, "en").Body.String(), "permission")
		for name, c := range map[string]struct {
			to   string
			form url.Values
		}{
			"revoke another's": {"/revoke", url.Values{"permission": {foreign.ID}}},
			"revoke nothing":   {"/revoke", url.Values{}},
			"lower another's":  {"/lower", url.Values{"permission": {foreign.ID}, "level": {"BRAND_TRUST"}}},
			"lower to more":    {"/lower", url.Values{"permission": {mine}, "level": {"INTRAVENOUS"}}},
			"lower to nothing": {"/lower", url.Values{"permission": {mine}, "level": {"NONE"}}},
			"no wording":       {"/grant", url.Values{"wording": {w.IDs.Make("wrd")}}},
		} {
			if answer := w.post(at+c.to, c.form); answer.Code != http.StatusConflict || !strings.Contains(answer.Body.String(), "could not be changed") {
				t.Errorf("%s: %d %s", name, answer.Code, answer.Body)
			}
		}
		if p := w.Client.Permission.GetX(w.System(), foreign.ID); p.State != schema.PermissionActive || p.Level != schema.Personal {
			t.Errorf("the other customer's is %s, %s", p.State, p.Level)
		}
	})
}

// A link that is altered, of nothing, revoked, renewed, over, or of a customer who is deleted has one answer, whatever is asked of it.
func TestMeEnded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, at := w.anna()
		want := w.get("/me/kl1.none", "en")
		same := func(name, at string) {
			t.Helper()
			for _, answer := range []*httptest.ResponseRecorder{w.get(at, "en"), w.post(at+"/revoke", url.Values{"permission": {"all"}}), w.post(at+"/code", nil), w.post(at+"/held", url.Values{"code": {"1"}}), w.post(at+"/download", nil)} {
				got := strings.ReplaceAll(answer.Body.String(), at, "/me/kl1.none")
				if answer.Code != http.StatusNotFound || got != want.Body.String() {
					t.Errorf("%s: %d %s", name, answer.Code, got)
				}
			}
		}
		same("altered", at[:len(at)-3]+"AAA")
		renewed, err := w.OwnPage.CreateCustomerLink(w.System(), service.CreateCustomerLinkInput{CustomerID: c.ID, Renew: new(true)})
		w.Must(err)
		same("replaced", at)
		token, _, err := w.OwnPage.Address(renewed)
		w.Must(err)
		at = "/me/" + *token
		if answer := w.get(at, "en"); answer.Code != http.StatusOK {
			t.Errorf("the new link: %d", answer.Code)
		}
		_, err = w.OwnPage.RevokeCustomerLink(w.System(), service.RevokeCustomerLinkInput{ID: renewed.ID, Reason: "lost"})
		w.Must(err)
		same("revoked", at)
		at = w.link(c)
		w.Clock.Advance(90 * 24 * time.Hour)
		same("over", at)
		at = w.link(c)
		_, err = w.Customers.DeleteCustomer(w.System(), service.DeleteCustomerInput{ID: c.ID, Reason: "asked"})
		w.Must(err)
		same("of nobody", at)
	})
}

// What is held is shown to who enters the code that was sent; the code is in no table, is good once, for ten minutes.
func TestMeCode(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, at := w.anna()
		code := w.code(at)
		for _, text := range w.Rows("SELECT text FROM messages") {
			if strings.Contains(text, code) {
				t.Errorf("the code is kept: %s", text)
			}
		}
		answer := w.post(at+"/held", url.Values{"code": {code[:4] + " " + code[4:]}})
		page := answer.Body.String()
		if answer.Code != http.StatusOK || !strings.Contains(page, "anna@example.com") || !strings.Contains(page, "curtains") || strings.Contains(page, "<b>blue") {
			t.Fatalf("%d %s", answer.Code, page)
		}
		viewing := url.Values{"viewing": {field(t, page, "viewing")}}
		file := w.post(at+"/download", viewing)
		var held map[string]any
		if err := json.Unmarshal(file.Body.Bytes(), &held); err != nil || held["format"] != "kopeck personal data 1" || !strings.HasPrefix(file.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%v: %s", err, file.Body)
		}
		if receipt := w.post(at+"/receipt", viewing); receipt.Code != http.StatusOK || !json.Valid(receipt.Body.Bytes()) {
			t.Errorf("%d %s", receipt.Code, receipt.Body)
		}
		if again := w.post(at+"/held", url.Values{"code": {code}}); again.Code != http.StatusForbidden {
			t.Errorf("the code is good once more: %d", again.Code)
		}
		w.Clock.Advance(10 * time.Minute)
		for _, to := range []string{"/download", "/receipt"} {
			if late := w.post(at+to, viewing); late.Code != http.StatusForbidden || strings.Contains(late.Body.String(), "anna@") {
				t.Errorf("%s after ten minutes: %d", to, late.Code)
			}
		}
		late := w.code(at)
		w.Clock.Advance(10 * time.Minute)
		if answer := w.post(at+"/held", url.Values{"code": {late}}); answer.Code != http.StatusForbidden {
			t.Errorf("a code after ten minutes: %d", answer.Code)
		}
	})
}

// Five codes may be tried for one that was sent, and three asked for in an hour by a link, ten in a day by a customer.
func TestMeBounds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, at := w.anna()
		code := w.code(at)
		for range 5 {
			if answer := w.post(at+"/held", url.Values{"code": {"00000000"}}); answer.Code != http.StatusForbidden {
				t.Fatalf("%d", answer.Code)
			}
		}
		if answer := w.post(at+"/held", url.Values{"code": {code}}); answer.Code != http.StatusForbidden {
			t.Errorf("the sixth try is accepted: %d", answer.Code)
		}
		other := w.link(c)
		if answer := w.post(other+"/held", url.Values{"code": {code}}); answer.Code != http.StatusForbidden {
			t.Errorf("another link takes the code: %d", answer.Code)
		}
		asked := 1
		for _, one := range []string{at, at, other, other, other} {
			if answer := w.post(one+"/code", nil); answer.Code != http.StatusOK {
				t.Errorf("%d after %d", answer.Code, asked)
			}
			asked++
		}
		for _, one := range []string{at, other} {
			if answer := w.post(one+"/code", nil); answer.Code != http.StatusTooManyRequests {
				t.Errorf("a fourth code: %d", answer.Code)
			}
		}
		w.Clock.Advance(time.Hour)
		for ; asked < 10; asked++ {
			if answer := w.post([]string{at, other}[asked%2]+"/code", nil); answer.Code != http.StatusOK {
				t.Errorf("%d after %d", answer.Code, asked)
			}
		}
		w.Clock.Advance(2 * time.Hour)
		if answer := w.post(at+"/code", nil); answer.Code != http.StatusTooManyRequests {
			t.Errorf("an eleventh code of the day: %d", answer.Code)
		}
	})
}

// code asks for a code and returns the one that was sent.
func (w *world) code(at string) string {
	w.t.Helper()
	if answer := w.post(at+"/code", nil); answer.Code != http.StatusOK {
		w.t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	_, err := w.Outbox.Step(w.System())
	w.Must(err)
	sent := w.mailbox.Messages()[0]
	code := regexp.MustCompile(`[0-9]{8}`).FindString(sent.Text)
	if sent.To != "anna@example.com" || code == "" || sent.Unsubscribe != "" {
		w.t.Fatalf("sent to %s: %s", sent.To, sent.Text)
	}
	return code
}
