package consent

import (
	"context"
	"time"

	"kopeck/consentlog"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/partner"
	"kopeck/ent/permission"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/receipt"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// ConsentReceipt is a receipt of what a customer has permitted: package receipt says what is in its text.
type ConsentReceipt struct { //nolint:revive // its name in the API, to which it is bound
	ReceiptID   string
	IssuedAt    time.Time
	Permissions int
	KeyID       string
	Text        string
}

// revocationPage is where a permission is revoked by its link.
const revocationPage = "/permissions/revoke"

// Receipt makes a receipt of all permissions of a customer, or of one; nil for a customer or a permission of theirs that the caller may not
// see. Its facts are those of one moment of the database. A log that is broken is not signed.
//
// Faults: INVALID for ids of another type; WRONG_STATE while the setting company is not set, and for a log that is broken.
func (s *Service) Receipt(ctx context.Context, customerID string, permissionID *string) (*ConsentReceipt, error) {
	var faults fault.List
	faults.Add(id.Check("customerId", id.Customer, customerID))
	if permissionID != nil {
		faults.Add(id.Check("permissionId", id.Permission, *permissionID))
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	company := s.Settings().Company
	if company == nil {
		return nil, fault.New(fault.WrongState, "", "nobody has stated who the company is: set the setting company first (changeSetting)")
	}
	key, err := s.keys.ReceiptKey()
	if err != nil {
		return nil, err
	}
	facts := receipt.Facts{Company: companyOf(company)}
	err = s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		facts.Consents, facts.IssuedAt = nil, s.Now()
		facts.CustomerID, err = s.readConsents(ctx, tx, s.Kept(customerID), permissionID, &facts)
		return err
	})
	if err != nil || facts.CustomerID == "" {
		return nil, err
	}
	d, file := receipt.Write(facts, receipt.Key{ID: key.ID, Public: key.Public, Sign: key.Sign})
	return &ConsentReceipt{ReceiptID: d.ReceiptID, IssuedAt: d.IssuedAt, Permissions: len(d.Records), KeyID: key.ID, Text: string(file)}, nil
}

// readConsents reads the permissions of a customer into facts, the oldest first. It returns "" for what the caller may not see.
func (s *Service) readConsents(ctx context.Context, tx *store.Tx, customerID string, permissionID *string, facts *receipt.Facts) (string, error) {
	c, err := tx.Customer.Query().Where(customer.ID(customerID), customer.DeletedAtIsNil()).Only(ctx)
	if ent.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	which := tx.Permission.Query().Where(permission.CustomerID(c.ID))
	if permissionID != nil {
		which.Where(permission.ID(*permissionID))
	}
	rows, err := which.Order(permission.ByGrantedAt(), permission.ByID()).All(ctx)
	if err != nil || permissionID != nil && len(rows) == 0 {
		return "", err
	}
	ids := make([]string, len(rows))
	for i, p := range rows {
		ids[i] = p.ID
	}
	events, err := s.eventsAsRecorded(ctx, tx.Client(), ids...)
	if err != nil {
		return "", err
	}
	sharedWith, err := partnerOf(ctx, tx, c)
	if err != nil {
		return "", err
	}
	logs := byPermission(events)
	for _, p := range rows {
		setStateAt(p, facts.IssuedAt)
		one := receipt.Consent{Permission: permissionOf(p), Row: rowOf(p), Events: eventsOf(logs[p.ID])}
		if wrong := consentlog.Verify(one.Permission, one.Row, one.Events, facts.IssuedAt); wrong != "" {
			return "", fault.New(fault.WrongState, "", "the consent log of %s is broken: %s; a receipt of it would prove nothing", p.ID, wrong)
		}
		if p.Purpose == schema.PartnerSharing {
			one.Recipient = sharedWith
		}
		facts.Consents = append(facts.Consents, one)
	}
	return c.ID, nil
}

// partnerOf returns the name of the partner who brought a customer, "" for none.
func partnerOf(ctx context.Context, tx *store.Tx, c *ent.Customer) (string, error) {
	if c.PartnerID == nil {
		return "", nil
	}
	found, err := tx.Partner.Query().Where(partner.ID(*c.PartnerID)).Only(ctx)
	if ent.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return found.Name, nil
}

func companyOf(c *service.Company) receipt.Company {
	return receipt.Company{
		Name: c.Name, Address: c.Address, Contact: c.Contact, Jurisdiction: c.Jurisdiction, StorageLocation: c.StorageLocation,
		Email: c.Email, Phone: c.Phone, URL: c.URL, PolicyURL: c.PolicyURL, Retention: c.Retention, Authority: c.Authority, RevocationAt: revocationPage,
	}
}

// ReceiptKeys returns the public keys that verify receipts, as a set of JSON Web Keys.
func (s *Service) ReceiptKeys() []byte { return s.keys.ReceiptJWKS() }
