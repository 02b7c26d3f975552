package files

import (
	"cmp"
	"errors"
	"strings"

	"kopeck/service/app"
	"kopeck/service/contacts"
	"kopeck/service/field"
)

// contactLayout is the layout of files of contacts: package contacts defines their fields.
var contactLayout = layoutOf(Contacts, contacts.Fields())

// openContacts opens the file as one of contacts.
func openContacts(s *app.App, o Options, f *file) (source[contacts.Record], error) {
	in, err := openLayout(s, o, f, contactLayout)
	if err != nil {
		return source[contacts.Record]{}, err
	}
	var counted ordinals
	all := rowsOf(in, contactLayout, zero, func(e *entry[contacts.Record], r *contacts.Record, f *faults) {
		if in.own {
			checkOwnContact(r, in.table, f)
			e.key = "id:" + r.ID
		} else {
			who := cmp.Or(r.CustomerExternalID, r.Email, r.Phone)
			if e.owner = who; who == "" {
				f.of("customer", errEmpty)
			}
			if r.ExternalID != "" {
				e.key = "external:" + r.ExternalID
			} else if !r.At.IsZero() && who != "" {
				pair := strings.Join([]string{who, field.Written(r.At), string(r.Kind), string(r.Direction), string(r.Channel)}, ":")
				e.key, e.apart = made(pair, counted.next(pair)), true
				r.ExternalID = e.key
			}
		}
		e.value = *r
	})
	if !in.own { // those without an id are numbered among those of their customer
		all.groups = &groupable{next: in.next, key: func(r row) string { return in.person(r) }, owner: ownerOf(in.table)}
	}
	return all, nil
}

// checkOwnContact checks a contact of Kopeck's own format. If the file has its costs they stay as they were.
func checkOwnContact(r *contacts.Record, t *table, f *faults) {
	r.Costed = t.has("cost_lines")
	if r.ID == "" || r.CustomerID == "" {
		f.of("id", errors.New("want the ids of the contact and of its customer"))
	}
	var sum int64
	for _, line := range r.CostLines {
		sum += line.Amount.Minor()
	}
	switch {
	case r.Costed && t.has("cost") && sum != r.Cost.Minor():
		f.of("cost", errors.New("the lines do not sum to it"))
	case !r.Costed && t.has("cost"):
		f.of("cost", errors.New("the file has no column cost_lines, which say what the cost is made of; without both the contact is costed by the rates"))
	}
}
