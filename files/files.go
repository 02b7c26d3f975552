// Package files imports orders, customers, contacts and rates from files, and exports them to files. It may import service and the
// packages under it, schema and the domain layer; it knows no database.
//
// [Import] reads a file twice in bounded memory, however long it is: first to check it, then to write it in chunks
// of some thousand records, each chunk one transaction. A chunk has whole orders only, and what follows from them
// (statistics, stage, credits) in the same transaction. So a run that was killed leaves closed books, and the same
// command continues it: what exists already is recognised and left alone. Importing a file twice changes nothing.
//
// # Formats
//
//   - kopeck: what [Export] writes. It is recognised by the columns that it must have. Columns are found by name, in any order; one
//     that is not known is refused. A file may have fewer columns than are exported today: what it does not have stays as it is,
//     or is not known of a new record. Nothing is lost by an export and an import.
//   - csv: any table, its fields taken from columns, or from expressions over them, as Options.Map and Options.Profile say. The
//     delimiter is a comma, a semicolon, a tab or a bar, whichever the header has most of; fields may be quoted and then hold
//     delimiters and line ends (RFC 4180); lines end in LF or CRLF; empty lines are skipped.
//   - cdnow: orders as in the CDNOW logs: customer, YYYYMMDD, units, amount between blanks; a second customer column
//     (the sample's own number) is skipped, and so is a first line that is a header.
//
// The columns of each kind of file are defined once, in its layout: those of customers by package customers.
//
// # What a log of orders means
//
// Rows of one order id are the lines of one order, wherever they stand; their amounts, and costs, are summed.
// An order that exists with the same customer, day, total and cost is the same order and is left alone;
// with other content the rows are rejected. Without an order column an order's identity is customer, day and its
// ordinal among the rows of that customer and day.
//
// A file in which rows that belong together stand apart is sorted by what they belong to, in temporary files, before it is
// written.
//
// The cost of the goods is a column or Options.CostShare of the total, rounded half to even once for each order;
// it is asked for, never assumed. Imported orders are completed at their moment unless the log says their status; their cost
// is stated (no rate restates it). Where rows have an sku or a title they are the lines of their order, and sum to its total; a product
// that does not exist is created, inactive, unless Options.Products is "known". A customer who is not known by external id, or else by e-mail or
// phone, is created: a person whose name is the log's, or else that id; unless Options.Customers is "known".
//
// # Price lists
//
// A price list of rates is a table with subject, code, unit, amount and the day or moment from which each holds, which may
// be in the future. Its rates are checked as the API's setRate checks them. A rate that exists with the same content is left
// alone; another for the same moment is a correction and is marked as one in a column, or is rejected. Up to 10,000 rates are one
// transaction, in which contacts and orders of the past are restated once for all of them.
//
// Kopeck's own format keeps the id of a rate and when it was recorded, so that what was known at a moment is known in
// the other database too. A row without both is a new rate, recorded now.
//
// # Dates and numbers
//
// YYYY-MM-DD, YYYYMMDD and DD.MM.YYYY are calendar days in the installation's time zone and mean the day's first
// moment there; RFC 3339 and these with a time of day behind them, in Options.TimeZone or with an offset, are moments. Others, such
// as M/D/YYYY, are read only as Options.DateFormat says. Days before 1900 and in the future are rejected.
//
// Numbers are read in the format of Options.Numbers, or in the one that the file shows without a doubt, or with a point as decimal
// sign. A number that could be two is rejected.
//
// # What is rejected
//
// A row that cannot be imported is rejected with its line and a reason; if one row of an order is bad, all of its rows are.
// By default nothing is written then ([RejectAll]); with [RejectRow] the good ones are. Rejected rows are written to
// a CSV file: line, reason, and the row as it was (its first 4 KiB). A row has at most 1 MiB, an order 10,000 rows.
//
// An import never touches permissions: a customer who revoked one stays unsubscribed, whatever the file has. Outbound
// contacts are imported as the facts of the past that they are; the permission for them is not checked again.
package files

import (
	"errors"
	"fmt"
	"io"
	"time"

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
)

// Kinds lists the kinds.
func Kinds() []Kind { return []Kind{Orders, Customers, Contacts, Rates} }

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

// Emptiness is what an empty cell says of a customer who exists.
type Emptiness string

// The meanings of an empty cell.
const (
	KeepEmpty  Emptiness = "keep"  // nothing: the customer keeps the value
	ClearEmpty Emptiness = "clear" // that there is no value: what may be empty is erased
)

// Negativity is what a row of orders with a negative amount is.
type Negativity string

// The meanings of a negative amount.
const (
	NegativeRejected Negativity = "reject" // an error
	NegativeRefund   Negativity = "refund" // a refund of its order
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
	Update       bool           // customers: changes those that are there with other content, instead of rejecting them
	Empty        Emptiness      // what an empty cell means for a customer who exists; KeepEmpty
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

// Report is what became of a file.
type Report struct {
	Kind   Kind
	DryRun bool

	Rows     int64 // read, without the header
	Added    int64 // records: orders, customers, contacts or rates
	Present  int64 // that were there already
	Updated  int64
	Rejected int64 // rows

	CustomersAdded int64  // that orders or contacts named
	Written        bool   // false for a dry run, and where reject-all wrote nothing
	RejectsFile    string // "" where no row was rejected
	First          []Reject
	Notes          []string
	Took           time.Duration
}

// Reject is a row that was not taken.
type Reject struct {
	Line   int64 // of the file, from 1
	Reason string
	Row    string // as it was, its first 4 KiB
}

// ExitCode is the status for the shell: 0 when every row is in the books (or would be), 1 when some were rejected.
func (r Report) ExitCode() int {
	if r.Rejected > 0 {
		return 1
	}
	return 0
}

// String summarises in a few lines what became of the file.
func (r Report) String() string {
	done := map[bool][3]string{false: {"added", "already there", "updated"}, true: {"would be added", "already there", "would be updated"}}[r.DryRun || !r.Written]
	text := fmt.Sprintf("%d rows: %d %s %s, %d %s", r.Rows, r.Added, r.Kind, done[0], r.Present, done[1])
	if r.Updated > 0 {
		text += fmt.Sprintf(", %d %s", r.Updated, done[2])
	}
	if r.CustomersAdded > 0 {
		text += fmt.Sprintf(", %d new customers", r.CustomersAdded)
	}
	text += fmt.Sprintf(", %d rows rejected", r.Rejected)
	if seconds := r.Took.Seconds(); seconds > 0 {
		text += fmt.Sprintf(" in %.1f s (%.0f rows/s)", seconds, float64(r.Rows)/seconds)
	}
	for _, reject := range r.First {
		text += fmt.Sprintf("\nline %d: %s", reject.Line, reject.Reason)
	}
	if r.Rejected > int64(len(r.First)) {
		text += fmt.Sprintf("\n… and %d more", r.Rejected-int64(len(r.First)))
	}
	if r.RejectsFile != "" {
		text += "\nThe rejected rows are in " + r.RejectsFile
	}
	if r.Rejected > 0 && !r.Written && !r.DryRun {
		text += "\nNothing was written: put the rows right, or take the good ones with --errors reject-row"
	}
	for _, note := range r.Notes {
		text += "\n" + note
	}
	return text
}

// Errors that an import as a whole ends with are of these, or the database's.
var (
	// ErrOptions reports options that make no sense or are not enough.
	ErrOptions = errors.New("wrong options")
	// ErrFile reports a file that is not what it was said to be.
	ErrFile = errors.New("not a file that can be read")
)

func optionsError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrOptions, fmt.Sprintf(format, args...))
}

func fileError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFile, fmt.Sprintf(format, args...))
}
