package contacts

import (
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/campaigns"
	"kopeck/service/input"
	"kopeck/service/ownfields"
)

// Record is a contact as it is recorded, or as a file gives it: the row, and what files have of other tables. Empty texts and zero times
// are absent.
type Record struct {
	ID            string // in Kopeck's own format; "" in other logs, whose contacts are distinguished by external id
	ExternalID    string
	CustomerID    string
	Kind          schema.ContactKind
	Direction     schema.Direction
	Channel       schema.Channel
	At            time.Time
	Minutes       money.Decimal
	Seconds       *money.Decimal // the time where minutes do not give it exactly; absent: the minutes do
	StaffID       string
	Participants  []schema.Participant // who took part, the staff first, if they are several: see setParticipants
	Subject       string
	Notes         string
	AboutID       string // of the customer that a recommendation is about
	PermissionID  string
	Purpose       schema.Purpose
	Stage         schema.Stage    // the customer's at that moment; it follows from facts, whatever a file has
	Segment       *schema.Segment // the customer's as it was known then, "" for none; absent: as it is now
	Expense, Cost money.Amount
	Costed        bool // CostLines, Cost and Uncosted are as a file has them; else the contact is costed by the rates
	CostLines     []costing.Line
	Uncosted      bool
	RecordedAt    time.Time // absent: now
	OrderID       string    // of the customer's order that the contact was about
	AwaitedOrder  string    // the id of that order by a file, where the order is not there yet
	OfferID       string    // of the offer to the customer that the contact was about
	CampaignID    string    // of the campaign that caused the contact
	Source        string    // where it came from, as it was stated
	Advertising   money.Amount
	CorrectedAt   time.Time
	VoidedAt      time.Time
	VoidedBy      string
	VoidReason    string

	CustomerExternalID string       // a file names the customer by it, by the id, or by the person's e-mail or phone
	Email, Phone, Name string       // of the person; the name is for one who is new
	Campaign           string       // the code of the campaign
	Staff              string       // e-mail; one who does not exist is created, inactive and without a password
	StaffGrades        []StaffGrade // all that the staff member has had, for one whom a file makes
	StaffGrade         string       // that of now, of an exported contact's staff member
	StaffMadeAt        time.Time    // when that one was created
	People             []Person     // the participants, as a file has them

	OwnFields ownfields.Texts // what it has in the installation's own fields

	PeopleNames []string // customers who took part beside the contact's own, as a file has them

	PeopleIDs    []string // customers who took part beside the contact's own
	hiddenPeople []string // those of them whom who corrects the contact may not see
}

// StaffGrade is a grade that a member of staff has had from a moment on, as a file has it; "" for none. The first that was recorded has
// held before all others.
type StaffGrade struct {
	Grade      string    `json:"grade"`
	ValidFrom  time.Time `json:"from"`
	RecordedAt time.Time `json:"recorded"`
}

// Person is one of several people of ours who took part in a contact, as a file has them.
type Person struct {
	Staff   string         `json:"staff"` // e-mail
	Minutes money.Decimal  `json:"minutes"`
	Seconds *money.Decimal `json:"seconds,omitempty"`
	Grades  []StaffGrade   `json:"grades,omitempty"`
}

// spent is the working time of the contact.
func (r *Record) spent() costing.Duration {
	return costing.Duration{Minutes: r.Minutes, Seconds: r.Seconds}
}

// moment is the moment of the contact, if spend of a campaign is spread over it.
func (r *Record) moment() []campaigns.Moment {
	if !r.VoidedAt.IsZero() {
		return nil
	}
	return campaigns.MomentOf(&r.CampaignID, r.Direction, r.At)
}

// Moment is the moment of a contact of a file, if spend of a campaign is spread over it.
func (r *Record) Moment() []campaigns.Moment { return r.moment() }

// recordOf returns a contact of the database as a record, without what files have of other tables.
func recordOf(c *ent.Contact) *Record {
	r := &Record{
		ID: c.ID, CustomerID: c.CustomerID, ExternalID: input.OrZero(c.ExternalID), Kind: c.Kind, Direction: c.Direction, Channel: c.Channel, At: c.At.UTC(),
		Minutes: c.Minutes, Seconds: c.ExactSeconds, StaffID: input.OrZero(c.StaffID), Participants: c.Participants, Subject: input.OrZero(c.Subject), Notes: input.OrZero(c.Notes),
		AboutID: input.OrZero(c.AboutID), PermissionID: input.OrZero(c.PermissionID), Purpose: input.OrZero(c.Purpose), Stage: c.Stage, Segment: c.Segment,
		Expense: c.Expense, Cost: c.Cost, Uncosted: c.Uncosted, RecordedAt: c.RecordedAt.UTC(), OrderID: input.OrZero(c.OrderID), OfferID: input.OrZero(c.OfferID),
		CampaignID: input.OrZero(c.CampaignID), Source: input.OrZero(c.Source), Advertising: c.Advertising,
		VoidedBy: input.OrZero(c.VoidedBy), VoidReason: input.OrZero(c.VoidReason),
	}
	r.CorrectedAt, r.VoidedAt = input.OrZero(c.CorrectedAt).UTC(), input.OrZero(c.VoidedAt).UTC()
	return r
}
