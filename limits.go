package main

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"kopeck/service"
	"kopeck/transport"
)

// limits are the limits of requests and times, by the package that enforces them.
type limits struct {
	api     transport.Limits
	service service.Limits

	statement          time.Duration // of a statement on PostgreSQL
	header, read, idle time.Duration // of a connection
}

// limit is a limit as a flag and a variable.
type limit struct {
	name        string // of the flag
	value       any    // points to an int or a time.Duration with the default
	least, most any
	what        string
}

// limitOf returns a limit; what says what is limited, for --help.
func limitOf[T int | time.Duration](name string, value *T, least, most T, what string) limit {
	return limit{name, value, least, most, what}
}

// table returns every limit. Flags, variables, --help and the check of ranges are derived from it.
func (l *limits) table() []limit {
	return []limit{
		limitOf("body-bytes", &l.api.BodyBytes, 1024, 16<<20, "Largest body of a request, and longest URL, in bytes."),
		limitOf("document-tokens", &l.api.Tokens, 1, 100_000, "Lexical tokens of a document."),
		limitOf("document-depth", &l.api.Depth, 1, 100, "Fields below one another."),
		limitOf("document-aliases", &l.api.Aliases, 1, 10_000, "Aliases in an operation."),
		limitOf("document-directives", &l.api.Directives, 1, 10_000, "Directives in an operation."),
		limitOf("document-fields", &l.api.Fields, 1, 100_000, "Fields of an operation, with fragments expanded."),
		limitOf("document-cache-bytes", &l.api.CacheBytes, 1<<20, 1<<30, "Largest memory for documents that were parsed before, in bytes."),
		limitOf("input-depth", &l.api.InputDepth, 1, 100, "Objects and lists of an input inside one another."),
		limitOf("input-items", &l.api.ListItems, 1, 250, "Items in one list of an input."),
		limitOf("page-default", &l.api.PageDefault, 1, 250, "Rows on a page, if none are requested."),
		limitOf("page-maximum", &l.api.PageMaximum, 1, 250, "Rows on a page, at most."),
		limitOf("answer-errors", &l.api.Errors, 1, 1000, "Errors in an answer."),
		limitOf("operation-cost", &l.api.Cost, 1, 1_000_000, "Points that an operation may cost."),
		limitOf("bucket-points", &l.api.Bucket, 1, 1_000_000_000, "Points that a caller may spend at once."),
		limitOf("bucket-restore", &l.api.Restore, 1, 1_000_000_000, "Points that a caller gets back in a second."),
		limitOf("header-timeout", &l.header, 100*time.Millisecond, 10*time.Minute, "To send a request's header."),
		limitOf("read-timeout", &l.read, 100*time.Millisecond, 10*time.Minute, "To send a whole request."),
		limitOf("idle-timeout", &l.idle, time.Second, time.Hour, "Until a connection without a request is closed."),
		limitOf("operation-timeout", &l.api.Operation, 100*time.Millisecond, 10*time.Minute, "Of a query or mutation."),
		limitOf("write-timeout", &l.api.Write, 100*time.Millisecond, 10*time.Minute, "For a client to receive an answer or event that is ready; one that does not read is cut."),
		limitOf("statement-timeout", &l.statement, 50*time.Millisecond, 10*time.Minute, "Of one statement on PostgreSQL; shorter than an operation's."),
		limitOf("socket-init-timeout", &l.api.SocketInit, 100*time.Millisecond, time.Minute, "Until a WebSocket must have signed in."),
		limitOf("socket-ping", &l.api.SocketPing, time.Second, 10*time.Minute, "Between the pings of a WebSocket or event stream."),
		limitOf("socket-operations", &l.api.SocketOperations, 1, 10_000, "Operations on one WebSocket at once."),
		limitOf("socket-frame-bytes", &l.api.SocketFrame, 1024, 16<<20, "Largest message on a WebSocket, in bytes."),
		limitOf("sign-in-attempts", &l.service.SignIns, 1, 600, "Failed attempts to sign in, a minute, for an account from an address."),
		limitOf("sign-in-attempts-account", &l.service.AccountSignIns, 1, 6000, "Failed attempts to sign in, a minute, for an account from all addresses."),
		limitOf("sign-in-attempts-address", &l.service.AddressSignIns, 1, 6000, "Failed attempts to sign in, a minute, from an address for all accounts."),
		limitOf("password-hashes", &l.service.Hashes, 1, 64, "Passwords hashed at once, of 19 MiB each."),
		limitOf("access-token-life", &l.service.AccessLife, 10*time.Minute, service.LongestAccess, "Of an access token."),
		limitOf("refresh-token-days", &l.service.RefreshDays, 1, 365, "Of a refresh token."),
		limitOf("refresh-token-again", &l.service.RefreshAgain, time.Second, 10*time.Minute, "After its use, in which a refresh token gives the same next one again."),
		limitOf("idempotency-key-days", &l.service.KeyDays, 1, 3650, "Until an idempotency key is forgotten."),
	}
}

// standard returns the default limits.
func standard() limits {
	return limits{
		api: transport.Limits{}.WithDefaults(), service: service.Limits{}.WithDefaults(), statement: 9 * time.Second,
		header: 5 * time.Second, read: 15 * time.Second, idle: time.Minute,
	}
}

// variable returns the name of the limit's environment variable.
func (l limit) variable() string {
	return "KOPECK_" + strings.ToUpper(strings.ReplaceAll(l.name, "-", "_"))
}

// written formats a value for a flag; a duration has no zeros at its end.
func written(value any) string {
	text := fmt.Sprint(reflect.Indirect(reflect.ValueOf(value)))
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// limitFlags returns the limits as flags for the command line's parser: a pointer to a struct with a field for each.
func limitFlags() kong.Plugins {
	l := standard()
	var fields []reflect.StructField
	for i, one := range l.table() {
		tag := ""
		for _, part := range [][2]string{
			{"name", one.name}, {"env", one.variable()}, {"default", written(one.value)}, {"help", one.what}, {"group", "Limits"},
		} {
			tag += part[0] + ":" + strconv.Quote(part[1]) + " "
		}
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprint("Limit", i), Type: reflect.TypeOf(one.value).Elem(), Tag: reflect.StructTag(tag),
		})
	}
	return kong.Plugins{reflect.New(reflect.StructOf(fields)).Interface()}
}

// parseLimits returns the limits in the parsed flags, or an error with the name of the variable that is wrong.
func parseLimits(flags kong.Plugins) (limits, error) {
	l := standard()
	given := reflect.ValueOf(flags[0]).Elem()
	for i, one := range l.table() {
		value := given.Field(i)
		if value.Int() < reflect.ValueOf(one.least).Int() || value.Int() > reflect.ValueOf(one.most).Int() {
			return l, fmt.Errorf("%s: %v is out of range; use %s to %s", one.variable(), value, written(one.least), written(one.most))
		}
		reflect.ValueOf(one.value).Elem().Set(value)
	}
	return l, l.check()
}

// whole is the maximum time of a request, from its header to the end of its answer.
func (l *limits) whole() time.Duration { return l.read + l.api.Operation + l.api.Write }

// check returns an error if two limits contradict each other.
func (l *limits) check() error {
	switch {
	case l.statement >= l.api.Operation:
		return fmt.Errorf("KOPECK_STATEMENT_TIMEOUT must be less than KOPECK_OPERATION_TIMEOUT, which is %s", written(l.api.Operation))
	case l.header > l.read:
		return fmt.Errorf("KOPECK_HEADER_TIMEOUT must be at most KOPECK_READ_TIMEOUT, which is %s", written(l.read))
	case l.api.PageDefault > l.api.PageMaximum:
		return fmt.Errorf("KOPECK_PAGE_DEFAULT must be at most KOPECK_PAGE_MAXIMUM, which is %d", l.api.PageMaximum)
	}
	return nil
}
