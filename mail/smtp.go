package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// SMTP hands messages over to a mail server. It opens a connection for each message.
type SMTP struct {
	host           string
	port           int
	implicitTLS    bool // smtps: TLS from the first byte
	startTLS       mail.TLSPolicy
	user, password string

	// Timeout is how long the server may take until it is ready for a message, and as long again to answer it.
	Timeout time.Duration
	// TLS is the configuration of TLS, nil for that of the system.
	TLS *tls.Config
}

// Timeout is how long a server may take until it is ready for a message, and as long again to answer it.
const Timeout = 30 * time.Second

// closing is how long a message that is being handed over still has once the process is to end.
const closing = 10 * time.Second

// ParseSMTP reads the address of a mail server: smtp://user:password@host:587 for STARTTLS, which the server must offer unless the address
// ends with ?starttls=no; smtps:// for TLS from the start. Without a port it is 587, or 465. Its errors do not contain the address, which may
// have a password.
func ParseSMTP(address string) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "smtp" && u.Scheme != "smtps") || u.Hostname() == "" || (u.Path != "" && u.Path != "/") || u.Fragment != "" {
		return nil, errors.New("want smtp://USER:PASSWORD@HOST:PORT or smtps://USER:PASSWORD@HOST:PORT, with special characters percent-encoded")
	}
	s := &SMTP{host: u.Hostname(), port: 587, implicitTLS: u.Scheme == "smtps", startTLS: mail.TLSMandatory, Timeout: Timeout}
	if s.implicitTLS {
		s.port, s.startTLS = 465, mail.NoTLS
	}
	if text := u.Port(); text != "" {
		if s.port, err = strconv.Atoi(text); err != nil || s.port < 1 || s.port > 65535 {
			return nil, errors.New("the port is not a number from 1 to 65535")
		}
	}
	for name, values := range u.Query() {
		if name != "starttls" || s.implicitTLS || !slices.Equal(values, []string{"no"}) {
			return nil, errors.New("the only parameter is starttls=no, of smtp://")
		}
		s.startTLS = mail.NoTLS
	}
	if u.User != nil {
		s.user = u.User.Username()
		s.password, _ = u.User.Password()
		if s.startTLS == mail.NoTLS && !s.implicitTLS {
			return nil, errors.New("a user and password are sent over TLS alone: leave out starttls=no")
		}
	}
	return s, nil
}

// Carry implements [Carrier].
func (s *SMTP) Carry(ctx context.Context, m Message, leave Leave) Answer {
	built, err := m.build()
	if err != nil {
		return Answer{Outcome: Refused, Text: "the message cannot be built: " + err.Error()}
	}
	out := &outgoing{}
	client, err := s.client(out)
	if err != nil {
		return Answer{Outcome: Deferred, Text: err.Error()}
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		out.close()
		return Answer{Outcome: Deferred, Code: codeIn(err), Text: err.Error()}
	}
	defer out.close()
	defer context.AfterFunc(ctx, out.hurry)()
	began := time.Now() // before leave decides: who waits for the message to have left begins to wait later
	within, ok := leave(ctx)
	if !ok {
		_ = session.Quit()
		return Answer{}
	}
	out.limit(began.Add(within))
	err = client.SendWithSMTPClient(session, built)
	if built.IsDelivered() {
		_ = session.Quit()
		return Answer{Outcome: Accepted, Code: 250, Text: built.ServerResponse()}
	}
	return failure(err)
}

// client returns a client of go-mail whose connection is out.
func (s *SMTP) client(out *outgoing) (*mail.Client, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.TLS != nil {
		config = s.TLS.Clone()
	}
	config.ServerName = s.host
	options := []mail.Option{
		mail.WithPort(s.port), mail.WithTLSPolicy(s.startTLS), mail.WithTLSConfig(config), mail.WithTimeout(s.Timeout), mail.WithoutNoop(),
		mail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{Timeout: s.Timeout}).DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			out.open(conn)
			if !s.implicitTLS {
				return out, nil
			}
			over := tls.Client(out, config)
			if err := over.HandshakeContext(ctx); err != nil {
				out.close()
				return nil, err
			}
			return over, nil
		}),
	}
	if s.implicitTLS {
		options = append(options, mail.WithSSL())
	}
	if s.user != "" {
		options = append(options, mail.WithSMTPAuthCustom(&signIn{user: s.user, password: s.password, host: s.host}))
	}
	return mail.NewClient(s.host, options...)
}

// failure says what an error of sending means. Before the end of its text the server does not deliver a message; after it, it may have even
// though no answer came.
func failure(err error) Answer {
	a := Answer{Outcome: Deferred, Text: err.Error()}
	var sending *mail.SendError
	if !errors.As(err, &sending) {
		return a
	}
	a.Code = sending.ErrorCode()
	switch {
	case a.Code >= 500:
		a.Outcome = Refused
	case a.Code == 0 && sending.Reason == mail.ErrSMTPDataClose:
		a.Outcome = Unknown
	}
	return a
}

// codeIn returns the code that an error of SMTP begins with, 0 for none.
func codeIn(err error) int {
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i >= 0 && len(text) > i+2 {
		text = text[i+2:]
	}
	code, err := strconv.Atoi(text[:min(3, len(text))])
	if err != nil || code < 200 || code > 599 {
		return 0
	}
	return code
}

// outgoing is a connection on which nothing is written after a moment.
type outgoing struct {
	net.Conn

	mu    sync.Mutex
	by    time.Time // zero: no limit
	until time.Time // the deadline set otherwise
}

func (c *outgoing) open(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Conn = conn
}

func (c *outgoing) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Conn != nil {
		_ = c.Conn.Close()
	}
}

// limit refuses what is written after a moment.
func (c *outgoing) limit(by time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by = by
	_ = c.Conn.SetWriteDeadline(c.earlier(c.until))
}

// hurry leaves the server little time: the process is to end.
func (c *outgoing) hurry() { _ = c.SetDeadline(time.Now().Add(closing)) }

// SetDeadline implements net.Conn.
func (c *outgoing) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = t
	return errors.Join(c.Conn.SetReadDeadline(t), c.Conn.SetWriteDeadline(c.earlier(t)))
}

// SetWriteDeadline implements net.Conn.
func (c *outgoing) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = t
	return c.Conn.SetWriteDeadline(c.earlier(t))
}

func (c *outgoing) earlier(t time.Time) time.Time {
	if !c.by.IsZero() && (t.IsZero() || c.by.Before(t)) {
		return c.by
	}
	return t
}

// signIn authenticates by PLAIN, or by LOGIN where the server offers that alone; never without TLS.
type signIn struct {
	user, password, host string

	by smtp.Auth
}

// Start implements smtp.Auth.
func (a *signIn) Start(server *smtp.ServerInfo) (mechanism string, first []byte, err error) {
	if !server.TLS {
		return "", nil, errors.New("the password is not sent without TLS")
	}
	a.by = smtp.PlainAuth("", a.user, a.password, a.host, false)
	if !slices.Contains(server.Auth, "PLAIN") && slices.Contains(server.Auth, "LOGIN") {
		a.by = smtp.LoginAuth(a.user, a.password, a.host, false)
	}
	return a.by.Start(server)
}

// Next implements smtp.Auth.
func (a *signIn) Next(challenge []byte, more bool) ([]byte, error) {
	if a.by == nil {
		return nil, fmt.Errorf("the server asks %q before the password was offered", challenge)
	}
	return a.by.Next(challenge, more)
}
