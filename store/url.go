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

// target is what a database URL says.
type target struct {
	dialect string
	path    string    // SQLite: the file, absolute
	config  pq.Config // PostgreSQL
	dsn     string    // PostgreSQL: the URL with our defaults, for the listener
	shown   string    // for error messages: without the password
}

// parse reads a database URL. Its errors never hold any of the URL but what cannot be secret.
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
	return target{}, fmt.Errorf("the database URL's scheme %q is unknown: it must be sqlite or postgres", scheme)
}

func parseSQLite(path string) (target, error) {
	switch {
	case path == "":
		return target{}, errors.New("the database URL sqlite:// names no file")
	case strings.Contains(path, ":memory:"):
		return target{}, errors.New("an SQLite database in memory is not possible: each connection would have its own; name a file")
	case strings.ContainsAny(path, "?#"):
		return target{}, errors.New("the database URL sqlite://… takes no parameters, and the file's name no ? or #")
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return target{}, fmt.Errorf("the SQLite file's name: %w", err)
	}
	return target{dialect: dialect.SQLite, path: absolute, shown: "sqlite://" + path}, nil
}

func parsePostgres(text string) (target, error) {
	// url.Parse quotes what it cannot read, and that may be the password: its error is not passed on.
	// An @ that ends no user name, and a #, stand in a password that is not encoded.
	u, err := url.Parse(text)
	if err != nil || strings.Contains(text, "#") || strings.Contains(text, "@") && u.User == nil {
		return target{}, errors.New("the database URL is not a valid postgres:// URL; are the special characters in user and password percent-encoded?")
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
	parameters.Set("binary_parameters", "yes") // one round trip for a statement that is not prepared, and safe with poolers
	parameters.Set("timezone", "UTC")
	if !given("target_session_attrs", "PGTARGETSESSIONATTRS") && (strings.Contains(complete.Host, ",") || strings.Contains(parameters.Get("host"), ",")) {
		parameters.Set("target_session_attrs", "read-write") // of several hosts, the primary: a standby neither writes nor notifies
	}
	complete.RawQuery = parameters.Encode()
	config, err := pq.NewConfig(complete.String())
	if err != nil {
		return target{}, fmt.Errorf("the database URL: %s", withoutSecret(err.Error(), u, parameters))
	}
	shown := url.URL{Scheme: "postgres", Host: u.Host, Path: u.Path}
	return target{dialect: dialect.Postgres, config: config, dsn: complete.String(), shown: shown.String()}, nil
}

// separatePorts takes the ports out of a list of hosts (a:5432,b:5433), where PostgreSQL's own programs have them and
// lib/pq does not find them, and puts them into the parameter port.
func separatePorts(u *url.URL, parameters url.Values) {
	if !strings.Contains(u.Host, ",") || parameters.Has("port") {
		return
	}
	var hosts, ports []string
	for one := range strings.SplitSeq(u.Host, ",") {
		host, port, err := net.SplitHostPort(one)
		if err != nil { // it has none
			host, port = one, "5432"
		}
		hosts, ports = append(hosts, host), append(ports, port)
	}
	u.Host = strings.Join(hosts, ",")
	parameters.Set("port", strings.Join(ports, ","))
}

// onThisMachine tells whether the server is reached without a network.
func onThisMachine(u *url.URL, parameters url.Values) bool {
	host := u.Hostname()
	if named := parameters.Get("host"); named != "" {
		host = named
	}
	if host == "" {
		host = os.Getenv("PGHOST")
	}
	for one := range strings.SplitSeq(host, ",") {
		address, err := netip.ParseAddr(one)
		if one != "" && one != "localhost" && !strings.HasPrefix(one, "/") && (err != nil || !address.IsLoopback()) {
			return false
		}
	}
	return true
}

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
