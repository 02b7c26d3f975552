package demo

import (
	_ "embed"
	"html/template"
	"net/http"

	"kopeck/mail"
)

//go:embed mailbox.html
var mailboxSource string

var mailboxTemplate = template.Must(template.New("mailbox.html").Parse(mailboxSource))

// MailboxPage shows the e-mails of a mailbox, the latest first. Their HTML is shown in frames that may do nothing.
func MailboxPage(box *mail.Mailbox) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "no-store")
		_ = mailboxTemplate.Execute(w, box.Messages()) // an error is that of a client that has gone
	})
}
