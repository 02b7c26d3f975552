package customers

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/field"
	"kopeck/service/input"
)

// What files carry of the contact points, addresses and tags of a customer: lists in JSON as Kopeck exports them or, in the files of others, values
// with a semicolon or a line end between them.

// maxListed is how many values a cell has at most.
const maxListed = 200

// PointFact is a phone number or an e-mail address of a customer, as a file has it.
type PointFact struct {
	ID        string                  `json:"id,omitempty"` // none of one that is new
	Value     string                  `json:"value"`
	Kind      schema.ContactPointKind `json:"kind,omitempty"` // none: what is known stays
	CreatedAt time.Time               `json:"created,omitzero"`
}

// AddressFact is an address of a customer, as a file has it.
type AddressFact struct {
	ID         string             `json:"id,omitempty"`
	Kind       schema.AddressKind `json:"kind,omitempty"`
	Country    *string            `json:"country,omitempty"`
	Region     *string            `json:"region,omitempty"`
	City       *string            `json:"city,omitempty"`
	Street     *string            `json:"street,omitempty"`
	PostalCode *string            `json:"postalCode,omitempty"`
	CreatedAt  time.Time          `json:"created,omitzero"`
}

// Row returns the address as a row.
func (a AddressFact) Row() *ent.Address {
	return &ent.Address{Kind: a.Kind, Country: a.Country, Region: a.Region, City: a.City, Street: a.Street, PostalCode: a.PostalCode}
}

// listOf is a kind of lists, in JSON or in the way of other programs: of returns a value of its text.
func listOf[T any](separators string, of func(text string) T) kind[[]T, []T] {
	k := plain(field.List[T]())
	inJSON := k.Read
	k.Read = func(form *field.Form, text string) ([]T, error) {
		if strings.HasPrefix(text, "[") {
			return inJSON(form, text)
		}
		all := []T{}
		for _, one := range splitCell(text, separators) {
			all = append(all, of(one))
		}
		return all, nil
	}
	return k
}

// splitCell divides a cell by semicolons, line ends, " ::: " as Google Contacts writes, and other separators. A semicolon before the extension of a
// phone number is a part of it.
func splitCell(text, separators string) (all []string) {
	text = strings.ReplaceAll(text, ":::", "\n")
	for _, one := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(";\n\r"+separators, c) }) {
		one = strings.TrimSpace(one)
		switch {
		case len(all) > 0 && strings.HasPrefix(one, "ext="):
			all[len(all)-1] += ";" + one
		case one != "":
			all = append(all, one)
		}
	}
	return all
}

var (
	phoneFacts   = listOf("", func(text string) PointFact { return PointFact{Value: text} })
	emailFacts   = listOf(",", func(text string) PointFact { return PointFact{Value: text} })
	addressFacts = listOf("", func(text string) AddressFact { return AddressFact{Street: &text} })
	tagTexts     = func() kind[[]string, []string] {
		k := listOf(",", func(text string) string { return text })
		k.Write = func(_ *field.Form, tags []string) string { return strings.Join(tags, "; ") }
		return k
	}()
)

// checkPoints returns the check of the phone numbers, or of the e-mail addresses, of a file: each is kept once.
func checkPoints(of schema.ContactPointType, most int) check[[]PointFact] {
	return func(name string, given *[]PointFact, here Locale) (*[]PointFact, error) {
		if given == nil {
			return nil, nil
		}
		all := []PointFact{}
		for _, one := range *given {
			var err error
			if of == schema.PointEmail {
				one.Value, err = input.Email(name, one.Value)
			} else {
				one.Value, err = input.Phone(name, one.Value, here.Region)
			}
			if err == nil && one.Kind != "" && !slices.Contains(one.Kind.Values(), string(one.Kind)) {
				err = fault.Invalidf(name, "%q: want a kind of %s", input.Excerpt(string(one.Kind)), strings.Join(one.Kind.Values(), ", "))
			}
			if err == nil {
				err = checkListed(name, id.ContactPoint, one.ID, &one.CreatedAt)
			}
			if err != nil {
				return nil, err
			}
			if !slices.ContainsFunc(all, func(other PointFact) bool { return PointKey(of, other.Value) == PointKey(of, one.Value) }) {
				all = append(all, one)
			}
		}
		if len(all) > most {
			return nil, fault.Invalidf(name, "want at most %d", most)
		}
		return &all, nil
	}
}

// checkListed checks the id of a value of a list, and when it was recorded, which it brings into the form in which it is kept.
func checkListed(name, prefix, given string, at *time.Time) error {
	if given != "" {
		if err := id.Check(name, prefix, given); err != nil {
			return err
		}
	}
	if at.IsZero() {
		return nil
	}
	*at = at.UTC().Truncate(time.Microsecond)
	return input.CheckDate(name, at)
}

// checkAddresses checks the addresses of a file.
func checkAddresses(name string, given *[]AddressFact, _ Locale) (*[]AddressFact, error) {
	if given == nil {
		return nil, nil
	}
	if len(*given) > maxListed {
		return nil, fault.Invalidf(name, "want at most %d", maxListed)
	}
	all := []AddressFact{}
	for _, one := range *given {
		if one.Kind != "" && !slices.Contains(one.Kind.Values(), string(one.Kind)) {
			return nil, fault.Invalidf(name, "%q: want a kind of %s", input.Excerpt(string(one.Kind)), strings.Join(one.Kind.Values(), ", "))
		}
		row := one.Row()
		if err := CheckAddress(row); err != nil {
			return nil, fault.Invalidf(name, "%v", err)
		}
		if err := checkListed(name, id.Address, one.ID, &one.CreatedAt); err != nil {
			return nil, err
		}
		all = append(all, AddressFact{one.ID, one.Kind, row.Country, row.Region, row.City, row.Street, row.PostalCode, one.CreatedAt})
	}
	return &all, nil
}

// checkTags checks the tags of a file.
func checkTags(name string, given *[]string, _ Locale) (*[]string, error) {
	if given == nil {
		return nil, nil
	}
	tags, err := CheckTags(name, *given)
	slices.SortFunc(tags, func(a, b string) int { return strings.Compare(TagKey(a), TagKey(b)) })
	return &tags, err
}

// Points returns where a record has the contact points of a type, and the column of files.
func (r *Record) Points(of schema.ContactPointType) (at *[]PointFact, column string) {
	if of == schema.PointEmail {
		return &r.Emails, "emails"
	}
	return &r.Phones, "phones"
}

// lists reports whether the file has a list for the customer, which may be empty; some is whether it has values.
func (r *Record) lists(column string, some bool) bool {
	if r.Has == nil {
		return some
	}
	return r.has(column)
}

// erases reports whether the file deletes a customer who exists.
func (r *Record) erases(existing *Record) bool {
	return existing.ID != "" && existing.DeletedAt == nil && r.DeletedAt != nil
}

// MergePoints puts into a record the contact points that a customer has after an import, and returns the columns in which they differ from
// those before it: what the file lists and the main ones or, where it has no list, those that were there, with a main one that changes
// in the place of the old one.
func (r *Record) MergePoints(existing *Record) (differ []string) {
	for _, of := range PointTypes {
		theirs, column := r.Points(of)
		known, _ := existing.Points(of)
		before, after := *MainPoint(existing.Customer, of), *MainPoint(r.Customer, of)
		is := func(value *string) func(PointFact) bool {
			return func(p PointFact) bool { return value != nil && PointKey(of, p.Value) == PointKey(of, *value) }
		}
		var all []PointFact
		listed := r.lists(column, *theirs != nil)
		if listed {
			for _, one := range *theirs {
				all = append(all, one.over(*known, is(&one.Value)))
			}
		} else {
			all = slices.Clone(*known)
		}
		kind := schema.PointOther
		if old := slices.IndexFunc(all, is(before)); old >= 0 && !is(before)(PointFact{Value: input.OrZero(after)}) && !listed {
			kind = all[old].Kind
			all = slices.Delete(all, old, old+1)
		}
		if after != nil && r.DeletedAt == nil && !slices.ContainsFunc(all, is(after)) {
			all = append(all, PointFact{Value: *after, Kind: kind}.over(*known, is(after)))
		}
		if at := slices.IndexFunc(all, is(after)); at >= 0 { // the same in another letter case
			all[at].Value = *after
		}
		if r.erases(existing) && !listed {
			all = nil
		}
		if listed && !samePoints(of, all, *known) {
			differ = append(differ, column)
		}
		*theirs = all
	}
	return differ
}

// over returns a contact point of a file with what is known of it.
func (p PointFact) over(known []PointFact, same func(PointFact) bool) PointFact {
	at := slices.IndexFunc(known, same)
	if at < 0 && p.ID != "" { // another value of the same one
		at = slices.IndexFunc(known, func(other PointFact) bool { return other.ID == p.ID })
	}
	if at < 0 {
		p.Kind = schema.ContactPointKind(orElse(string(p.Kind), string(schema.PointOther)))
		return p
	}
	has := known[at]
	p.ID, p.Kind, p.CreatedAt = has.ID, schema.ContactPointKind(orElse(string(p.Kind), string(has.Kind))), has.CreatedAt
	return p
}

func orElse(text, standard string) string {
	if text == "" {
		return standard
	}
	return text
}

// samePoints reports whether two lists have the same values of the same kinds.
func samePoints(of schema.ContactPointType, a, b []PointFact) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(p PointFact) bool {
		return !slices.ContainsFunc(b, func(other PointFact) bool {
			return PointKey(of, p.Value) == PointKey(of, other.Value) && p.Kind == other.Kind
		})
	})
}

// MergeAddresses does for addresses what [Record.MergePoints] does for contact points.
func (r *Record) MergeAddresses(existing *Record) (differ []string) {
	if !r.lists("addresses", r.Addresses != nil) {
		r.Addresses = existing.Addresses
		if r.erases(existing) {
			r.Addresses = nil
		}
		return nil
	}
	left := slices.Clone(existing.Addresses)
	for n, one := range r.Addresses {
		at := slices.IndexFunc(left, func(other AddressFact) bool { return one.ID != "" && one.ID == other.ID })
		if at < 0 {
			at = slices.IndexFunc(left, func(other AddressFact) bool { return SameAddress(one, other) })
		}
		if at < 0 {
			one.Kind = schema.AddressKind(orElse(string(one.Kind), string(schema.AddressOther)))
		} else {
			one.ID, one.Kind, one.CreatedAt = left[at].ID, schema.AddressKind(orElse(string(one.Kind), string(left[at].Kind))), left[at].CreatedAt
			left = slices.Delete(left, at, at+1)
		}
		r.Addresses[n] = one
	}
	if len(left) > 0 || !slices.EqualFunc(r.Addresses, existing.Addresses, func(a, b AddressFact) bool { return a.Kind == b.Kind && SameAddress(a, b) }) {
		return []string{"addresses"}
	}
	return nil
}

// SameAddress reports whether two addresses are one place.
func SameAddress(a, b AddressFact) bool {
	place := func(f AddressFact) string {
		text, _ := json.Marshal(AddressFact{Country: f.Country, Region: f.Region, City: f.City, Street: f.Street, PostalCode: f.PostalCode}) // texts can always be written
		return string(text)
	}
	return place(a) == place(b)
}

// MergeTags does for tags what [Record.MergePoints] does for contact points.
func (r *Record) MergeTags(existing *Record) (differ []string) {
	listed := r.lists("tags", r.Tags != nil)
	switch {
	case listed && !slices.EqualFunc(r.Tags, existing.Tags, func(a, b string) bool { return TagKey(a) == TagKey(b) }):
		return []string{"tags"}
	case !listed && r.erases(existing):
		r.Tags = nil
	default:
		r.Tags = existing.Tags
	}
	return nil
}

// Beside returns what a record has of contact points that are not the main ones.
func (r *Record) Beside() (all []Identity) {
	for _, of := range PointTypes {
		list, _ := r.Points(of)
		for _, p := range *list {
			all = append(all, Identity{r.ID, service.DuplicateReason(of), p.Value, PointKey(of, p.Value)})
		}
	}
	return all
}
