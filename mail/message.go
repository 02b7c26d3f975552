// Package mail builds e-mail messages and hands them over to a mail server by SMTP, with github.com/wneessen/go-mail, or to a mailbox in the
// process. It knows no database: whether a message may leave is asked of its caller, at the last moment.
//
// It may import nothing else of Kopeck.
package mail

import (
	"bytes"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail"
)

// Message is a message to one recipient.
type Message struct {
	ID          string // the Message-ID without angle brackets: the same in every attempt
	From        string // an address, with a name or without
	To          string // an address without a name
	Subject     string
	Text        string
	HTML        string      // the same as Text; "" for none
	Attachment  *Attachment // nil for none
	Headers     []Header
	Unsubscribe string // a link of https that ends the permission by one POST (RFC 8058); "" for none
	At          time.Time
}

// Attachment is a file that goes with a message.
type Attachment struct {
	Name    string
	Type    string // the media type
	Content []byte
}

// Header is a header beside those that every message has.
type Header struct{ Name, Value string }

// reserved are the headers that follow from the fields of a Message.
var reserved = []string{
	"From", "To", "Cc", "Bcc", "Sender", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
	"List-Unsubscribe", "List-Unsubscribe-Post", "Return-Path", "Received", "DKIM-Signature",
}

// CheckAddress returns an error unless a text is one address without a name that can be a recipient. A line break, which could
// add headers or recipients, is refused like all that is not part of an address.
func CheckAddress(text string) error {
	parsed, err := netmail.ParseAddress(text)
	if err != nil || parsed.Address != text || strings.ContainsFunc(text, unicode.IsControl) {
		return errors.New("want one e-mail address such as anna@example.com")
	}
	return nil
}

// CheckSender returns an error unless a text is one address that messages can come from, with a name or without.
func CheckSender(text string) error {
	if _, err := netmail.ParseAddress(text); err != nil || strings.ContainsFunc(text, unicode.IsControl) {
		return errors.New("want an e-mail address such as shop@example.com or Shop <shop@example.com>")
	}
	return nil
}

// CheckSubject returns an error unless a text can be a subject: one line without control characters.
func CheckSubject(text string) error {
	if strings.TrimSpace(text) == "" || strings.ContainsFunc(text, unicode.IsControl) {
		return errors.New("want one line of text")
	}
	return nil
}

// CheckHeader returns an error unless a header can be added to a message.
func CheckHeader(h Header) error {
	for _, name := range reserved {
		if strings.EqualFold(h.Name, name) {
			return fmt.Errorf("the header %s is set by the message itself", name)
		}
	}
	if h.Name == "" || strings.ContainsFunc(h.Name, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ':' }) {
		return errors.New("want a name of printable ASCII characters without spaces and colons")
	}
	if strings.ContainsFunc(h.Value, unicode.IsControl) {
		return errors.New("want a value of one line")
	}
	return nil
}

// build returns the message as go-mail sends it.
func (m Message) build() (*mail.Msg, error) {
	if err := errors.Join(CheckSender(m.From), CheckAddress(m.To), CheckSubject(m.Subject)); err != nil {
		return nil, err
	}
	built := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := errors.Join(built.From(m.From), built.To(m.To)); err != nil {
		return nil, err
	}
	built.Subject(m.Subject)
	built.SetMessageIDWithValue(m.ID)
	built.SetDateWithValue(m.At)
	for _, h := range m.Headers {
		if err := CheckHeader(h); err != nil {
			return nil, err
		}
		built.SetGenHeader(mail.Header(h.Name), h.Value)
	}
	if m.Unsubscribe != "" {
		if strings.ContainsFunc(m.Unsubscribe, func(r rune) bool { return unicode.IsControl(r) || r == '<' || r == '>' || r == ' ' }) {
			return nil, errors.New("the link to unsubscribe is not a URL")
		}
		built.SetGenHeader(mail.HeaderListUnsubscribe, "<"+m.Unsubscribe+">")
		built.SetGenHeader(mail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	built.SetBodyString(mail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		built.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	}
	if file := m.Attachment; file != nil {
		if err := built.AttachReader(file.Name, bytes.NewReader(file.Content), mail.WithFileContentType(mail.ContentType(file.Type))); err != nil {
			return nil, err
		}
	}
	return built, nil
}
