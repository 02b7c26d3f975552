package store

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"entgo.io/ent/dialect"
	"github.com/lib/pq"
)

// target is a parsed database URL.
type target struct {
	dialect string
	path    string    // SQLite: the file, absolute
	config  pq.Config // PostgreSQL
	dsn     string    // PostgreSQL: the URL with our defaults, for the listener
	shown   string    // the URL without the password, for error messages
}

// parse reads a database URL. Its errors contain no part of the URL that could be secret.
func parse(text string) (target, error) {
	scheme, rest, found := strings.Cut(text, "://")
	switch {
	case !found:
		return target{}, errors.New("the database URL must begin with sqlite:// or postgres://")
	case scheme == "sqlite":
		return parseSQLite(rest)
	case scheme == "postgres" || scheme == "postgresql":
		return parsePostgres(text)
	}
	return target{}, fmt.Errorf("the scheme %q of the database URL is unknown; use sqlite or postgres", scheme)
}

func parseSQLite(path string) (target, error) {
	switch {
	case path == "":
		return target{}, errors.New("the database URL sqlite:// names no file; write sqlite://kopeck.db")
	case strings.Contains(path, ":memory:"):
		return target{}, errors.New("an SQLite database in memory is not supported, since each connection would have its own; name a file")
	case strings.ContainsAny(path, "?#"):
		return target{}, errors.New("a database URL sqlite://… takes no parameters, and the name of the file must not contain ? or #")
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return target{}, fmt.Errorf("the SQLite file's name: %w", err)
	}
	return target{dialect: dialect.SQLite, path: absolute, shown: "sqlite://" + path}, nil
}

func parsePostgres(text string) (target, error) {
	// The error of url.Parse is not passed on: it quotes what it cannot read, which may be the password.
	// A # or an @ without a user name comes from a password that is not percent-encoded.
	u, err := url.Parse(text)
	if err != nil || strings.Contains(text, "#") || strings.Contains(text, "@") && u.User == nil || hasPasswordPart(u) {
		return target{}, errors.New("the database URL is not a valid postgres:// URL; special characters in user and password must be percent-encoded")
	}
	complete, parameters := *u, u.Query()
	separatePorts(&complete, parameters)
	given := func(key, variable string) bool { return parameters.Has(key) || os.Getenv(variable) != "" }
	if !given("sslmode", "PGSSLMODE") && onThisMachine(&complete, parameters) {
		parameters.Set("sslmode", "prefer")
	}
	if !given("connect_timeout", "PGCONNECT_TIMEOUT") {
		parameters.Set("connect_timeout", "5")
	}
	if !given("application_name", "PGAPPNAME") {
		parameters.Set("application_name", "kopeck")
	}
	parameters.Set("binary_parameters", "yes") // one round trip for an unprepared statement; works with poolers
	parameters.Set("timezone", "UTC")
	if !given("target_session_attrs", "PGTARGETSESSIONATTRS") && (strings.Contains(complete.Host, ",") || strings.Contains(parameters.Get("host"), ",")) {
		parameters.Set("target_session_attrs", "read-write") // choose the primary: a standby can neither write nor notify
	}
	complete.RawQuery = parameters.Encode()
	config, err := pq.NewConfig(complete.String())
	if err != nil {
		return target{}, fmt.Errorf("the database URL: %s", withoutSecret(err.Error(), u, parameters))
	}
	shown := url.URL{Scheme: "postgres", Host: u.Host, Path: u.Path}
	return target{dialect: dialect.Postgres, config: config, dsn: complete.String(), shown: shown.String()}, nil
}

// hasPasswordPart reports whether a part of a password that is not percent-encoded was parsed as the path or as the name of
// a parameter: of me:a@/b?c@host/db the user's password is a, and the path /b.
func hasPasswordPart(u *url.URL) bool {
	if strings.Contains(u.EscapedPath(), "@") {
		return true
	}
	for name := range u.Query() {
		if strings.ContainsAny(name, "@/") {
			return true
		}
	}
	return false
}

// separatePorts moves the ports of a list of hosts (a:5432,b:5433) to the parameter port. PostgreSQL's own programs
// accept them in the list, lib/pq does not.
func separatePorts(u *url.URL, parameters url.Values) {
	if !strings.Contains(u.Host, ",") || parameters.Has("port") {
		return
	}
	var hosts, ports []string
	for address := range strings.SplitSeq(u.Host, ",") {
		host, port, err := net.SplitHostPort(address)
		if err != nil { // no port
			host, port = address, "5432"
		}
		hosts, ports = append(hosts, host), append(ports, port)
	}
	u.Host = strings.Join(hosts, ",")
	parameters.Set("port", strings.Join(ports, ","))
}

// onThisMachine reports whether the server is reached without a network.
func onThisMachine(u *url.URL, parameters url.Values) bool {
	host := u.Hostname()
	if named := parameters.Get("host"); named != "" {
		host = named
	}
	if host == "" {
		host = os.Getenv("PGHOST")
	}
	for name := range strings.SplitSeq(host, ",") {
		address, err := netip.ParseAddr(name)
		if name != "" && name != "localhost" && !strings.HasPrefix(name, "/") && (err != nil || !address.IsLoopback()) {
			return false
		}
	}
	return true
}

// withoutSecret replaces the passwords of a URL in a message.
func withoutSecret(message string, u *url.URL, parameters url.Values) string {
	secrets := []string{parameters.Get("password"), parameters.Get("sslpassword")}
	if password, ok := u.User.Password(); ok {
		secrets = append(secrets, password, url.QueryEscape(password), url.PathEscape(password))
	}
	for _, secret := range secrets {
		if secret != "" {
			message = strings.ReplaceAll(message, secret, "xxxxx")
		}
	}
	return message
}
