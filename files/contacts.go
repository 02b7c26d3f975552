package files

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/app"
	"kopeck/service/bulk"
	"kopeck/service/input"
)

// contactRow is a contact as a file has it.
type contactRow struct {
	bulk.ContactRecord

	cost money.Amount // what the cost lines must sum to
}

// contactLayout is the layout of files of contacts. A log names customers by their external ids in the column customer, or by
// e-mail or phone.
var contactLayout = layout[contactRow]{Contacts, []column[contactRow]{
	textColumn("id", own|ownKey, func(r *contactRow) *string { return &r.ID }),
	idColumn("external_id", own|mappable, func(r *contactRow) *string { return &r.ExternalID }),
	textColumn("customer_id", own|ownKey, func(r *contactRow) *string { return &r.CustomerID }),
	textColumn("customer_external_id", own, func(r *contactRow) *string { return &r.CustomerExternalID }),
	idColumn("customer", mappable|mapKey, func(r *contactRow) *string { return &r.CustomerExternalID }),
	wordColumn("kind", own|ownKey|mappable|mapKey|filled, func(r *contactRow) *schema.ContactKind { return &r.Kind }),
	wordColumn("direction", own|ownKey|mappable|mapKey|filled, func(r *contactRow) *schema.Direction { return &r.Direction }),
	wordColumn("channel", own|ownKey|mappable|mapKey|filled, func(r *contactRow) *schema.Channel { return &r.Channel }),
	pastColumn("at", own|ownKey|mappable|mapKey|filled, func(r *contactRow) *time.Time { return &r.At }),
	decimalColumn("minutes", own|mappable, func(r *contactRow) *money.Decimal { return &r.Minutes }),
	textColumn("staff", own|mappable, func(r *contactRow) *string { return &r.Staff }),
	textColumn("subject", own|mappable, func(r *contactRow) *string { return &r.Subject }),
	textColumn("notes", own|mappable, func(r *contactRow) *string { return &r.Notes }),
	textColumn("about_id", own, func(r *contactRow) *string { return &r.AboutID }),
	wordColumn("purpose", own|mappable, func(r *contactRow) *schema.Purpose { return &r.Purpose }),
	wordColumn("stage", own|filled, func(r *contactRow) *schema.Stage { return &r.Stage }),
	amountColumn("expense", own|mappable, func(r *contactRow) *money.Amount { return &r.Expense }),
	amountColumn("cost", own|filled, func(r *contactRow) *money.Amount { return &r.cost }),
	currencyColumn[contactRow](own | mappable),
	truthColumn("uncosted", own, func(r *contactRow) *bool { return &r.Uncosted }),
	listColumn("cost_lines", own, func(r *contactRow) *[]costing.Line { return &r.CostLines }),
	pastColumn("recorded_at", own|filled, func(r *contactRow) *time.Time { return &r.RecordedAt }),
	segmentColumn,
	textColumn("email", mappable, func(r *contactRow) *string { return &r.Person.Email }),
	textColumn("phone", mappable, func(r *contactRow) *string { return &r.Person.Phone }),
	textColumn("name", mappable, func(r *contactRow) *string { return &r.Person.Name }),
	secondsColumn,
	listColumn("staff_grades", own, func(r *contactRow) *[]bulk.StaffGrade { return &r.StaffGrades }),
}}

// secondsColumn holds the working time where it is given in seconds; it is empty in a file of ours where minutes give it exactly.
var secondsColumn = column[contactRow]{
	"seconds", own | mappable,
	func(v *values, text string, to *contactRow) error {
		if text == "" {
			return nil
		}
		exact, err := v.decimal(text)
		if err != nil {
			return err
		}
		spent, err := costing.InSeconds(exact)
		to.Minutes, to.Seconds = spent.Minutes, spent.Seconds
		return err
	},
	func(_ *values, r *contactRow) string {
		if r.Seconds == nil {
			return ""
		}
		return r.Seconds.String()
	},
}

// segmentColumn holds the segment that the customer had: in a file that has the column, none if it is empty.
var segmentColumn = column[contactRow]{
	"segment", own | filled,
	func(_ *values, text string, to *contactRow) (err error) {
		to.Segment = new(schema.Segment)
		if text != "" {
			*to.Segment, err = input.Word[schema.Segment](text)
		}
		return err
	},
	func(_ *values, r *contactRow) string { return string(*r.Segment) },
}

// openContacts opens the file as one of contacts.
func openContacts(s *app.App, o Options, f *file) (source[bulk.ContactRecord], error) {
	in, err := openLayout(s, o, f, contactLayout)
	if err != nil {
		return source[bulk.ContactRecord]{}, err
	}
	var counted ordinals
	all := rowsOf(in, contactLayout, zero, func(e *entry[bulk.ContactRecord], r *contactRow, f *faults) {
		if in.own {
			r.checkOwn(in.table, f)
			e.key = "id:" + r.ID
		} else {
			who := cmp.Or(r.CustomerExternalID, r.Person.Email, r.Person.Phone)
			if who == "" {
				f.of("customer", errEmpty)
			}
			if r.ExternalID != "" {
				e.key = "external:" + r.ExternalID
			} else if !r.At.IsZero() && who != "" {
				pair := strings.Join([]string{who, r.At.Format(exact), string(r.Kind), string(r.Direction), string(r.Channel)}, ":")
				e.key, e.apart = made(pair, counted.next(pair)), true
				r.ExternalID = e.key
			}
		}
		e.value = r.ContactRecord
	})
	if !in.own { // those without an id are numbered among those of their customer
		all.groups = &groupable{next: in.next, key: func(r row) string { return in.person(r) }}
	}
	return all, nil
}

// checkOwn checks a contact of Kopeck's own format. If the file has its costs they stay as they were.
func (r *contactRow) checkOwn(t *table, f *faults) {
	r.Costed = t.has("cost_lines")
	if r.ID == "" || r.CustomerID == "" {
		f.of("id", errors.New("want the ids of the contact and of its customer"))
	}
	var sum int64
	for _, line := range r.CostLines {
		sum += line.Amount.Minor()
	}
	switch {
	case r.Costed && t.has("cost") && sum != r.cost.Minor():
		f.of("cost", errors.New("the lines do not sum to it"))
	case !r.Costed && t.has("cost"):
		f.of("cost", errors.New("the file has no column cost_lines, which say what the cost is made of; without both the contact is costed by the rates"))
	}
}

// contactText is a contact in Kopeck's own format.
func contactText(v *values, c *bulk.ContactRecord) ([]string, error) {
	r := contactRow{ContactRecord: *c}
	for _, line := range c.CostLines {
		var err error
		if r.cost, err = r.cost.Plus(line.Amount); err != nil {
			return nil, err
		}
	}
	return contactLayout.texts(v, &r), nil
}
