package contacts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/ownfields"
	"kopeck/store"
)

// nearWindow is how far apart two contacts may have begun that are possibly the same: two phones round, and are not set alike.
const nearWindow = 10 * time.Minute

// How the reasons begin that the corrections of two contacts have of which one was joined into the other, or stands again; the id of the other
// follows.
const (
	joinedInto = "joined into "
	joinedWith = "joined with "
	partedFrom = "parted from "
)

// longest is how long a contact that somebody records may last: one that began earlier before another is over by then.
const longest = 24 * time.Hour

// mayBeOne reports whether two contacts with one customer are possibly the same, told twice: on the same channel and in the same direction,
// both stand, and they began at nearly the same time, or the one before the other was over.
func mayBeOne(a, b *ent.Contact) bool {
	if a.ID == b.ID || a.CustomerID != b.CustomerID || a.Channel != b.Channel || a.Direction != b.Direction || a.VoidedAt != nil || b.VoidedAt != nil {
		return false
	}
	if b.At.Before(a.At) {
		a, b = b, a
	}
	apart := b.At.Sub(a.At)
	return apart <= nearWindow || apart < min(lasted(a), longest)
}

// lasted returns how long a contact took, to the microsecond.
func lasted(c *ent.Contact) time.Duration {
	seconds, err := costing.Duration{Minutes: c.Minutes, Seconds: c.ExactSeconds}.InExactSeconds()
	if err != nil || seconds.Compare(money.Whole(int64(longest/time.Second))) > 0 {
		return longest
	}
	return time.Duration(seconds.Nano())
}

// PossibleDuplicates returns the contacts that are possibly the same as one of some contacts, by that id, the earlier first: of those that
// the caller may see.
func (s *Service) PossibleDuplicates(ctx context.Context, of []*ent.Contact) (map[string][]*ent.Contact, error) {
	found := map[string][]*ent.Contact{}
	var customers []string
	var first, last time.Time
	for _, c := range of {
		if c.VoidedAt != nil {
			continue
		}
		if customers = append(customers, c.CustomerID); first.IsZero() || c.At.Before(first) {
			first = c.At
		}
		if c.At.After(last) {
			last = c.At
		}
	}
	slices.Sort(customers)
	for some := range slices.Chunk(slices.Compact(customers), store.IDsPerStatement) {
		near, err := s.Client.Contact.Query().Where(
			contact.CustomerIDIn(some...), contact.AtGTE(first.Add(-longest)), contact.AtLTE(last.Add(longest)), contact.VoidedAtIsNil(),
		).Order(contact.ByAt(), contact.ByID()).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("contacts: possible duplicates: %w", err)
		}
		byCustomer := make(map[string][]*ent.Contact, len(some))
		for _, other := range near {
			byCustomer[other.CustomerID] = append(byCustomer[other.CustomerID], other)
		}
		for _, c := range of {
			for _, other := range byCustomer[c.CustomerID] {
				if mayBeOne(c, other) {
					found[c.ID] = append(found[c.ID], other)
				}
			}
		}
	}
	return found, nil
}

// JoinContacts makes one out of two contacts that are the same, told twice: the one is kept and gets what it does not say and the other does,
// expected prices and own fields too, and the other is voided. Both are audited.
//
// Faults: INVALID on otherId for the same contact, or one with another customer; NOT_FOUND and FORBIDDEN on id or otherId; WRONG_STATE on id or
// otherId for one that is voided, and on otherId where they are no possible duplicates, of different kinds, or nobody of ours took part in
// both though some did in each; VERSION_CONFLICT; those of CorrectContact.
func (s *Service) JoinContacts(ctx context.Context, in service.JoinContactsInput) (*ent.Contact, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Contact, in.ID))
	faults.Add(id.Check("otherId", id.Contact, in.OtherID))
	if in.ID == in.OtherID {
		faults.Add(fault.Invalidf("otherId", "want another contact than the one that is kept"))
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, service.Verb{Name: "joinContacts", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.rates.HoldRates(ctx, tx); err != nil { // before the fields, as everywhere
			return "", err
		}
		if err := ownfields.Hold(ctx, tx); err != nil {
			return "", err
		}
		other, err := s.visible(ctx, tx, "otherId", in.OtherID)
		if err != nil {
			return "", err
		}
		c, kept, err := s.lockContact(ctx, tx, in.ID, &changes{To: &Record{}}, recordOf(other))
		if err != nil {
			return "", err
		}
		if other.CustomerID != kept.CustomerID {
			return "", fault.Invalidf("otherId", "a contact with another customer")
		}
		if other, err = s.visible(ctx, tx, "otherId", in.OtherID); err != nil { // as it is now that nobody else changes it
			return "", err
		}
		if err := service.CheckVersion(in.ExpectedVersion, kept.Version); err != nil {
			return "", err
		}
		return kept.ID, s.join(ctx, tx, c, kept, other)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Contact.Get(ctx, in.ID)
}

// join joins a contact into another. The transaction holds both.
func (s *Service) join(ctx context.Context, tx *store.Tx, c *ent.Customer, kept, other *ent.Contact) error {
	switch {
	case kept.VoidedAt != nil:
		return fault.New(fault.WrongState, "id", "the contact is voided")
	case other.VoidedAt != nil:
		return fault.New(fault.WrongState, "otherId", "the contact is voided already")
	case !mayBeOne(kept, other):
		return fault.New(fault.WrongState, "otherId", "the contacts are not possibly the same: they differ in channel, direction or time, of which one has to be corrected first")
	case kept.Kind != other.Kind:
		return fault.New(fault.WrongState, "otherId", "the one is of kind %s and the other of kind %s: correct the one that is wrong first", kept.Kind, other.Kind)
	case isDisjoint(tookPart(recordOf(kept)), tookPart(recordOf(other))):
		return fault.New(fault.WrongState, "otherId", "nobody of ours took part in both: correct who took part in one of them first")
	}
	if err := s.tasks.ContactMoved(ctx, tx, other.ID, kept); err != nil { // before it would open them again
		return err
	}
	if err := s.void(ctx, tx, c, other, joinedInto+kept.ID); err != nil {
		return err
	}
	if err := s.carry(ctx, tx, kept.ID, other.ID); err != nil {
		return err
	}
	// Spend of a campaign that both had is spread anew by now: what they cost is another.
	kept, err := tx.Contact.Get(ctx, kept.ID)
	if err != nil {
		return err
	}
	if c, err = tx.Customer.Get(ctx, c.ID); err != nil {
		return err
	}
	took, err := peopleOf(ctx, tx, []string{kept.ID, other.ID})
	if err != nil {
		return err
	}
	both := slices.Compact(slices.Sorted(slices.Values(slices.Concat(took[kept.ID], took[other.ID]))))
	if err := writePeople(ctx, tx, s.IDs.Make, kept.ID, took[kept.ID], both); err != nil {
		return err
	}
	var people *service.Change
	if len(both) > len(took[kept.ID]) {
		people = &service.Change{Old: sortedPeople(&Record{PeopleIDs: took[kept.ID]}), New: both}
	}
	said, more := recordOf(kept), recordOf(other)
	if err := overHidden(ctx, tx, said, more); err != nil {
		return err
	}
	missing := s.missing(said, more)
	missing.ID = kept.ID
	given, err := s.editedFields(ctx).Update(&missing, &Record{})
	if err != nil {
		return err
	}
	return s.correctHeld(ctx, tx, c, kept, correction{given: given, expected: kept.Version, reason: joinedWith + other.ID, people: people, joined: true})
}

// missing returns what a contact does not say and another, which is the same, does. Of the texts both are kept.
func (s *Service) missing(kept, other *Record) (in service.CorrectContactInput) {
	if len(kept.Participants) > 0 || len(other.Participants) > 0 {
		in.Participants = participantInputs(joinedParticipants(tookPart(kept), tookPart(other)))
	} else if kept.StaffID == "" && other.StaffID != "" {
		in.StaffID = graphql.OmittableOf(&other.StaffID)
	}
	if in.Participants == nil && kept.Minutes.IsZero() && !other.Minutes.IsZero() {
		if other.Seconds != nil {
			seconds := money.Exact(other.Seconds.String())
			in.Seconds = &seconds
		} else {
			minutes := money.Exact(other.Minutes.String())
			in.Minutes = &minutes
		}
	}
	if kept.Expense.IsZero() && !other.Expense.IsZero() {
		in.Expense = &service.MoneyInput{Amount: money.Exact(s.Currency.Format(other.Expense)), CurrencyCode: s.Currency.Code()}
	}
	for _, text := range []struct {
		kept, other string
		to          *graphql.Omittable[*string]
		most        int
	}{
		{kept.Subject, other.Subject, &in.Subject, maxSubject},
		{kept.Notes, other.Notes, &in.Notes, maxNotes},
	} {
		if joined := joinedText(text.kept, text.other, text.most); joined != text.kept {
			*text.to = graphql.OmittableOf(&joined)
		}
	}
	for _, link := range []struct {
		kept, other string
		to          *graphql.Omittable[*string]
	}{
		{kept.OrderID, other.OrderID, &in.OrderID},
		{kept.OfferID, other.OfferID, &in.OfferID},
		{kept.CampaignID, other.CampaignID, &in.CampaignID},
		{kept.Source, other.Source, &in.Source},
	} {
		if link.kept == "" && link.other != "" {
			*link.to = graphql.OmittableOf(&link.other)
		}
	}
	if kept.AboutID == "" && other.AboutID != "" {
		in.AboutID = graphql.OmittableOf(&other.AboutID)
	}
	return in
}

// joinedText returns a text with another below it, unless it has that already or both are longer than a number of characters.
func joinedText(kept, other string, most int) string {
	joined := kept + "\n" + other
	switch {
	case kept == "":
		return other
	case other == "" || strings.Contains(kept, other) || len([]rune(joined)) > most:
		return kept
	}
	return joined
}
