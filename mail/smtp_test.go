package mail_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"kopeck/mail"
)

// server is a mail server that behaves as a test wants.
type server struct {
	mu       sync.Mutex
	received []string // the texts of messages
	signedIn []string // users

	rcpt, data error         // the answers to RCPT and to the end of DATA
	hang       string        // where it never answers: "greeting", "rcpt", "data"
	over       chan struct{} // closed when the test ends
}

type session struct {
	*server

	tls bool
}

func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, isTLS := c.TLSConnectionState()
	s.wait("greeting")
	return &session{s, isTLS}, nil
}

func (s *server) wait(at string) {
	if s.hang == at {
		<-s.over
	}
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (s *session) AuthMechanisms() []string {
	if !s.tls {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "secret" {
			return errors.New("wrong password")
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.signedIn = append(s.signedIn, user)
		return nil
	}), nil
}

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(string, *smtp.RcptOptions) error {
	s.wait("rcpt")
	return s.rcpt
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.received = append(s.received, string(text))
	s.mu.Unlock()
	s.wait("data")
	return s.data
}

// start serves SMTP on a free port, with TLS from the start or by STARTTLS or without, and returns the address for ParseSMTP.
func (s *server) start(t *testing.T, encryption string) *mail.SMTP {
	t.Helper()
	s.over = make(chan struct{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	certificate, roots := selfSigned(t)
	serve := smtp.NewServer(s)
	serve.Domain = "mail.example"
	address := "smtp://anna:secret@" + listener.Addr().String()
	switch encryption {
	case "starttls":
		serve.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	case "tls":
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}})
		address = "smtps://anna:secret@" + listener.Addr().String()
	case "none":
		address = "smtp://" + listener.Addr().String() + "?starttls=no"
	case "refused":
	}
	go func() { _ = serve.Serve(listener) }()
	t.Cleanup(func() {
		close(s.over)
		_ = serve.Close()
	})
	carrier, err := mail.ParseSMTP(address)
	if err != nil {
		t.Fatal(err)
	}
	carrier.TLS = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	carrier.Timeout = 5 * time.Second
	return carrier
}

// selfSigned returns a certificate for 127.0.0.1 and the roots that trust it.
func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.example"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

var letter = mail.Message{
	ID: "msg_1@kopeck", From: "Шторы <shop@example.com>", To: "boris@example.com", Subject: "Предложение", Text: "Good day\n.\nsecond line\n", HTML: "<p>Good day &amp; more</p>",
	Headers: []mail.Header{{Name: "In-Reply-To", Value: "<earlier@example.com>"}}, At: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC),
}

// leave lets a message leave, and counts that it was asked.
func leave(asked *int, within time.Duration, ok bool) mail.Leave {
	return func(context.Context) (time.Duration, bool) {
		*asked++
		return within, ok
	}
}

func TestSMTP(t *testing.T) {
	t.Parallel()
	for _, encryption := range []string{"none", "starttls", "tls"} {
		t.Run(encryption, func(t *testing.T) {
			t.Parallel()
			s := &server{}
			asked := 0
			answer := s.start(t, encryption).Carry(t.Context(), letter, leave(&asked, time.Minute, true))
			if answer.Outcome != mail.Accepted || answer.Code != 250 || asked != 1 {
				t.Fatalf("got %+v, asked %d times; want it accepted", answer, asked)
			}
			if want := map[string]int{"none": 0, "starttls": 1, "tls": 1}[encryption]; len(s.signedIn) != want {
				t.Errorf("signed in as %v, want %d times", s.signedIn, want)
			}
			if len(s.received) != 1 {
				t.Fatalf("the server has %d messages, want 1", len(s.received))
			}
			checkLetter(t, s.received[0])
		})
	}
}

// checkLetter checks that a message has come as it was sent.
func checkLetter(t *testing.T, text string) {
	t.Helper()
	got, err := netmail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != letter.Subject {
		t.Errorf("subject: got %q %v, want %q", subject, err, letter.Subject)
	}
	for name, want := range map[string]string{
		"Message-Id": "<msg_1@kopeck>", "In-Reply-To": "<earlier@example.com>", "List-Unsubscribe": "", "To": "<boris@example.com>", "Date": "Fri, 27 Nov 2026 12:00:00 +0000",
	} {
		if got := got.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	_, parameters, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(got.Body, parameters["boundary"])
	for _, want := range []string{letter.Text, letter.HTML} {
		part, err := parts.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(part)
		if got := strings.ReplaceAll(string(body), "\r\n", "\n"); strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("part %s: got %q, want %q", part.Header.Get("Content-Type"), got, want)
		}
	}
}

func TestFailuresOfServers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]*struct {
		server  server
		timeout time.Duration
		within  time.Duration
		no      bool // leave says no
		want    mail.Outcome
		code    int
		asked   int
		has     int // messages that the server has read
	}{
		"held":                               {no: true, want: mail.Held, asked: 1},
		"the recipient is refused":           {server: server{rcpt: &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}}, want: mail.Refused, code: 550, asked: 1},
		"the recipient is deferred":          {server: server{rcpt: &smtp.SMTPError{Code: 451, Message: "try later"}}, want: mail.Deferred, code: 451, asked: 1},
		"the text is refused":                {server: server{data: &smtp.SMTPError{Code: 554, Message: "spam"}}, want: mail.Refused, code: 554, asked: 1, has: 1},
		"the text is deferred":               {server: server{data: &smtp.SMTPError{Code: 452, Message: "no room"}}, want: mail.Deferred, code: 452, asked: 1, has: 1},
		"it hangs before it is ready":        {server: server{hang: "greeting"}, timeout: 200 * time.Millisecond, want: mail.Deferred},
		"it hangs at the recipient":          {server: server{hang: "rcpt"}, timeout: 5 * time.Second, want: mail.Deferred, asked: 1},
		"it hangs after the text":            {server: server{hang: "data"}, timeout: 5 * time.Second, want: mail.Unknown, asked: 1, has: 1},
		"the time to leave is over at once":  {within: -time.Second, want: mail.Deferred, asked: 1},
		"a password is refused without TLS":  {},
		"there is no server that can be met": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.within == 0 {
				c.within = time.Minute
			}
			encryption := "none"
			if name == "a password is refused without TLS" {
				encryption, c.want = "refused", mail.Deferred
			}
			carrier := c.server.start(t, encryption)
			if c.timeout != 0 {
				carrier.Timeout = c.timeout
			}
			if name == "there is no server that can be met" {
				c.want = mail.Deferred
				listener, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				address := listener.Addr().String()
				listener.Close()
				if carrier, err = mail.ParseSMTP("smtp://" + address); err != nil {
					t.Fatal(err)
				}
			}
			asked := 0
			answer := carrier.Carry(t.Context(), letter, leave(&asked, c.within, !c.no))
			if answer.Outcome != c.want || answer.Code != c.code || asked != c.asked {
				t.Errorf("got %+v, asked %d times; want outcome %d, code %d, asked %d times", answer, asked, c.want, c.code, c.asked)
			}
			c.server.mu.Lock()
			defer c.server.mu.Unlock()
			if len(c.server.received) != c.has {
				t.Errorf("the server has read %d messages, want %d", len(c.server.received), c.has)
			}
		})
	}
}

func TestUnsubscribe(t *testing.T) {
	t.Parallel()
	s := &server{}
	m, asked := letter, 0
	m.Unsubscribe = "https://example.com/u/abc"
	s.start(t, "none").Carry(t.Context(), m, leave(&asked, time.Minute, true))
	got, err := netmail.ReadMessage(strings.NewReader(s.received[0]))
	if err != nil {
		t.Fatal(err)
	}
	if link, post := got.Header.Get("List-Unsubscribe"), got.Header.Get("List-Unsubscribe-Post"); link != "<https://example.com/u/abc>" || post != "List-Unsubscribe=One-Click" {
		t.Errorf("got %q and %q", link, post)
	}
}

// TestInjection tries to add headers and recipients by line breaks: such a message never reaches a server.
func TestInjection(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(m *mail.Message){
		"recipient":             func(m *mail.Message) { m.To = "a@example.com\r\nBcc: b@example.com" },
		"two recipients":        func(m *mail.Message) { m.To = "a@example.com, b@example.com" },
		"subject":               func(m *mail.Message) { m.Subject = "a\nBcc: b@example.com" },
		"sender":                func(m *mail.Message) { m.From = "a@example.com\r\nBcc: b@example.com" },
		"value of a header":     func(m *mail.Message) { m.Headers = []mail.Header{{Name: "X-A", Value: "a\r\nBcc: b@example.com"}} },
		"name of a header":      func(m *mail.Message) { m.Headers = []mail.Header{{Name: "X-A: b\r\nBcc", Value: "b@example.com"}} },
		"header of the message": func(m *mail.Message) { m.Headers = []mail.Header{{Name: "bcc", Value: "b@example.com"}} },
		"link to unsubscribe":   func(m *mail.Message) { m.Unsubscribe = "https://a>\r\nBcc: b@example.com" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, asked := letter, 0
			change(&m)
			box := &mail.Mailbox{}
			if answer := box.Carry(t.Context(), m, leave(&asked, time.Minute, true)); answer.Outcome != mail.Refused || asked != 0 || len(box.Messages()) != 0 {
				t.Errorf("got %+v, asked %d times; want it refused and not asked", answer, asked)
			}
		})
	}
}

func TestMailbox(t *testing.T) {
	t.Parallel()
	box, asked := &mail.Mailbox{}, 0
	for i := range 201 {
		m := letter
		m.Subject = fmt.Sprint(i)
		if answer := box.Carry(t.Context(), m, leave(&asked, time.Minute, true)); answer.Outcome != mail.Accepted {
			t.Fatal(answer)
		}
	}
	if answer := box.Carry(t.Context(), letter, leave(&asked, time.Minute, false)); answer.Outcome != mail.Held {
		t.Errorf("got %+v, want it held", answer)
	}
	if all := box.Messages(); len(all) != 200 || all[0].Subject != "200" || all[199].Subject != "1" {
		t.Errorf("got %d messages from %q, want the latest 200, the latest first", len(all), all[0].Subject)
	}
}

func TestParseSMTP(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"smtp://mail.example.com":                             true,
		"smtp://anna:se%40cret@mail.example.com:2525":         true,
		"smtps://anna:secret@mail.example.com":                true,
		"smtp://mail.example.com?starttls=no":                 true,
		"":                                                    false,
		"mail.example.com:25":                                 false,
		"http://mail.example.com":                             false,
		"smtp://":                                             false,
		"smtp://mail.example.com/path":                        false,
		"smtp://mail.example.com:0":                           false,
		"smtp://mail.example.com?tls=no":                      false,
		"smtps://mail.example.com?starttls=no":                false,
		"smtp://anna:secret@mail.example.com?starttls=no":     false,
		"smtp://anna:top%ZZsecret@mail.example.com":           false,
		"smtp://anna:topsecret@mail.example.com:port":         false,
		"smtp://anna:topsecret@mail.example.com?other=secret": false,
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			_, err := mail.ParseSMTP(address)
			if (err == nil) != ok {
				t.Errorf("got %v, want ok: %t", err, ok)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error has the password: %v", err)
			}
		})
	}
}
