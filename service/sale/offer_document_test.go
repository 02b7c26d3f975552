package sale_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/sale"
)

var stream = regexp.MustCompile(`(?s)stream\r?\n(.*?)\r?\nendstream`)

// written reports whether a PDF has a text, which its pages have in UTF-16.
func written(t *testing.T, pdf []byte, text string) bool {
	t.Helper()
	var want []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		want = append(want, byte(unit>>8), byte(unit))
	}
	for _, part := range stream.FindAllSubmatch(pdf, -1) {
		r, err := zlib.NewReader(bytes.NewReader(part[1]))
		if err != nil {
			continue // not compressed: none of a page
		}
		page, _ := io.ReadAll(r)
		if bytes.Contains(page, want) {
			return true
		}
	}
	return false
}

// TestOfferIsMailedWithItsDocument sends an individual offer at a personal price, in two languages.
func TestOfferIsMailedWithItsDocument(t *testing.T) {
	for _, c := range []struct {
		language service.Language
		want     []string
		file     string
		notice   string
	}{
		{service.LanguageEn, []string{"Coat: 1 at 899.99 RUB, together 899.99 RUB", "Gross  899.99 RUB"}, "offer.pdf", "Used about you: whether you are a person or a company"},
		{service.LanguageRu, []string{"Coat: 1 по 899.99 RUB, вместе 899.99 RUB", "К оплате    899.99 RUB"}, "предложение.pdf", "О вас использовано: вид клиента"},
	} {
		t.Run(string(c.language), func(t *testing.T) {
			each(t, func(t *testing.T, s *shop) {
				admin := s.As(schema.RoleAdmin)
				box := s.mailing()
				_, err := s.Quote.CreatePriceRule(admin, service.CreatePriceRuleInput{Name: "People", Condition: `customer.kind == "PERSON"`, Amount: roubles("-100")})
				s.Must(err)
				o := s.offer()
				_, err = s.Sale.SendOffer(admin, service.SendOfferInput{ID: o.ID, Channel: schema.ByEmail, Purpose: new(schema.Personalisation), Language: &c.language})
				s.Must(err)
				s.deliver()
				sent := box.Messages()[0]
				for _, want := range append(c.want, c.notice) {
					if !strings.Contains(sent.Text, want) {
						t.Errorf("no %q in\n%s", want, sent.Text)
					}
				}
				if !strings.Contains(sent.HTML, c.notice) {
					t.Errorf("no notice in\n%s", sent.HTML)
				}
				if sent.Attachment == nil || sent.Attachment.Name != c.file || !written(t, sent.Attachment.Content, "899.99 RUB") {
					t.Fatalf("the attachment is %v; want the same figures", sent.Attachment)
				}
				seen, err := s.Sale.OfferPDF(admin, s.Client.Offer.GetX(admin, o.ID), &c.language)
				s.Must(err)
				file, err := base64.StdEncoding.DecodeString(seen.Base64)
				if err != nil || !bytes.Equal(file, sent.Attachment.Content) || seen.FileName != c.file {
					t.Errorf("downloaded is another document than was sent: %v", err)
				}
			})
		})
	}
}

// TestOfferIsPutByItsOwner sends an offer by a channel that carries no messages.
func TestOfferIsPutByItsOwner(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		admin := s.As(schema.RoleAdmin)
		owner, err := s.People.CreateUser(admin, service.CreateUserInput{Email: "owner@example.com", Name: "Owner", Password: "a long password 1", Role: schema.RoleSales})
		s.Must(err)
		made, err := s.Customers.CreateCustomer(admin, service.CreateCustomerInput{Name: "Анна", OwnerID: &owner.ID})
		s.Must(err)
		s.customer = made
		_, _, err = s.Consent.GrantPermission(admin, service.GrantPermissionInput{CustomerID: made.ID, Channel: schema.ByPhone, Purpose: schema.Marketing, Level: schema.Personal, Source: "form", Wording: "Call."})
		s.Must(err)
		o := s.offer()
		_, err = s.Sale.SendOffer(admin, service.SendOfferInput{ID: o.ID, Channel: schema.ByPhone})
		s.Must(err)
		task := s.Client.Task.Query().OnlyX(s.System())
		if *task.OwnerID != owner.ID || *task.Channel != schema.ByPhone || task.CustomerID != made.ID || !task.DueAt.Equal(s.Now().Add(24*time.Hour)) {
			t.Errorf("the task is %v", task)
		}
		for _, want := range []string{"Coat: 1 × 999.99 RUB = 999.99 RUB", "К оплате 999.99 RUB", o.ID} {
			if !strings.Contains(*task.Why, want) {
				t.Errorf("no %q in\n%s", want, *task.Why)
			}
		}
	})
}

func TestReadTemplates(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"one of four":       {"offer.ru.txt", `{{define "subject"}}Вам{{end}}{{.Customer}}: {{.Gross}}`, ""},
		"an unknown field":  {"offer.en.txt", `{{define "subject"}}x{{end}}{{.Margin}}`, "Margin"},
		"in a branch":       {"offer.en.html", `{{with .Personal}}{{$.Cost}}{{end}}`, "Cost"},
		"of a line":         {"offer.en.html", `{{range .Sections}}{{range .Lines}}{{.Floor}}{{end}}{{end}}`, "Floor"},
		"no subject":        {"offer.en.txt", `{{.Customer}}`, "subject"},
		"not a template":    {"offer.en.html", `{{.Customer`, "offer.en.html"},
		"a misspelt name":   {"offer.de.txt", `x`, "offer.de.txt"},
		"beside a template": {"readme.txt", `x`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			if err := os.WriteFile(filepath.Join(directory, c.file), []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := sale.ReadTemplates(directory); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want %q", err, c.want)
			}
		})
	}
	if _, err := sale.ReadTemplates(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("read templates of a directory that there is not")
	}
}
