package customers

import (
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/service/input"
	"kopeck/service/ownfields"
	"kopeck/store"
)

// Record is a customer as a file gives it: the row, and what is in other tables.
type Record struct {
	*ent.Customer

	Owner            string    // the e-mail of the user who looks after the customer; "" for nobody
	Campaign         string    // the code of the campaign that brought the customer, as it was stated; "" for none
	Partner          string    // the name of the partner who brought the customer
	StageOverruled   string    // the reason with which staff decided the stage; "" if they did not
	StageOverruledAt time.Time // when they did; zero if they did not

	Exemptions []Exemption // when they were exempt from tax, in the order of recording; none if that has never changed
	StageFacts []StageFact // in the order of recording; nil: not given, and the stage is that which they were recorded with

	OwnFields ownfields.Texts // what they have in the installation's own fields
	Phones    []PointFact     // in the order of recording
	Emails    []PointFact     // in the order of recording
	Addresses []AddressFact   // in the order of recording
	Tags      []string        // in alphabetical order

	Has func(column string) bool // whether the file gives a column for the customer, who keeps what is in the others; nil: all
}

// NewRecord returns an empty record.
func NewRecord() Record { return Record{Customer: &ent.Customer{}} }

// has reports whether the file gives a column for the customer.
func (r *Record) has(column string) bool { return r.Has == nil || r.Has(column) }

// Check checks a record that is to be imported, and brings its values into the form in which they are kept. The faults
// are named by the columns of the file. What a customer must have and the file does not give is checked by [Record.CheckNew].
func (r *Record) Check(here Locale) error {
	var faults fault.List
	for _, f := range fields {
		if f.uses&requiredOfNew == 0 || r.has(f.File) {
			faults.Add(f.check(r, here))
		}
	}
	if r.Owner != "" {
		_, err := input.Email("owner", r.Owner)
		faults.Add(err)
	}
	if r.PartnerID != nil {
		_, err := input.Text("partner", r.Partner, 300)
		faults.Add(err)
	}
	if (r.StageOverruled == "") != r.StageOverruledAt.IsZero() || r.StageOverruled != "" && r.ID == "" {
		faults.Add(fault.Invalidf("stage_overruled", "want the reason and the moment, of a customer with an id"))
	}
	return faults.Or()
}

// CheckNew checks what a customer must have who does not exist yet.
func (r *Record) CheckNew(here Locale) error {
	var faults fault.List
	for _, f := range fields {
		if f.uses&requiredOfNew != 0 && !r.has(f.File) {
			faults.Add(f.check(r, here))
		}
	}
	return faults.Or()
}

// Merge puts into a record what its file does not give from the customer that exists, and returns the columns in which the
// two differ. The stage always stays: it follows from what happened.
func (r *Record) Merge(existing *Record) (differ []string) {
	for _, f := range fields {
		switch {
		case f.Column == "": // it is in another table
		case f.importing == kept, !r.has(f.File), f.importing == filledOnce && f.value(existing) == nil:
			f.copy(r, existing)
		case !f.same(r, existing):
			differ = append(differ, f.File)
		}
	}
	return differ
}

// Columns are the columns of table customers that fields fill.
func Columns() []store.Column[*Record] {
	var columns []store.Column[*Record]
	for _, f := range fields {
		columns = append(columns, f.columns()...)
	}
	return columns
}

// ReplacedColumns are those that an import changes of a customer that exists.
func ReplacedColumns() []store.Column[*Record] {
	var columns []store.Column[*Record]
	for _, f := range fields {
		if f.importing == replaced {
			columns = append(columns, f.columns()...)
		}
	}
	return columns
}

// Selected lists the columns that [Record.Destinations] are for, of table customers under an alias.
func Selected(alias string) string {
	var columns []string
	for _, f := range fields {
		if f.Column != "" {
			columns = append(columns, alias+"."+f.Column)
		}
	}
	return strings.Join(columns, ", ")
}

// Destinations are where a row of [Selected] columns is scanned into. Derive completes the record afterwards.
func (r *Record) Destinations() []any {
	var destinations []any
	for _, f := range fields {
		if f.Column != "" {
			destinations = append(destinations, f.destination(r))
		}
	}
	return destinations
}

// Derive fills in what is computed from fields: the keys by which names are ordered and e-mails are distinguished.
func (r *Record) Derive() {
	for _, f := range fields {
		if f.key != nil {
			f.key.value(r)
		}
	}
}
