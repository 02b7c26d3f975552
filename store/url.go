package store

import (
	"errors"
	"fmt"
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
	parameters := u.Query()
	given := func(key, variable string) bool { return parameters.Has(key) || os.Getenv(variable) != "" }
	if !given("sslmode", "PGSSLMODE") && onThisMachine(u, parameters) {
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
	complete := *u
	complete.RawQuery = parameters.Encode()
	config, err := pq.NewConfig(complete.String())
	if err != nil {
		return target{}, fmt.Errorf("the database URL: %s", withoutSecret(err.Error(), u, parameters))
	}
	if len(config.Multi) > 0 && config.TargetSessionAttrs == "" {
		config.TargetSessionAttrs = pq.TargetSessionAttrsReadWrite // of several hosts, the primary
	}
	shown := url.URL{Scheme: "postgres", Host: u.Host, Path: u.Path}
	return target{dialect: dialect.Postgres, config: config, dsn: complete.String(), shown: shown.String()}, nil
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
	address, err := netip.ParseAddr(host)
	return host == "" || host == "localhost" || strings.HasPrefix(host, "/") || err == nil && address.IsLoopback()
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
