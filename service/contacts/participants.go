package contacts

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/user"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
)

// Several people of ours may take part in a contact, each with their own time. The first is the contact's staff, and the time of the contact is
// the longest of theirs. Of one alone, or of nobody, there is no list: the contact has it all.

// maxParticipants is how many people of ours may take part in a contact.
const maxParticipants = 20

// participantsField is the name of the field in inputs, in conflicts and in the audit.
const participantsField = "participants"

// ContactParticipant is one of our people who took part in a contact.
type ContactParticipant struct {
	User    *ent.User // nil for one whom the caller may not see
	Minutes money.Decimal
	Seconds money.Decimal
}

// Participants returns who of ours took part in contacts, by contact, the staff first. The caller may see the contacts.
func (s *Service) Participants(ctx context.Context, of []*ent.Contact) (map[string][]*ContactParticipant, error) {
	var ids []string
	for _, c := range of {
		for _, p := range tookPart(recordOf(c)) {
			ids = append(ids, p.UserID)
		}
	}
	slices.Sort(ids)
	users, err := s.Client.User.Query().Where(user.IDIn(slices.Compact(ids)...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("contacts: participants: %w", err)
	}
	byID := make(map[string]*ent.User, len(users))
	for _, u := range users {
		byID[u.ID] = u
	}
	all := make(map[string][]*ContactParticipant, len(of))
	for _, c := range of {
		for _, p := range tookPart(recordOf(c)) {
			seconds, err := spentBy(p).InExactSeconds()
			if err != nil {
				return nil, input.DomainError(err)
			}
			all[c.ID] = append(all[c.ID], &ContactParticipant{byID[p.UserID], p.Minutes, seconds})
		}
	}
	return all, nil
}

// spentBy is the time of one who took part.
func spentBy(p schema.Participant) costing.Duration {
	return costing.Duration{Minutes: p.Minutes, Seconds: p.Seconds}
}

// tookPart returns who of ours took part in a contact, also one alone.
func tookPart(r *Record) []schema.Participant {
	if len(r.Participants) == 0 && r.StaffID != "" {
		return []schema.Participant{{UserID: r.StaffID, Minutes: r.Minutes, Seconds: r.Seconds}}
	}
	return r.Participants
}

// setParticipants makes people those who took part in a contact. Error: money.ErrOverflow.
func (r *Record) setParticipants(people []schema.Participant) error {
	r.StaffID, r.Participants = "", nil
	if len(people) > 0 {
		r.StaffID = people[0].UserID
	}
	if len(people) > 1 {
		r.Participants = people
	}
	longest, err := longestOf(people)
	r.Minutes, r.Seconds = longest.Minutes, longest.Seconds
	return err
}

// longestOf returns the longest time of people.
func longestOf(people []schema.Participant) (longest costing.Duration, err error) {
	var most money.Decimal
	for _, p := range people {
		seconds, err := spentBy(p).InExactSeconds()
		if err != nil {
			return longest, input.DomainError(err)
		}
		if seconds.Compare(most) > 0 {
			most, longest = seconds, spentBy(p)
		}
	}
	return longest, nil
}

// checkParticipants returns the people of ours whom an input names. INVALID and NOT_FOUND by field.
func (s *Service) checkParticipants(given []*service.ContactParticipantInput) (people []schema.Participant, err error) {
	if len(given) > maxParticipants {
		return nil, fault.Invalidf(participantsField, "want at most %d people", maxParticipants)
	}
	var faults fault.List
	named := map[string]bool{}
	for i, one := range given {
		spent, err := s.checkParticipant(one, named)
		faults.Add(fault.At(err, participantsField, strconv.Itoa(i)))
		named[one.UserID] = true
		people = append(people, schema.Participant{UserID: one.UserID, Minutes: spent.Minutes, Seconds: spent.Seconds})
	}
	return people, faults.Or()
}

// checkParticipant checks one of the people of ours whom an input names, beside those who have been named, and returns their time.
func (s *Service) checkParticipant(one *service.ContactParticipantInput, named map[string]bool) (costing.Duration, error) {
	if err := id.Check("userId", id.User, one.UserID); err != nil {
		return costing.Duration{}, err
	}
	switch {
	case s.staffMember(one.UserID) == nil:
		return costing.Duration{}, fault.NoSuch("userId", "staff member")
	case named[one.UserID]:
		return costing.Duration{}, fault.Invalidf("userId", "is named twice: want each person once, with all of their time")
	case one.Minutes == nil && one.Seconds == nil:
		return costing.Duration{}, fault.Invalidf("minutes", "want the person's time, in minutes or in seconds")
	}
	return checkSpent(one.Minutes, one.Seconds)
}

// takeParticipants puts the people of ours whom an input names into a record, in which nothing else says who took part and how long:
// INVALID on staffId, minutes or seconds.
func (s *Service) takeParticipants(given []*service.ContactParticipantInput, staffID bool, minutes, seconds *money.Exact, r *Record) error {
	var faults fault.List
	for _, one := range []struct {
		field   string
		isGiven bool
	}{{"staffId", staffID}, {"minutes", minutes != nil}, {"seconds", seconds != nil}} {
		if one.isGiven {
			faults.Add(fault.Invalidf(one.field, "want participants alone, who say it, or %s", one.field))
		}
	}
	people, err := s.checkParticipants(given)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return err
	}
	return r.setParticipants(people)
}

// checkOwnPart checks that who records and corrects their own contacts alone changes nothing of what others did: FORBIDDEN on participants.
func checkOwnPart(actor auth.Actor, before, after []schema.Participant) error {
	same := func(a, b schema.Participant) bool {
		return a.UserID == b.UserID && (a.UserID == actor.UserID || isSameTime(spentBy(a), spentBy(b)))
	}
	isFirst := len(before) == 0 && len(after) == 1 && after[0].UserID == actor.UserID
	if namesOthers(actor) || isFirst || len(before) > 0 && slices.EqualFunc(before, after, same) {
		return nil
	}
	return fault.New(fault.Forbidden, participantsField, "you may only record what you did yourself")
}

// checkAlone checks that what a correction says of staff and of the time is true of the people who took part, if they are several. INVALID
// on the field.
func checkAlone(r *Record) error {
	if len(r.Participants) == 0 {
		return nil
	}
	longest, err := longestOf(r.Participants)
	switch {
	case err != nil:
		return err
	case r.StaffID != r.Participants[0].UserID:
		return fault.Invalidf("staffId", "several people took part: correct participants")
	case !isSameTime(longest, r.spent()):
		return fault.Invalidf("minutes", "several people took part, each with their own time: correct participants")
	}
	return nil
}

// isSameTime reports whether two times are written in the same way.
func isSameTime(a, b costing.Duration) bool {
	return a.Minutes == b.Minutes && (a.Seconds == nil) == (b.Seconds == nil) && (a.Seconds == nil || *a.Seconds == *b.Seconds)
}

// joinedParticipants returns who took part in either of two contacts that are the same: of the time of one who is in both, what the first
// says, or else the other.
func joinedParticipants(kept, other []schema.Participant) []schema.Participant {
	joined := slices.Clone(kept)
	for _, p := range other {
		at := slices.IndexFunc(joined, func(one schema.Participant) bool { return one.UserID == p.UserID })
		switch {
		case at < 0:
			joined = append(joined, p)
		case !joined[at].Timed():
			joined[at] = p
		}
	}
	return joined
}

// isDisjoint reports whether people took part in each of two contacts, and nobody in both.
func isDisjoint(a, b []schema.Participant) bool {
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(p schema.Participant) bool { return schema.TookPart(p.UserID, nil, b) })
}

// participantInputs are people as inputs name them.
func participantInputs(people []schema.Participant) []*service.ContactParticipantInput {
	all := make([]*service.ContactParticipantInput, len(people))
	for i, p := range people {
		all[i] = &service.ContactParticipantInput{UserID: p.UserID}
		if p.Seconds != nil {
			seconds := money.Exact(p.Seconds.String())
			all[i].Seconds = &seconds
		} else {
			minutes := money.Exact(p.Minutes.String())
			all[i].Minutes = &minutes
		}
	}
	return all
}

// checkPeople checks the people who took part in a contact of a file: those are several, who are named once, and the time of the contact is the
// longest of theirs.
func checkPeople(field string, r *Record) error {
	if len(r.People) == 0 {
		return nil
	}
	if len(r.People) == 1 || len(r.People) > maxParticipants {
		return fault.Invalidf(field, "want 2 to %d people, or nothing where one alone took part", maxParticipants)
	}
	named := map[string]bool{}
	people := make([]schema.Participant, len(r.People))
	for i, p := range r.People {
		if _, err := input.Email(field, p.Staff); err != nil {
			return err
		}
		key := input.EmailKey(p.Staff)
		if named[key] {
			return fault.Invalidf(field, "%s is named twice", p.Staff)
		}
		if p.Minutes.Sign() < 0 || p.Minutes.Compare(money.Whole(maxLoggedMinutes)) > 0 {
			return fault.Invalidf(field, "want 0 to %d minutes of each", maxLoggedMinutes)
		}
		if p.Seconds != nil {
			if spent, err := costing.InSeconds(*p.Seconds); err != nil || spent.Minutes != p.Minutes {
				return fault.Invalidf(field, "the minutes and seconds of %s are not the same time", p.Staff)
			}
		}
		named[key] = true
		people[i] = schema.Participant{UserID: key, Minutes: p.Minutes, Seconds: p.Seconds}
	}
	if r.Staff == "" { // a file need not say twice who was the first, and how long it took
		r.Staff = r.People[0].Staff
	}
	if r.Minutes.IsZero() {
		longest, err := longestOf(people)
		if err != nil {
			return err
		}
		r.Minutes, r.Seconds = longest.Minutes, longest.Seconds
	}
	if len(r.CostLines) > 0 && !haveLines(people, r.CostLines) {
		return fault.Invalidf(field, "the cost lines of time are not those of these people")
	}
	if first := input.EmailKey(r.Staff); first != people[0].UserID {
		return fault.Invalidf(field, "want the contact's staff first")
	}
	return checkAlone(&Record{StaffID: people[0].UserID, Participants: people, Minutes: r.Minutes, Seconds: r.Seconds})
}

// haveLines reports whether there are as many cost lines of time as people with a time.
func haveLines(people []schema.Participant, lines []costing.Line) bool {
	n := 0
	for _, p := range people {
		if p.Timed() {
			n++
		}
	}
	for _, line := range lines {
		if line.Kind == costing.StaffTime {
			n--
		}
	}
	return n == 0
}
