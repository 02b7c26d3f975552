package files

import (
	"cmp"
	"errors"
	"strings"

	"kopeck/files/layout"
	"kopeck/files/option"
	"kopeck/files/table"
	"kopeck/files/textfile"
	"kopeck/service"
	"kopeck/service/contacts"
	"kopeck/service/field"
	"kopeck/service/ownfields"
)

// contactLayout is the layout of files of contacts: package contacts defines their fields.
var contactLayout = layout.New(option.Contacts, contacts.Fields())

// contactLayoutWith is the layout of files of contacts with columns of the installation's own fields, by their codes.
func contactLayoutWith(codes []string) layout.Layout[contacts.Record] {
	return contactLayout.With(layout.OwnFields(codes, func(r *contacts.Record) *ownfields.Texts { return &r.OwnFields }))
}

// openContacts opens the file as one of contacts, which have the installation's own fields of some codes.
func openContacts(core *service.Core, o option.Options, f *layout.File, codes []string) (layout.Source[contacts.Record], error) {
	columns := contactLayoutWith(codes)
	in, err := layout.Open(core, o, f, columns)
	if err != nil {
		return layout.Source[contacts.Record]{}, err
	}
	var counted layout.Ordinals
	all := layout.RowsOf(in, columns, layout.Zero, func(e *layout.Entry[contacts.Record], r *contacts.Record, f *layout.Fault) {
		if in.Own {
			checkOwnContact(r, in.Table, f)
			e.Key = "id:" + r.ID
		} else {
			who := cmp.Or(r.CustomerExternalID, r.Email, r.Phone)
			if e.Owner = who; who == "" {
				f.Of("customer", layout.ErrEmpty)
			}
			if r.ExternalID != "" {
				e.Key = "external:" + r.ExternalID
			} else if !r.At.IsZero() && who != "" {
				pair := strings.Join([]string{who, field.Written(r.At), string(r.Kind), string(r.Direction), string(r.Channel)}, ":")
				e.Key, e.Apart = layout.MadeID(pair, counted.Next(pair)), true
				r.ExternalID = e.Key
			}
		}
		layout.ClearOwnFields(o, in.Table, codes, &r.OwnFields)
		e.Value = *r
	})
	if !in.Own { // those without an id are numbered among those of their customer
		all.Groups = &textfile.Groupable{Next: in.Next, Key: func(r textfile.Row) string { return layout.PersonOf(in.Table, r) }, Owner: layout.OwnerOf(in.Table)}
	}
	return all, nil
}

// checkOwnContact checks a contact of Kopeck's own format. If the file has its costs they stay as they were.
func checkOwnContact(r *contacts.Record, t *table.Table, f *layout.Fault) {
	r.Costed = t.Has("cost_lines")
	if r.ID == "" || r.CustomerID == "" {
		f.Of("id", errors.New("want the ids of the contact and of its customer"))
	}
	var sum int64
	for _, line := range r.CostLines {
		sum += line.Amount.Minor()
	}
	switch {
	case r.Costed && t.Has("cost") && sum != r.Cost.Minor():
		f.Of("cost", errors.New("the lines do not sum to it"))
	case !r.Costed && t.Has("cost"):
		f.Of("cost", errors.New("the file has no column cost_lines, which say what the cost is made of; without both the contact is costed by the rates"))
	}
}
