package expectation

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/ent/expectedprice"
	"kopeck/ent/offer"
	"kopeck/ent/offerline"
	"kopeck/ent/product"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

const maxReason = 2000 // in characters

// RecordExpectedPrice records what a customer thought a fair price of a product.
//
// Faults: INVALID by field, on offerId for an offer without the product; NOT_FOUND on customerId, productId, contactId and offerId;
// WRONG_STATE on contactId for a contact that is voided; ALREADY_EXISTS on id; FORBIDDEN.
func (s *Service) RecordExpectedPrice(ctx context.Context, in service.RecordExpectedPriceInput) (*ent.ExpectedPrice, error) {
	actor, err := auth.Writer(ctx, "ExpectedPrice")
	if err != nil {
		return nil, err
	}
	var faults fault.List
	newID, err := s.NewID(id.ExpectedPrice, in.ID)
	faults.Add(err)
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	faults.Add(id.Check("productId", id.Product, in.ProductID))
	unit, err := s.Amount("unit", in.Unit)
	if faults.Add(err); err == nil && unit.IsZero() {
		faults.Add(fault.Invalidf("amount", "want a price above 0").At("unit"))
	}
	at, err := s.PastMoment("at", in.At)
	faults.Add(err)
	if in.ContactID != nil {
		faults.Add(id.Check("contactId", id.Contact, *in.ContactID))
		if in.At != nil {
			faults.Add(fault.Invalidf("at", "they said it when the contact took place: want contactId or at, not both"))
		}
	}
	if in.OfferID != nil {
		faults.Add(id.Check("offerId", id.Offer, *in.OfferID))
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "recordExpectedPrice", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.LockCustomer(ctx, tx, "customerId", in.CustomerID)
		if err != nil {
			return "", err
		}
		at, err := s.checkSaid(ctx, tx, c, in, at)
		if err != nil {
			return "", err
		}
		err = s.Add(ctx, tx, c, Said{ID: newID, IDGiven: in.ID != nil, ProductID: in.ProductID, Unit: unit, At: at, ContactID: in.ContactID, OfferID: in.OfferID, By: actor.Name})
		return newID, err
	})
	if err != nil {
		return nil, err
	}
	return s.Client.ExpectedPrice.Get(ctx, made)
}

// AddGiven records what a customer, who is locked, answered to be a fair price above 0, as RecordExpectedPrice does. Faults: NOT_FOUND on productId and
// contactId; WRONG_STATE on contactId.
func (s *Service) AddGiven(ctx context.Context, tx *store.Tx, c *ent.Customer, in service.RecordExpectedPriceInput, unit money.Amount, at time.Time) error {
	actor, _ := auth.From(ctx)
	at, err := s.checkSaid(ctx, tx, c, in, at)
	if err != nil {
		return err
	}
	return s.Add(ctx, tx, c, Said{ID: s.IDs.Make(id.ExpectedPrice), ProductID: in.ProductID, Unit: unit, At: at, ContactID: in.ContactID, OfferID: in.OfferID, By: actor.Name})
}

// Said is a price that a customer thought fair.
type Said struct {
	ID        string
	IDGiven   bool // a client chose the id
	ProductID string
	Unit      money.Amount
	At        time.Time
	ContactID *string // in which they said it; nil for none
	OfferID   *string // upon which they said it; nil for none
	By        string  // who recorded it
}

// Add records what a customer, who is locked, thought a fair price. The caller has checked it. ALREADY_EXISTS on id.
func (s *Service) Add(ctx context.Context, tx *store.Tx, c *ent.Customer, said Said) error {
	segment, err := s.segmentAt(ctx, tx, c, said.At)
	if err != nil {
		return err
	}
	now := s.Now()
	create := tx.ExpectedPrice.Create().SetID(said.ID).SetCreatedAt(now).SetUpdatedAt(now).SetCustomerID(c.ID).SetProductID(said.ProductID).SetUnit(said.Unit).SetAt(said.At).
		SetNillableContactID(said.ContactID).SetNillableOfferID(said.OfferID).SetNillableSegment(segment).SetRecordedBy(said.By)
	if err := create.Exec(ctx); err != nil {
		return service.UniqueFault(err, said.IDGiven)
	}
	detail := map[string]any{"customerId": c.ID, "productId": said.ProductID, "unit": said.Unit, "at": said.At, "contactId": said.ContactID, "offerId": said.OfferID}
	if err := s.Audit(ctx, tx, "expectedPrice.record", said.ID, detail); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, c.ID, "ExpectedPrice")
}

// VoidExpectedPrice voids an expected price. Faults: INVALID by field; NOT_FOUND on id; WRONG_STATE on id for one that is voided; FORBIDDEN.
func (s *Service) VoidExpectedPrice(ctx context.Context, in service.VoidExpectedPriceInput) (*ent.ExpectedPrice, error) {
	if _, err := auth.Writer(ctx, "ExpectedPrice"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.ExpectedPrice, in.ID))
	reason, err := input.Text("reason", in.Reason, maxReason)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "voidExpectedPrice", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		row, err := tx.ExpectedPrice.Query().Where(expectedprice.ID(in.ID)).Only(ctx)
		if ent.IsNotFound(err) {
			return "", fault.NoSuch("id", "expected price")
		}
		if err != nil {
			return "", err
		}
		c, err := s.LockCustomer(ctx, tx, "id", row.CustomerID)
		if err != nil {
			return "", err
		}
		now := s.Now()
		n, err := tx.ExpectedPrice.Update().Where(expectedprice.ID(in.ID), expectedprice.VoidedAtIsNil()).SetVoidedAt(now).SetVoidReason(reason).SetUpdatedAt(now).Save(ctx)
		if err != nil {
			return "", err
		}
		if n == 0 {
			return "", fault.New(fault.WrongState, "id", "it is voided")
		}
		if err := s.Audit(ctx, tx, "expectedPrice.void", in.ID, map[string]any{"reason": reason}); err != nil {
			return "", err
		}
		return in.ID, s.CustomerChanged(ctx, tx, c.ID, "ExpectedPrice")
	})
	if err != nil {
		return nil, err
	}
	return s.Client.ExpectedPrice.Get(ctx, in.ID)
}

// checkSaid checks of what and where a customer said a price to be fair, and returns when: the moment of the contact, if it was in one.
func (s *Service) checkSaid(ctx context.Context, tx *store.Tx, c *ent.Customer, in service.RecordExpectedPriceInput, at time.Time) (time.Time, error) {
	if ok, err := tx.Product.Query().Where(product.ID(in.ProductID)).Exist(ctx); err != nil || !ok {
		return at, noSuchOr(err, "productId", "product")
	}
	if in.ContactID != nil {
		said, err := tx.Contact.Query().Where(contact.ID(*in.ContactID), contact.CustomerID(c.ID)).Only(ctx)
		switch {
		case ent.IsNotFound(err):
			return at, fault.NoSuch("contactId", "contact with this customer")
		case err != nil:
			return at, err
		case said.VoidedAt != nil:
			return at, fault.New(fault.WrongState, "contactId", "the contact is voided")
		}
		at = said.At.UTC()
	}
	if in.OfferID == nil {
		return at, nil
	}
	if ok, err := tx.Offer.Query().Where(offer.ID(*in.OfferID), offer.CustomerID(c.ID)).Exist(ctx); err != nil || !ok {
		return at, noSuchOr(err, "offerId", "offer to this customer")
	}
	ok, err := tx.OfferLine.Query().Where(offerline.OfferID(*in.OfferID), offerline.ProductID(in.ProductID)).Exist(ctx)
	if err == nil && !ok {
		err = fault.Invalidf("offerId", "the offer has no line of the product")
	}
	return at, err
}

func noSuchOr(err error, field, what string) error {
	if err != nil {
		return err
	}
	return fault.NoSuch(field, what)
}

// segmentAt is a customer's segment at a moment, as known now; nil for none.
func (s *Service) segmentAt(ctx context.Context, tx *store.Tx, c *ent.Customer, at time.Time) (*schema.Segment, error) {
	segments, err := s.DatedOf(ctx, tx, schema.DatedSegment, c.ID)
	if err != nil {
		return nil, err
	}
	value := segments[c.ID].At(at, service.EndOfTime, (*string)(c.Segment))
	return (*schema.Segment)(input.NonEmpty(input.OrZero(value))), nil
}
