// Package fault is the one error that is meant for the user's eyes. Anything else that goes wrong
// is an internal error: the client is told its request's id, the log everything.
package fault

import (
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Code says what kind of thing the caller can put right. The values are those of the API's UserErrorCode.
type Code string

// The codes, as the API names them.
const (
	Invalid              Code = "INVALID"
	NotFound             Code = "NOT_FOUND"
	AlreadyExists        Code = "ALREADY_EXISTS"
	VersionConflict      Code = "VERSION_CONFLICT"
	IdempotencyKeyReused Code = "IDEMPOTENCY_KEY_REUSED"
	PermissionMissing    Code = "PERMISSION_MISSING"
	BelowFloor           Code = "BELOW_FLOOR"
	PriceExpired         Code = "PRICE_EXPIRED"
	WrongState           Code = "WRONG_STATE"
	LimitExceeded        Code = "LIMIT_EXCEEDED"
	Forbidden            Code = "FORBIDDEN"

	// Unauthenticated never stands in userErrors: it is an error of the request.
	Unauthenticated Code = "UNAUTHENTICATED"
)

// MarshalGQL writes the code as the API's enum.
func (c Code) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(c))) }

// UnmarshalGQL reads the code; no input has one.
func (c *Code) UnmarshalGQL(from any) error {
	text, ok := from.(string)
	if !ok {
		return errors.New("a code is a string")
	}
	*c = Code(text)
	return nil
}

// Error is an error for the user: a code, the path of the input's field, and a message in plain words.
type Error struct {
	Code    Code
	Path    []string // from the input's root: ["lines", "0", "quantity"]; empty for the request as a whole
	Message string

	// Detail carries what one code adds to the answer: Conflict for VersionConflict, Missing for
	// PermissionMissing, else nil.
	Detail any
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// At gives a copy with the path set in front of what the error has.
func (e *Error) At(path ...string) *Error {
	moved := *e
	moved.Path = append(append([]string{}, path...), e.Path...)
	return &moved
}

// Conflict is the Detail of VersionConflict.
type Conflict struct {
	CurrentVersion int
	Fields         []FieldConflict
}

// FieldConflict is one field that two people changed: what it was, what the other made of it, what you wanted.
type FieldConflict struct {
	Name                string
	Base, Theirs, Yours any
}

// Missing is the Detail of PermissionMissing. The words are those of the API's enums.
type Missing struct {
	Channel, Purpose, RequiredLevel string
	CurrentLevel                    string // "" where there is no active permission at all
}

// New makes an error of a code for a field, "" for the request as a whole.
func New(code Code, field, format string, args ...any) *Error {
	e := &Error{Code: code, Message: fmt.Sprintf(format, args...)}
	if field != "" {
		e.Path = []string{field}
	}
	return e
}

// Invalidf is New for the commonest code.
func Invalidf(field, format string, args ...any) *Error { return New(Invalid, field, format, args...) }

// NoSuch says that an id leads nowhere: it does not exist, or the caller may not know that it does.
func NoSuch(field, what string) *Error { return New(NotFound, field, "no such %s", what) }

// Of gives the fault in an error's chain, nil where it is an internal error.
func Of(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Is tells whether an error is a fault of this code.
func Is(err error, code Code) bool {
	e := Of(err)
	return e != nil && e.Code == code
}

// List is several faults of one request, told together.
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

// Add collects an error; nil is left out.
func (l *List) Add(err *Error) {
	if err != nil {
		*l = append(*l, err)
	}
}

// Or gives nil for an empty list.
func (l List) Or() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// All gives the faults in an error's chain, nil where it is an internal error.
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
