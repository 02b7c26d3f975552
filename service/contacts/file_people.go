package contacts

import (
	"fmt"
	"slices"
	"strings"

	"kopeck/fault"
	"kopeck/money"
	"kopeck/service/field"
	"kopeck/service/input"
)

// How files name who took part in a contact beside its customer and one of our people.

// listed splits a text into what stands between semicolons and line ends.
func listed(text string) (all []string) {
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}

// peopleNames are customers, each by the id, the external id or the e-mail. Kopeck's own format has their ids.
var peopleNames = func() field.Kind[[]string] {
	k := field.List[string]()
	k.Read = func(_ *field.Form, text string) ([]string, error) { return listed(text), nil }
	k.Write = func(_ *field.Form, names []string) string { return strings.Join(names, "; ") }
	return k
}()

// checkPeopleNames checks how many customers a file names.
func checkPeopleNames(field string, r *Record) error {
	if len(r.PeopleNames) > maxPeople {
		return fault.Invalidf(field, "want at most %d customers", maxPeople)
	}
	return nil
}

// participants are the people of ours who took part, if they are several: as Kopeck exports them, or as e-mails, each with its minutes. One alone
// is the contact's staff.
func participants() Descriptor {
	f := field.Of("participants", "", field.Own|field.Mappable, field.List[Person](), func(r *Record) *[]Person { return &r.People })
	asJSON := f.Read
	f.Read = func(form *field.Form, text string, to *Record) error {
		if strings.HasPrefix(text, "[") {
			return asJSON(form, text, to)
		}
		for _, one := range listed(text) {
			parts := strings.Fields(one)
			if len(parts) != 2 {
				return fmt.Errorf("%q: want the e-mail and the minutes of each, such as olga@example.com 30; ivan@example.com 12.5", input.Excerpt(one))
			}
			minutes, err := form.Decimal(parts[1])
			if err != nil {
				return err
			}
			to.People = append(to.People, Person{Staff: parts[0], Minutes: minutes})
		}
		if len(to.People) != 1 {
			return nil
		}
		alone := to.People[0]
		if to.Staff != "" && input.EmailKey(to.Staff) != input.EmailKey(alone.Staff) || to.Minutes != (money.Decimal{}) && to.Minutes != alone.Minutes {
			return fmt.Errorf("one alone took part, and it differs from staff or minutes")
		}
		to.Staff, to.Minutes, to.People = alone.Staff, alone.Minutes, nil
		return nil
	}
	return ofFile(f.Checked(checkPeople))
}

// PersonColumns are the columns of the customers who took part in a contact beside its own.
var PersonColumns = []string{"id", "contact_id", "customer_id"}

// SamePeople reports whether the same customers took part in two contacts beside their own.
func SamePeople(a, b *Record) bool {
	return slices.Equal(slices.Sorted(slices.Values(a.PeopleIDs)), slices.Sorted(slices.Values(b.PeopleIDs)))
}
