package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"kopeck/dbtest"
)

// postbox is a mail server that keeps what it gets.
type postbox struct {
	smtp.Session

	received chan string
}

func (p *postbox) NewSession(*smtp.Conn) (smtp.Session, error)     { return p, nil }
func (p *postbox) Reset()                                          {}
func (p *postbox) Logout() error                                   { return nil }
func (p *postbox) Mail(string, *smtp.MailOptions) error            { return nil }
func (p *postbox) Rcpt(to string, options *smtp.RcptOptions) error { return nil }

func (p *postbox) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err == nil {
		p.received <- string(text)
	}
	return err
}

// TestServeSendsMail sends an offer from the API to a mail server.
func TestServeSendsMail(t *testing.T) {
	box := &postbox{received: make(chan string, 1)}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(box)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })

	i := install(t, dbtest.SQLite(t))
	token := i.token("ADMIN")
	address, _ := i.serving("--smtp-url", "smtp://"+listener.Addr().String()+"?starttls=no", "--mail-from", "Shop <shop@example.com>")
	do := func(query string) any {
		t.Helper()
		answer := ask(t, address, token, query, nil)
		if text := fmt.Sprint(answer); strings.Contains(text, "message:") {
			t.Fatalf("%s: %s", query, text)
		}
		return answer["data"]
	}
	at := func(of any, path ...string) string {
		for _, name := range path {
			of = of.(map[string]any)[name]
		}
		text, _ := of.(string)
		return text
	}
	quoted := func(text string) string { return `"` + text + `"` }
	customer := at(do(`mutation { createCustomer(input: {name: "Anna", email: "anna@example.com"}) { customer { id } userErrors { message } } }`), "createCustomer", "customer", "id")
	product := at(do(`mutation { createProduct(input: {sku: "CAP", name: "Cap", listPrice: {amount: "10.00", currencyCode: "RUB"}, components: []}) { product { id } userErrors { message } } }`), "createProduct", "product", "id")
	do(`mutation { grantPermission(input: {customerId: ` + quoted(customer) + `, channel: EMAIL, purpose: MARKETING, level: PERSONAL, source: "form", wording: "Write to me"}) { permission { id } userErrors { message } } }`)
	price := at(do(`{ customer(id: `+quoted(customer)+`) { price(productId: `+quoted(product)+`) { token } } }`), "customer", "price", "token")
	offer := at(do(`mutation { createOffer(input: {customerId: `+quoted(customer)+`, priceTokens: [`+quoted(price)+`], expiresAt: `+quoted(time.Now().Add(time.Hour).UTC().Format(time.RFC3339))+`}) { offer { id } userErrors { message } } }`), "createOffer", "offer", "id")
	do(`mutation { sendOffer(input: {id: ` + quoted(offer) + `, channel: EMAIL}) { offer { status } userErrors { message } } }`)
	select {
	case text := <-box.received:
		for _, want := range []string{"To: <anna@example.com>", `From: "Shop" <shop@example.com>`, "Cap", "10.00 RUB", "multipart/alternative"} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
	case <-time.After(time.Minute):
		t.Fatal("no e-mail has come within a minute")
	}
	for ended := time.Now().Add(time.Minute); ; { // it is recorded after the server has answered
		text := fmt.Sprint(do(`{ messages { edges { node { state contact { id } offer { contact { id } } attempts { outcome code } } } } }`))
		if strings.Contains(text, "state:SENT") && strings.Count(text, "con_") == 2 && strings.Contains(text, "code:250 outcome:ACCEPTED") {
			break
		}
		if time.Now().After(ended) {
			t.Fatalf("got %s", text)
		}
	}
}

func TestMailIsConfiguredWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ url, from, want string }{
		"neither":       {"", "", ""},
		"both":          {"smtps://a:b@mail.example.com", "shop@example.com", ""},
		"no sender":     {"smtps://a:b@mail.example.com", "", "KOPECK_SMTP_URL and KOPECK_MAIL_FROM"},
		"no server":     {"", "shop@example.com", "KOPECK_SMTP_URL and KOPECK_MAIL_FROM"},
		"wrong server":  {"mail.example.com", "shop@example.com", "KOPECK_SMTP_URL: "},
		"wrong sender":  {"smtps://a:b@mail.example.com", "shop", "KOPECK_MAIL_FROM: "},
		"two lines":     {"smtps://a:b@mail.example.com", "shop@example.com\r\nBcc: b@example.com", "KOPECK_MAIL_FROM: "},
		"open password": {"smtp://a:b@mail.example.com?starttls=no", "shop@example.com", "KOPECK_SMTP_URL: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := listening{TrustProxy: "false", SMTPURL: c.url, MailFrom: c.from, Limits: limitFlags()}.check()
			switch {
			case c.want == "" && err != nil && (strings.Contains(err.Error(), "KOPECK_SMTP") || strings.Contains(err.Error(), "KOPECK_MAIL")): // not of limits, which have no values here
				t.Errorf("got %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
