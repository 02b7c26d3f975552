// Package files imports orders, customers, contacts, rates and what is sold at what price from files, and exports them to files. What a file may be and how
// it is read is in the packages below it: option, sorted, textfile, cell, table, layout and orders, each of which may import
// those before it. It may import these, service and the packages under it, schema and the domain layer; it knows no database.
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
//   - csv: any table, its fields taken from columns, or from expressions over them, as Map and Profile of [option.Options] say. The
//     delimiter is a comma, a semicolon, a tab or a bar, whichever the header has most of; fields may be quoted and then hold
//     delimiters and line ends (RFC 4180); lines end in LF or CRLF; empty lines are skipped.
//   - cdnow: orders as in the CDNOW logs: customer, YYYYMMDD, units, amount between blanks; a second customer column
//     (the sample's own number) is skipped, and so is a first line that is a header.
//
// The columns of each kind of file are defined once, in its layout: those of customers, contacts and rates by the packages of
// their verbs, those of orders by package orders, those of a catalogue by packages catalogue and assortment.
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
// The cost of the goods is a column or CostShare of the total, rounded half to even once for each order;
// it is asked for, never assumed. Imported orders are completed at their moment unless the log says their status; their cost
// is stated (no rate restates it). Where rows have an sku or a title they are the lines of their order, and sum to its total; a product
// that does not exist is created, inactive, unless Products is "known". A customer who is not known by external id, or else by e-mail or
// phone, is created: a person whose name is the log's, or else that id; unless Customers is "known".
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
// # A catalogue
//
// Measurements, products with their price terms, recipes with their options, price rules and agreements have files of their own; package
// assortment defines their columns and says what becomes of them. A product, its recipes, and a measurement are one record each, whose rows
// may stand apart.
//
// # Dates and numbers
//
// YYYY-MM-DD, YYYYMMDD and DD.MM.YYYY are calendar days in the installation's time zone and mean the day's first
// moment there; RFC 3339 and these with a time of day behind them, in the zone TimeZone or with an offset, are moments. Others, such
// as M/D/YYYY, are read only as DateFormat says. Days before 1900 and in the future are rejected.
//
// Numbers are read in the format of Numbers, or in the one that the file shows without a doubt, or with a point as decimal
// sign. A number that could be two is rejected.
//
// # What is rejected
//
// A row that cannot be imported is rejected with its line and a reason; if one row of an order is bad, all of its rows are.
// By default nothing is written then ([option.RejectAll]); with [option.RejectRow] the good ones are. Rejected rows are written to
// a CSV file: line, reason, and the row as it was (its first 4 KiB). A row has at most 1 MiB, an order 10,000 rows.
//
// An import never touches permissions: a customer who revoked one stays unsubscribed, whatever the file has. Outbound
// contacts are imported as the facts of the past that they are; the permission for them is not checked again.
package files

import (
	"fmt"
	"time"

	"kopeck/files/option"
)

// Report is what became of a file.
type Report struct {
	Kind   option.Kind
	DryRun bool

	Rows     int64 // read, without the header
	Added    int64 // records: orders, customers and so on; all recipes of a product are one
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
