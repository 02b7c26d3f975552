// Package option has the options of an import: what is imported, and how its file is read ([Options]). Profiles
// ([Profiles]) fill in what the options do not say, and --map and --words are parsed here. It reads no file but a
// profile.
//
// It may import the domain layer alone.
package option

import (
	"io"
	"maps"
	"slices"
	"strings"

	"kopeck/money"
)

// Kind is what is imported or exported.
type Kind string

// The kinds.
const (
	Orders    Kind = "orders"
	Customers Kind = "customers"
	Contacts  Kind = "contacts"
	Rates     Kind = "rates"
	Spend     Kind = "spend" // of campaigns

	Measurements Kind = "measurements"
	Products     Kind = "products"
	Recipes      Kind = "recipes"
	Rules        Kind = "rules"
	Agreements   Kind = "agreements"

	Fields         Kind = "fields" // the definitions of the installation's own
	Relations      Kind = "relations"
	ExpectedPrices Kind = "expected-prices"
)

// Kinds lists the kinds.
func Kinds() []Kind {
	return []Kind{Orders, Customers, Contacts, Rates, Spend, Measurements, Products, Recipes, Rules, Agreements, Fields, Relations, ExpectedPrices}
}

// Updates reports whether what exists of a kind with other content can be changed by Options.Update: the others are facts.
func (k Kind) Updates() bool {
	switch k {
	case Customers, Measurements, Products, Recipes, Rules, Fields, Relations:
		return true
	case Contacts, Orders: // the installation's own fields alone; the rest are facts
		return true
	}
	return false
}

// Clears reports whether an empty cell can erase what something of a kind has: of customers what may be empty, of the others values of the
// installation's own fields.
func (k Kind) Clears() bool {
	switch k {
	case Customers, Contacts, Orders, Products:
		return true
	}
	return false
}

// ShownKinds lists the kinds for people.
func ShownKinds() string {
	names := make([]string, len(Kinds()))
	for n, one := range Kinds() {
		names[n] = string(one)
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// Format is how a file is written.
type Format string

// The formats. Without one a file is Kopeck's own if its header has that format's columns, else CSV.
const (
	Kopeck Format = "kopeck"
	CSV    Format = "csv"
	CDNOW  Format = "cdnow"
)

// Policy is what happens to the good rows of a file that has bad ones.
type Policy string

// The policies.
const (
	RejectAll Policy = "reject-all" // nothing is written
	RejectRow Policy = "reject-row" // the good rows are
)

// Emptiness is what an empty cell says of what exists.
type Emptiness string

// The meanings of an empty cell.
const (
	KeepEmpty  Emptiness = "keep"  // nothing: the value stays
	ClearEmpty Emptiness = "clear" // that there is no value: what may be empty is erased
)

// Negativity is what a row of orders with a negative amount is.
type Negativity string

// The meanings of a negative amount.
const (
	NegativeRejected Negativity = "reject" // an error
	NegativeRefund   Negativity = "refund" // a refund of its order
)

// Spreads say what becomes of the difference between an order's total and the sum of its lines, such as a delivery or a discount on
// the whole order.
const (
	SpreadNone  = "reject" // the order is rejected
	SpreadLines = "spread" // it is spread over the lines in proportion to what they cost
)

// Options are how a file is imported. The zero value of each field but Kind and the source is its default.
type Options struct {
	Kind   Kind
	Format Format

	Encoding string // of the characters, such as windows-1251; found out where the bytes show it
	Skip     int    // lines above the header
	NoHeader bool   // the first line is a row; the columns are c1, c2 and so on

	// Map says where fields come from: "customer=customer_id,order=invoice", each from a column or from an expression of CEL over
	// the columns of the row: `name=first + " " + last`. A column whose name has a comma or an equals sign is quoted as in CSV:
	// `"amount=sum, RUB"`. [Fields] lists what can be mapped.
	Map string

	// Profile names one of [Profiles], or is the path of one: how the exports of another program are read. What these options
	// say is before what it says.
	Profile string
	profile *profile // of the kind, once it is read

	Words []string // what the cells of enums mean: "status:paid=COMPLETED,void=CANCELLED"; * is any other text
	Where string   // an expression that is true of the rows that are read; "" for all

	CostShare    *money.Decimal // what the goods had cost, as a share of the amount, 0 to 1; orders only
	Currency     string         // of the amounts; anything but the installation's is refused
	Errors       Policy         // RejectAll
	Negative     Negativity     // what a row with a negative amount is, of orders; NegativeRejected
	Rest         string         // what becomes of the difference between an order's total and its lines; SpreadNone
	Products     string         // "create" (those that lines of orders name, inactive) or "known" (reject the unknown); create
	Customers    string         // "create" (those that orders and contacts name) or "known" (reject the unknown); create
	Update       bool           // changes what is there with other content, instead of rejecting it; see Kind.Updates
	Empty        Emptiness      // what an empty cell means for what exists; KeepEmpty; see Kind.Clears
	DryRun       bool           // only report what would happen
	DateFormat   string         // of dates and times, such as "M/D/YYYY h:mm A"; see the package's comment
	TimeZone     string         // of times that have no offset; the installation's
	Numbers      string         // the number 1234.50 as the file has it, such as "1.234,50"; found out where the file is unambiguous
	DecimalComma bool           // short for Numbers "1234,50"
	Null         string         // what stands in cells that mean nothing, divided by commas: "NULL,#N/A,-"
	Round        bool           // rounds off more decimals than the currency has, half to even, instead of rejecting the row

	// Rejects is the file for rejected rows, in the order of their lines; "" is Path with ".rejects.csv" behind it, or
	// stdin.rejects.csv in the working directory. It is created, or truncated, if rows are rejected.
	Rejects string

	// Path is the file to read, "-" or "" for Source, which is first copied to a temporary file.
	Path   string
	Source io.Reader

	Progress func(Progress) // called now and then; may be nil

	// Chunk is how many records are one transaction; 0 is 10,000. One of rates restates once what it covers.
	Chunk int
}

// Progress is how far an import has come.
type Progress struct {
	Stage       string // "checking" or "writing"
	Read, Total int64  // bytes
	Records     int64
	Done        bool
}

// ReadProfile reads the profile and fills in what the options do not say.
func (o *Options) ReadProfile() (err error) {
	if o.Profile == "" || !slices.Contains(Kinds(), o.Kind) {
		return nil
	}
	if o.profile, err = loadProfile(o.Profile, o.Kind); err != nil {
		return err
	}
	return o.profile.apply(o)
}

// HasMap reports whether the options say where fields come from.
func (o *Options) HasMap() bool { return strings.TrimSpace(o.Map) != "" || o.profile != nil }

// Mappings returns where fields come from.
func (o *Options) Mappings() ([]Mapping, error) {
	given, err := ParseMap(o.Map)
	if err != nil || o.profile == nil {
		return given, err
	}
	return append(given, o.profile.without(given)...), nil
}

// Dictionary returns by what the cells of some fields are replaced.
func (o *Options) Dictionary() (map[string]map[string]string, error) {
	words := map[string]map[string]string{}
	if o.profile != nil {
		for field, of := range o.profile.words {
			words[field] = maps.Clone(of)
		}
	}
	for _, one := range o.Words {
		if err := ParseWords(one, words); err != nil {
			return nil, err
		}
	}
	return words, nil
}
