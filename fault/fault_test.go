package fault_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"kopeck/fault"
)

func TestFaultOf(t *testing.T) {
	t.Parallel()
	one := fault.Invalidf("name", "a name is required")
	two := fault.NoSuch("customerId", "customer")
	for _, c := range []struct {
		name string
		err  error
		all  []*fault.Error // nil: an internal error
	}{
		{"no error", nil, nil},
		{"an internal error", errors.New("disk full"), nil},
		{"a fault", one, []*fault.Error{one}},
		{"a wrapped fault", fmt.Errorf("row 5: %w", one), []*fault.Error{one}},
		{"a list", fault.List{one, two}, []*fault.Error{one, two}},
		{"a wrapped list", fmt.Errorf("row 5: %w", fault.List{one, two}), []*fault.Error{one, two}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := fault.All(c.err); !slices.Equal(got, c.all) {
				t.Errorf("All: %v, want %v", got, c.all)
			}
			if want := len(c.all) == 1; fault.Is(c.err, fault.Invalid) != want {
				t.Errorf("Is(Invalid): %v, want %v", !want, want)
			}
		})
	}
}

func TestAt(t *testing.T) {
	t.Parallel()
	inner := fault.Invalidf("quantity", "the quantity must be positive")
	outer := inner.At("lines", "0")
	if got := strings.Join(outer.Path, "."); got != "lines.0.quantity" {
		t.Errorf("the path is %s", got)
	}
	if got := strings.Join(inner.Path, "."); got != "quantity" {
		t.Errorf("At has changed the error itself: %s", got)
	}
	if path := fault.New(fault.Forbidden, "", "not allowed").Path; len(path) != 0 {
		t.Errorf("the path of the request as a whole is %v", path)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	var list fault.List
	list.Add(nil)
	if err := list.Or(); err != nil {
		t.Errorf("an empty list is the error %v", err)
	}
	list.Add(fault.Invalidf("name", "a name is required"))
	if err := list.Or(); err == nil || err.Error() != "a name is required" {
		t.Error(err)
	}
	list.Add(fault.Invalidf("email", "an e-mail address is required"))
	if err := list.Or(); err == nil || err.Error() != "a name is required (and 1 more)" {
		t.Error(err)
	}
}

func TestCodeOfTheAPI(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	fault.NotFound.MarshalGQL(&text)
	var code fault.Code
	if err := code.UnmarshalGQL(strings.Trim(text.String(), `"`)); err != nil || code != fault.NotFound {
		t.Errorf("got %s, %v, want NOT_FOUND", code, err)
	}
	if err := code.UnmarshalGQL(5); err == nil {
		t.Error("a number was read as a code")
	}
}

func TestListKeepsWhatIsNoFault(t *testing.T) {
	t.Parallel()
	var list fault.List
	list.Add(fault.Invalidf("name", "a name is required"))
	list.Add(io.ErrUnexpectedEOF)
	if err := list.Or(); !errors.Is(err, io.ErrUnexpectedEOF) || fault.All(err) != nil {
		t.Errorf("%v, want the error that is no fault", err)
	}
	var all fault.List
	all.Add(fault.List{fault.Invalidf("a", "one"), fault.Invalidf("b", "two")})
	if len(all) != 2 {
		t.Errorf("a list of %d faults was added as %d", 2, len(all))
	}
}

func TestAtMovesEveryFault(t *testing.T) {
	t.Parallel()
	if err := fault.At(nil, "lines"); err != nil {
		t.Errorf("nil became %v", err)
	}
	if err := fault.At(io.EOF, "lines"); !errors.Is(err, io.EOF) {
		t.Errorf("an internal error became %v", err)
	}
	one := fault.Of(fault.At(fault.Invalidf("quantity", "want a number"), "lines", "0"))
	if one == nil || strings.Join(one.Path, ".") != "lines.0.quantity" {
		t.Errorf("got %+v, want the path lines.0.quantity", one)
	}
	two := fault.All(fault.At(fault.List{fault.Invalidf("a", "one"), fault.Invalidf("b", "two")}, "lines"))
	if len(two) != 2 || strings.Join(two[1].Path, ".") != "lines.b" {
		t.Errorf("got %+v, want two faults, the second at lines.b", two)
	}
}
