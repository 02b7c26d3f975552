package explain

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/order"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/fault"
)

// Contact is a contact with what it cost, what it earned of which orders, and the permission that it was made under.
type Contact struct {
	ID         string        `json:"id"`
	Customer   Named         `json:"customer"`
	Kind       string        `json:"kind"`
	Direction  string        `json:"direction"`
	Channel    string        `json:"channel"`
	At         time.Time     `json:"at"`
	RecordedAt time.Time     `json:"recordedAt"`
	Staff      string        `json:"staff,omitempty"`
	Stage      string        `json:"stage"` // of the customer at that moment
	Subject    string        `json:"subject,omitempty"`
	Permission *Permission   `json:"permission,omitempty"`
	CostLines  []Cost        `json:"costLines"`
	Cost       string        `json:"cost"`
	Credits    []OrderCredit `json:"credits"`
	Realised   string        `json:"realised"`
	Net        string        `json:"net"`
	Expected   string        `json:"expected"` // what contacts of its kind, channel and stage earn

	moment func(time.Time) string
}

// OrderCredit is what a contact earned of an order.
type OrderCredit struct {
	Order  string `json:"order"`
	Model  string `json:"model"` // by which the order's margin is credited
	Margin string `json:"margin"`
	Share  string `json:"share"`
	Amount string `json:"amount"`
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
	if c.StaffID != nil {
		page.Staff = *c.StaffID
		if u := s.people.User(*c.StaffID); u != nil {
			page.Staff = u.Name
		}
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
	for _, add := range []func(context.Context, *ent.Contact, *Contact) error{s.addEarned, s.addPermission} {
		if err := add(ctx, c, page); err != nil {
			return nil, err
		}
	}
	return page, nil
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

// addPermission adds the permission that a contact was made under.
func (s *Service) addPermission(ctx context.Context, c *ent.Contact, page *Contact) error {
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
	page.Permission = &Permission{p.ID, string(p.Channel), string(p.Purpose), string(p.Level), string(p.State), ""}
	agreed, err := s.Client.PermissionEvent.Query().
		Where(permissionevent.PermissionID(p.ID), permissionevent.WordingNotNil(), permissionevent.AtLTE(c.At)).Order(permissionevent.BySequence()).All(ctx)
	if len(agreed) > 0 {
		page.Permission.Wording = *agreed[len(agreed)-1].Wording
	}
	return err
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
	if c.Permission != nil {
		p.fact("permission", fmt.Sprintf("%s: %s, %s, %s, now %s: %q", c.Permission.ID, c.Permission.Channel, c.Permission.Purpose, c.Permission.Level, c.Permission.State, c.Permission.Wording))
	}
	p.head("What it cost")
	costsOn(p, c.CostLines, c.Cost, "", c.moment)
	p.head("What it earned")
	for _, credit := range c.Credits {
		p.row(2, fmt.Sprintf("%s: share %s of the margin %s, by %s", credit.Order, credit.Share, credit.Margin, credit.Model), credit.Amount)
	}
	p.sum(2, "earned", c.Realised)
	p.row(2, "less its cost", minus(c.Cost))
	p.sum(2, "net", c.Net)
	p.row(2, "contacts of its kind, channel and stage are expected to earn", c.Expected)
	return p.String()
}
