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

// limits are how much a caller may ask for and how long anything may take, for each room that holds to them.
type limits struct {
	api     transport.Limits
	service service.Limits

	statement          time.Duration // of one statement, on PostgreSQL
	header, read, idle time.Duration // of a connection
}

// limit is one of them as the operator sees it.
type limit struct {
	name        string // of the flag
	value       any    // points to an int or a time.Duration, which is the default until another is told
	least, most any
	what        string
}

func of[T int | time.Duration](name string, value *T, least, most T, what string) limit {
	return limit{name, value, least, most, what}
}

// table lists every limit: flags, variables, --help and the refusal of what is out of range come from here.
func (l *limits) table() []limit {
	return []limit{
		of("body-bytes", &l.api.BodyBytes, 1024, 16<<20, "Bytes of a request's body, or of its URL."),
		of("document-tokens", &l.api.Tokens, 1, 100_000, "Words and signs of a document."),
		of("document-depth", &l.api.Depth, 1, 100, "Fields below one another."),
		of("document-aliases", &l.api.Aliases, 1, 10_000, "Aliases in an operation."),
		of("document-directives", &l.api.Directives, 1, 10_000, "Directives in an operation."),
		of("document-fields", &l.api.Fields, 1, 100_000, "Fields of an operation, fragments spread out."),
		of("document-cache-bytes", &l.api.CacheBytes, 1<<20, 1<<30, "Bytes of memory for documents that were parsed before."),
		of("input-depth", &l.api.InputDepth, 1, 100, "Objects and lists of an input inside one another."),
		of("input-items", &l.api.ListItems, 1, 250, "Items in one list of an input."),
		of("page-default", &l.api.PageDefault, 1, 250, "Rows on a page, unless told."),
		of("page-maximum", &l.api.PageMaximum, 1, 250, "Rows on a page, at most."),
		of("answer-errors", &l.api.Errors, 1, 1000, "Errors in an answer."),
		of("operation-cost", &l.api.Cost, 1, 1_000_000, "Points that an operation may cost."),
		of("bucket-points", &l.api.Bucket, 1, 1_000_000_000, "Points that a caller may spend at once."),
		of("bucket-restore", &l.api.Restore, 1, 1_000_000_000, "Points that a caller gets back in a second."),
		of("header-timeout", &l.header, 100*time.Millisecond, 10*time.Minute, "To send a request's header."),
		of("read-timeout", &l.read, 100*time.Millisecond, 10*time.Minute, "To send a whole request."),
		of("idle-timeout", &l.idle, time.Second, time.Hour, "Until a connection without a request is closed."),
		of("operation-timeout", &l.api.Operation, 100*time.Millisecond, 10*time.Minute, "Of a query or mutation."),
		of("statement-timeout", &l.statement, 50*time.Millisecond, 10*time.Minute, "Of one statement on PostgreSQL; shorter than an operation's."),
		of("socket-init-timeout", &l.api.SocketInit, 100*time.Millisecond, time.Minute, "Until a WebSocket must have signed in."),
		of("socket-ping", &l.api.SocketPing, time.Second, 10*time.Minute, "Between the pings of a WebSocket or event stream."),
		of("socket-operations", &l.api.SocketOperations, 1, 10_000, "Operations on one WebSocket at once."),
		of("socket-frame-bytes", &l.api.SocketFrame, 1024, 16<<20, "Bytes of one message on a WebSocket."),
		of("sign-in-attempts", &l.service.SignIns, 1, 600, "Failed attempts to sign in, a minute, for an account and for an address."),
		of("password-hashes", &l.service.Hashes, 1, 64, "Passwords hashed at once, of 19 MiB each."),
		of("access-token-life", &l.service.AccessLife, 10*time.Minute, service.LongestAccess, "Of an access token."),
		of("refresh-token-days", &l.service.RefreshDays, 1, 365, "Of a refresh token."),
		of("idempotency-key-days", &l.service.KeyDays, 1, 3650, "Until an idempotency key is forgotten."),
	}
}

// standard are the limits where nothing is told.
func standard() limits {
	return limits{
		api: transport.Limits{}.WithDefaults(), service: service.Limits{}.WithDefaults(), statement: 9 * time.Second,
		header: 5 * time.Second, read: 15 * time.Second, idle: time.Minute,
	}
}

func (l limit) variable() string {
	return "KOPECK_" + strings.ToUpper(strings.ReplaceAll(l.name, "-", "_"))
}

// written is how a value is written for a flag: a duration without the zeros at its end.
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

// limitFlags gives the limits as the command line's parser takes them: a pointer to a structure with a field for each.
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

// toldLimits gives the limits that were parsed into flags, or says which of them is wrong, by its variable's name.
func toldLimits(flags kong.Plugins) (limits, error) {
	l := standard()
	given := reflect.ValueOf(flags[0]).Elem()
	for i, one := range l.table() {
		value := given.Field(i)
		if value.Int() < reflect.ValueOf(one.least).Int() || value.Int() > reflect.ValueOf(one.most).Int() {
			return l, fmt.Errorf("%s: want %s to %s, not %v", one.variable(), written(one.least), written(one.most), value)
		}
		reflect.ValueOf(one.value).Elem().Set(value)
	}
	return l, l.check()
}

// check tells what is wrong with the limits taken together.
func (l *limits) check() error {
	switch {
	case l.statement >= l.api.Operation:
		return fmt.Errorf("KOPECK_STATEMENT_TIMEOUT: want less than the operation's, KOPECK_OPERATION_TIMEOUT, which is %s", written(l.api.Operation))
	case l.header > l.read:
		return fmt.Errorf("KOPECK_HEADER_TIMEOUT: want no more than the whole request's, KOPECK_READ_TIMEOUT, which is %s", written(l.read))
	case l.api.PageDefault > l.api.PageMaximum:
		return fmt.Errorf("KOPECK_PAGE_DEFAULT: want no more than KOPECK_PAGE_MAXIMUM, which is %d", l.api.PageMaximum)
	}
	return nil
}
