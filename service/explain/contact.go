package explain

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/order"
	"kopeck/ent/permission"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service/input"
)

// Contact is a contact with what it cost, what it earned of which orders, and the permission that it was made under.
type Contact struct {
	ID         string    `json:"id"`
	Customer   Named     `json:"customer"`
	Kind       string    `json:"kind"`
	Direction  string    `json:"direction"`
	Channel    string    `json:"channel"`
	At         time.Time `json:"at"`
	RecordedAt time.Time `json:"recordedAt"`
	Staff      string    `json:"staff,omitempty"`

	Participants []Participant `json:"participants,omitempty"` // if several of ours took part

	Stage      string        `json:"stage"` // of the customer at that moment
	Subject    string        `json:"subject,omitempty"`
	Order      string        `json:"order,omitempty"` // that it was about
	Offer      string        `json:"offer,omitempty"`
	Permission *Permission   `json:"permission,omitempty"`
	Source     string        `json:"source,omitempty"`
	Campaign   *CausedBy     `json:"campaign,omitempty"` // that caused it
	CostLines  []Cost        `json:"costLines"`
	Cost       string        `json:"cost"`
	Credits    []OrderCredit `json:"credits"`
	Realised   string        `json:"realised"`
	Net        string        `json:"net"`
	Expected   string        `json:"expected"` // what contacts of its kind, channel and stage earn

	Proof *Proof `json:"proof,omitempty"` // of an outbound contact with a purpose

	Corrections []ContactCorrection `json:"corrections"` // and that it was voided, in the order in which it was recorded

	moment func(time.Time) string
	proof  string // the page of it
}

// Proof is the consent that was held when a contact was made: what the query proof of the API shows.
type Proof struct {
	Allowed        bool           `json:"allowed"`
	Reason         string         `json:"reason"`
	RequiredLevel  string         `json:"requiredLevel"`
	Wording        string         `json:"wording"`
	WordingVersion string         `json:"wordingVersion,omitempty"`
	Language       string         `json:"language,omitempty"`
	Events         []ConsentEvent `json:"events"`
	Broken         string         `json:"broken,omitempty"`
}

// ConsentEvent is an event of the consent log up to the contact.
type ConsentEvent struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"`
	Level  string    `json:"level,omitempty"`
	Actor  string    `json:"actor"`
	Source string    `json:"source"`
	Hash   string    `json:"hash"`
}

// Participant is one of several people of ours who took part in a contact.
type Participant struct {
	Name    string `json:"name"`
	Minutes string `json:"minutes"`
}

// OrderCredit is what a contact earned of an order.
type OrderCredit struct {
	Order  string `json:"order"`
	Model  string `json:"model"` // by which the order's margin is credited
	Margin string `json:"margin"`
	Share  string `json:"share"`
	Amount string `json:"amount"`
}

// CausedBy is the campaign that caused a contact, with the spend of which the contact has a part.
type CausedBy struct {
	ID     string  `json:"id"`
	Code   string  `json:"code"`
	Name   string  `json:"name"`
	Spends []Spend `json:"spends"`
}

// Spend is what a line of ADVERTISING is reckoned from.
type Spend struct {
	Line     string `json:"line"`
	Spend    string `json:"spend"`
	Contacts int    `json:"contacts"` // among which it is spread, equally
	Place    int    `json:"place"`    // of this contact among them, from 1
	Part     string `json:"part"`
}

// Permission is the permission that a contact was made under.
type Permission struct {
	ID      string `json:"id"`
	Channel string `json:"channel"`
	Purpose string `json:"purpose"`
	Level   string `json:"level"`
	State   string `json:"state"`   // now
	Wording string `json:"wording"` // that the customer agreed to last before the contact
}

// ContactCorrection is a correction of a contact, or that it was voided.
type ContactCorrection struct {
	At     time.Time     `json:"at"`
	By     string        `json:"by"`
	Reason string        `json:"reason"`
	Voided bool          `json:"voided"`
	Fields []FieldChange `json:"fields"`
}

// FieldChange is what a correction changed of a field, by its name in the API; null is none.
type FieldChange struct {
	Name string `json:"name"`
	Old  any    `json:"old"`
	New  any    `json:"new"`
}

// Contact explains a contact. NOT_FOUND.
func (s *Service) Contact(ctx context.Context, contactID string) (*Contact, error) {
	c, err := s.Client.Contact.Get(ctx, contactID)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch("what", "contact")
	}
	if err != nil {
		return nil, err
	}
	customer, err := s.Client.Customer.Get(ctx, c.CustomerID)
	if err != nil {
		return nil, err
	}
	page := &Contact{
		ID: c.ID, Customer: Named{customer.ID, customer.Name}, Kind: string(c.Kind), Direction: string(c.Direction), Channel: string(c.Channel), At: c.At, RecordedAt: c.RecordedAt,
		Stage: string(c.Stage), Cost: s.format(c.Cost), Realised: s.format(c.Realised), CostLines: []Cost{}, Credits: []OrderCredit{}, moment: s.moment,
	}
	if c.Subject != nil {
		page.Subject = *c.Subject
	}
	page.Order, page.Offer = input.OrZero(c.OrderID), input.OrZero(c.OfferID)
	if c.StaffID != nil {
		page.Staff = s.nameOf(*c.StaffID)
	}
	for _, p := range c.Participants {
		page.Participants = append(page.Participants, Participant{s.nameOf(p.UserID), p.Minutes.String()})
	}
	net, err := costing.Net(c.Realised, c.Cost)
	if err != nil {
		return nil, err
	}
	page.Net = s.format(net)
	var lines []costing.Line
	if err := json.Unmarshal(c.CostLines, &lines); err != nil {
		return nil, fmt.Errorf("explain: cost lines of %s: %w", c.ID, err)
	}
	for _, line := range lines {
		line = line.WithUnits(s.Currency)
		page.CostLines = append(page.CostLines, s.cost(&line))
	}
	for _, add := range []func(context.Context, *ent.Contact, *Contact) error{s.addCampaign, s.addEarned, s.addPermission, s.addCorrections} {
		if err := add(ctx, c, page); err != nil {
			return nil, err
		}
	}
	return page, nil
}

// nameOf returns the name of a user, or the id of one who is not there.
func (s *Service) nameOf(userID string) string {
	if u := s.people.User(userID); u != nil {
		return u.Name
	}
	return userID
}

// addCampaign adds the campaign that caused a contact, and what its lines of ADVERTISING are reckoned from.
func (s *Service) addCampaign(ctx context.Context, c *ent.Contact, page *Contact) error {
	page.Source = input.OrZero(c.Source)
	if c.CampaignID == nil {
		return nil
	}
	by, err := s.campaigns.Campaign(ctx, c.CampaignID, nil)
	if err != nil || by == nil {
		return err
	}
	page.Campaign = &CausedBy{by.ID, by.Code, by.Name, []Spend{}}
	reckoned, err := s.campaigns.Reckon(ctx, c)
	for _, one := range reckoned {
		page.Campaign.Spends = append(page.Campaign.Spends, Spend{one.Label, s.format(one.Spend), one.Contacts, one.Place, s.format(one.Part)})
	}
	return err
}

// addEarned adds what a contact earned of orders, and what it is expected to earn.
func (s *Service) addEarned(ctx context.Context, c *ent.Contact, page *Contact) error {
	expected, err := s.books.ExpectedValues(ctx, []*ent.Contact{c})
	if err != nil {
		return err
	}
	page.Expected = s.format(expected[c].Value)
	credits, err := s.books.ContactCredits(ctx, []*ent.Contact{c}, nil)
	if err != nil {
		return err
	}
	ids := make([]string, len(credits[c.ID]))
	for i, credit := range credits[c.ID] {
		ids[i] = credit.OrderID
	}
	orders, err := s.Client.Order.Query().Where(order.IDIn(ids...)).All(ctx)
	if err != nil {
		return err
	}
	byID := make(map[string]*ent.Order, len(orders))
	for _, o := range orders {
		byID[o.ID] = o
	}
	for _, credit := range credits[c.ID] {
		o := byID[credit.OrderID]
		if o == nil {
			continue // it was deleted in the meantime
		}
		one := OrderCredit{Order: o.ID, Margin: s.format(o.Margin), Share: credit.Share.String(), Amount: s.format(credit.Amount)}
		if o.CreditModel != nil {
			one.Model = string(*o.CreditModel)
		}
		page.Credits = append(page.Credits, one)
	}
	return nil
}

// addPermission adds the permission that a contact was made under, and the consent that was held at its moment.
func (s *Service) addPermission(ctx context.Context, c *ent.Contact, page *Contact) error {
	if c.Direction != schema.Outbound || c.Purpose == nil && c.PermissionID == nil {
		return nil
	}
	proof, err := s.consent.Proof(ctx, c.ID)
	if err != nil || proof == nil {
		return err
	}
	page.proof = proof.Page
	page.Proof = &Proof{Wording: input.OrZero(proof.Wording), WordingVersion: input.OrZero(proof.WordingVersion), Language: input.OrZero(proof.Language), Broken: input.OrZero(proof.Broken)}
	if d := proof.Decision; d != nil {
		page.Proof.Allowed, page.Proof.Reason, page.Proof.RequiredLevel = d.Allowed, d.Reason, string(d.RequiredLevel)
	}
	for _, e := range proof.Events {
		page.Proof.Events = append(page.Proof.Events, ConsentEvent{e.At, string(e.Kind), string(input.OrZero(e.Level)), e.Actor, e.Source, e.Hash})
	}
	if c.PermissionID == nil {
		return nil
	}
	p, err := s.Client.Permission.Query().Where(permission.ID(*c.PermissionID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	page.Permission = &Permission{p.ID, string(p.Channel), string(p.Purpose), string(p.Level), string(p.State), page.Proof.Wording}
	return nil
}

// addCorrections adds what was corrected of a contact, and that it was voided.
func (s *Service) addCorrections(ctx context.Context, c *ent.Contact, page *Contact) error {
	all, err := s.contacts.Corrections(ctx, []*ent.Contact{c})
	page.Corrections = []ContactCorrection{}
	for _, one := range all[c.ID] {
		shown := ContactCorrection{At: one.At, By: one.By, Reason: one.Reason, Voided: one.Voided, Fields: []FieldChange{}}
		for _, f := range one.Fields {
			shown.Fields = append(shown.Fields, FieldChange{f.Name, f.Old, f.New})
		}
		page.Corrections = append(page.Corrections, shown)
	}
	return err
}

// String returns the correction as a line of the page.
func (c ContactCorrection) String() string {
	if c.Voided {
		return "voided by " + c.By + ": " + c.Reason
	}
	changes := make([]string, len(c.Fields))
	for i, f := range c.Fields {
		changes[i] = fmt.Sprintf("%s from %s to %s", f.Name, orNothing(f.Old), orNothing(f.New))
	}
	return "corrected by " + c.By + ": " + strings.Join(changes, ", ") + ": " + c.Reason
}

// orNothing writes a value of a field.
func orNothing(value any) string {
	if value == nil {
		return "nothing"
	}
	return fmt.Sprint(value)
}

// Page implements [Explanation].
func (c *Contact) Page() string {
	p := &page{}
	p.row(0, "Contact "+c.ID, c.Kind)
	p.fact("customer", c.Customer.Name+" ("+c.Customer.ID+"), then "+c.Stage)
	p.fact("channel", c.Channel+", "+c.Direction)
	p.fact("at", c.moment(c.At)+recordedLater(c.At, c.RecordedAt, c.moment))
	p.fact("staff", c.Staff)
	p.fact("subject", c.Subject)
	p.fact("order", c.Order)
	p.fact("offer", c.Offer)
	if c.Permission != nil {
		p.fact("permission", fmt.Sprintf("%s: %s, %s, %s, now %s: %q", c.Permission.ID, c.Permission.Channel, c.Permission.Purpose, c.Permission.Level, c.Permission.State, c.Permission.Wording))
	}
	p.fact("source", c.Source)
	if c.Campaign != nil {
		p.fact("campaign", c.Campaign.Code+": "+c.Campaign.Name)
	}
	p.head("What it cost")
	costsOn(p, c.CostLines, c.Cost, "", c.moment)
	if c.Campaign != nil {
		for _, one := range c.Campaign.Spends {
			p.row(2, fmt.Sprintf("%s: spend %s, equally over %d contacts, of which this is number %d", one.Line, one.Spend, one.Contacts, one.Place), one.Part)
		}
	}
	p.head("What it earned")
	for _, credit := range c.Credits {
		p.row(2, fmt.Sprintf("%s: share %s of the margin %s, by %s", credit.Order, credit.Share, credit.Margin, credit.Model), credit.Amount)
	}
	p.sum(2, "earned", c.Realised)
	p.row(2, "less its cost", minus(c.Cost))
	p.sum(2, "net", c.Net)
	p.row(2, "contacts of its kind, channel and stage are expected to earn", c.Expected)
	if c.proof != "" {
		p.head("The consent that was held then")
		p.text.WriteString(c.proof)
	}
	if len(c.Corrections) > 0 {
		p.head("What was corrected")
	}
	for _, one := range c.Corrections {
		p.row(2, c.moment(one.At)+" "+one.String(), "")
	}
	return p.String()
}
