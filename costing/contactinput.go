package costing

import "kopeck/money"

// ContactInput is what a contact consumed. NewContactInput makes it from a contact's facts.
type ContactInput struct {
	Time       Duration
	StaffCodes []string     // the codes to look for the staff member's rate under, the closest first; none: nobody's time
	Channel    string       // the code of the channel's rates; "": no channel
	Expense    money.Amount // spent on this contact alone

	Participants []Participant // several people, each with their own time and codes; none: the one of StaffCodes for all of Time

	Advertising []Line // the parts of the spend of its campaign; none where it had no campaign, or they are added later
}

// Participant is one of several people who took part in a contact.
type Participant struct {
	Time       Duration
	StaffCodes []string // as in ContactInput
}

// NewContactInput makes the input of Contact from all that a contact's cost depends on: the time it took, the code of
// its channel ("" for none), what was spent on it alone, and the codes of its staff member as StaffCodes returns them (nil
// where nobody took part), its parts of the spend of a campaign, and the people who took part, if they were several. Another fact that a cost comes to depend on is another parameter here, so that no
// caller can forget it.
func NewContactInput(time Duration, channel string, expense money.Amount, staffCodes []string, advertising []Line, participants ...Participant) ContactInput {
	return ContactInput{Time: time, StaffCodes: staffCodes, Channel: channel, Expense: expense, Participants: participants, Advertising: advertising}
}

// StaffCodes returns the codes under which a staff member's rate is looked for, the closest first: the folded e-mail
// address, then the grade, nil or "" where there is none.
func StaffCodes(emailKey string, grade *string) []string {
	if grade == nil || *grade == "" {
		return []string{emailKey}
	}
	return []string{emailKey, *grade}
}

// people returns who took part, each with their time.
func (in ContactInput) people() []Participant {
	if len(in.Participants) > 0 || len(in.StaffCodes) == 0 {
		return in.Participants
	}
	return []Participant{{in.Time, in.StaffCodes}}
}

// RateKeys returns the keys of all rates that the contact's cost may come from: those of its channel, then those of its
// staff codes.
func (in ContactInput) RateKeys() []RateKey {
	keys := make([]RateKey, 0, 2+len(in.StaffCodes))
	if in.Channel != "" {
		keys = append(keys, RateKey{SubjectChannelFee, in.Channel}, RateKey{SubjectChannelMinute, in.Channel})
	}
	for _, p := range in.people() {
		for _, code := range p.StaffCodes {
			keys = append(keys, RateKey{SubjectStaff, code})
		}
	}
	return keys
}
