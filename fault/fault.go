// Package fault has the errors that are shown to the user. Any other error is internal: the client gets only its
// request's id, and the log the whole error. The package imports the standard library alone.
package fault

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Code classifies an error by what the caller can do about it. The values are those of the API's UserErrorCode.
type Code string

// The codes, with their names in the API.
const (
	Invalid              Code = "INVALID"
	NotFound             Code = "NOT_FOUND"
	AlreadyExists        Code = "ALREADY_EXISTS"
	VersionConflict      Code = "VERSION_CONFLICT"
	IdempotencyKeyReused Code = "IDEMPOTENCY_KEY_REUSED"
	PermissionMissing    Code = "PERMISSION_MISSING"
	BelowFloor           Code = "BELOW_FLOOR"
	PriceExpired         Code = "PRICE_EXPIRED"
	DateImpossible       Code = "DATE_IMPOSSIBLE"
	WrongState           Code = "WRONG_STATE"
	LimitExceeded        Code = "LIMIT_EXCEEDED"
	Forbidden            Code = "FORBIDDEN"

	// Unauthenticated and Unavailable never occur in userErrors: they are errors of the request. After Unavailable the same
	// request may succeed later.
	Unauthenticated Code = "UNAUTHENTICATED"
	Unavailable     Code = "UNAVAILABLE"
)

// MarshalGQL writes the code as the API's enum.
func (c Code) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(c))) }

// UnmarshalGQL reads the code. No input of the API has one.
func (c *Code) UnmarshalGQL(from any) error {
	text, ok := from.(string)
	if !ok {
		return fmt.Errorf("cannot read a %T as a code; send a string", from)
	}
	*c = Code(text)
	return nil
}

// Error is an error for the user: a code, the path of the input's field, and a message that says what is wrong and what
// is expected.
type Error struct {
	Code    Code
	Path    []string // from the input's root: ["lines", "0", "quantity"]; empty for the request as a whole
	Message string

	// Detail is a *Conflict for VersionConflict, a *Missing for PermissionMissing, a *quote.Expired for PriceExpired, an
	// *Impossible for DateImpossible, the floor as a money.Amount for BelowFloor, otherwise nil.
	Detail any

	internal error // in a List: an error that is no fault
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// At returns a copy with the path put before the error's own.
func (e *Error) At(path ...string) *Error {
	moved := *e
	moved.Path = append(append([]string{}, path...), e.Path...)
	return &moved
}

// At returns an error whose faults have the path put before their own; nil and internal errors stay as they are.
func At(err error, path ...string) error {
	all := All(err)
	switch len(all) {
	case 0:
		return err
	case 1:
		return all[0].At(path...)
	}
	moved := make(List, len(all))
	for i, e := range all {
		moved[i] = e.At(path...)
	}
	return moved.Or()
}

// Conflict is the Detail of VersionConflict.
type Conflict struct {
	CurrentVersion int
	Fields         []FieldConflict
}

// FieldConflict is a field that two people have changed: its value before, the other person's and the caller's.
type FieldConflict struct {
	Name                string
	Base, Theirs, Yours any
}

// Missing is the Detail of PermissionMissing. Its strings are values of the API's enums.
type Missing struct {
	Channel, Purpose, RequiredLevel string
	CurrentLevel                    string // "" where there is no active permission at all
	Road, HowEarned                 string
}

// Impossible is the Detail of DateImpossible: the first day that is possible, by its beginning, and its lead time; nil where no day
// is.
type Impossible struct {
	Earliest *time.Time
	LeadDays *int
}

// New returns an error with a code for a field, "" for the request as a whole.
func New(code Code, field, format string, args ...any) *Error {
	e := &Error{Code: code, Message: fmt.Sprintf(format, args...)}
	if field != "" {
		e.Path = []string{field}
	}
	return e
}

// Invalidf is New with the code Invalid.
func Invalidf(field, format string, args ...any) *Error { return New(Invalid, field, format, args...) }

// IsOfRequest reports whether errors with the code are errors of the request, and not of one of its verbs.
func (c Code) IsOfRequest() bool { return c == Unauthenticated || c == Unavailable }

// NoSuch returns the error for an id that does not exist or that the caller must not see.
func NoSuch(field, what string) *Error { return New(NotFound, field, "no such %s", what) }

// Of returns the fault in an error's chain, nil if the error is internal.
func Of(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Is reports whether an error is a fault with this code.
func Is(err error, code Code) bool {
	e := Of(err)
	return e != nil && e.Code == code
}

// List has several faults of one request.
type List []*Error

// Error implements error.
func (l List) Error() string {
	switch len(l) {
	case 0:
		return "no error"
	case 1:
		return l[0].Message
	}
	return fmt.Sprintf("%s (and %d more)", l[0].Message, len(l)-1)
}

// Add appends the faults in an error's chain; nil has none. An error that is no fault is kept for [List.Or].
func (l *List) Add(err error) {
	switch all := All(err); {
	case err == nil:
	case all == nil:
		*l = append(*l, &Error{internal: err})
	default:
		*l = append(*l, all...)
	}
}

// Or returns the list as an error, nil if it is empty. Where an error was added that is no fault, it is that error.
func (l List) Or() error {
	if len(l) == 0 {
		return nil
	}
	for _, e := range l {
		if e.internal != nil {
			return e.internal
		}
	}
	return l
}

// All returns the faults in an error's chain, nil if the error is internal.
func All(err error) []*Error {
	var list List
	if errors.As(err, &list) {
		return list
	}
	if e := Of(err); e != nil {
		return []*Error{e}
	}
	return nil
}
