package sale

import (
	"cmp"
	"context"
	"time"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/offer"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/disclosure"
	"kopeck/service/input"
	"kopeck/service/quote"
	"kopeck/store"
)

// maxOffer is for how long an offer may bind us.
const maxOffer = 366 * 24 * time.Hour

// OfferStatusAt returns an offer's status at a moment: one that has not been answered is EXPIRED from expiresAt on, whether or
// not that is stored.
func OfferStatusAt(o *ent.Offer, at time.Time) schema.OfferStatus {
	if unanswered(o.Status) && !at.Before(o.ExpiresAt) {
		return schema.OfferExpired
	}
	return o.Status
}

// unanswered reports whether the customer can still answer an offer with a status.
func unanswered(status schema.OfferStatus) bool {
	return status == schema.OfferDraft || status == schema.OfferSent || status == schema.OfferViewed
}

// CreateOffer creates a DRAFT of an offer to a customer, of promised prices. They hold until expiresAt, which is longer than
// price tokens are accepted.
//
// Faults: INVALID, PRICE_EXPIRED with the price now, or LIMIT_EXCEEDED on priceTokens; INVALID on expiresAt unless it is in
// the coming year; INVALID by field, NOT_FOUND and WRONG_STATE for what the kind of the offer needs; NOT_FOUND on customerId; ALREADY_EXISTS
// on id.
func (s *Service) CreateOffer(ctx context.Context, in service.CreateOfferInput) (*ent.Offer, error) {
	var faults fault.List
	offerID, err := s.NewID(id.Offer, in.ID)
	faults.Add(err)
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	why, err := checkKindInput(in)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	promises, refused := s.quote.Redeem(in.CustomerID, in.PriceTokens)
	used, err := s.usedBy(ctx, in.CustomerID, promises)
	if err != nil {
		return nil, err
	}
	expiresAt := in.ExpiresAt.UTC().Truncate(time.Microsecond)
	made, err := s.Write(ctx, service.Verb{Name: "createOffer", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.LockCustomer(ctx, tx, "customerId", in.CustomerID)
		if err != nil {
			return "", err
		}
		now := s.Now()
		switch {
		case !expiresAt.After(now):
			return "", fault.Invalidf("expiresAt", "want a moment in the future")
		case expiresAt.After(now.Add(maxOffer)):
			return "", fault.Invalidf("expiresAt", "want a moment within the coming year")
		case refused != nil:
			return "", refused
		}
		if err := s.quote.CheckExemption(ctx, tx, c, promises); err != nil {
			return "", err
		}
		if err := s.checkKind(ctx, tx, c, in, promises); err != nil {
			return "", err
		}
		variants, err := s.variantsOf(in, promises)
		if err != nil {
			return "", err
		}
		total, tax, err := totals(promisesIn(variants.first(), promises, variants.of))
		if err != nil {
			return "", err
		}
		o, err := tx.Offer.Create().SetID(offerID).SetCustomerID(c.ID).SetKind(input.Or(in.Kind, schema.OfferIndividual)).
			SetStatus(schema.OfferDraft).SetTotal(total).SetTax(tax).SetVariant(variants.first()).SetVariantNames(variants.names).SetNillableWhy(why).
			SetNillableCompletesOrderID(in.CompletesOrderID).SetNillableCompletesProductID(in.CompletesProductID).
			SetExpiresAt(expiresAt).SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
		if err != nil {
			return "", service.UniqueFault(err, in.ID != nil)
		}
		if err := s.writeOfferLines(ctx, tx, o, promises, variants, used); err != nil {
			return "", err
		}
		if err := s.Audit(ctx, tx, "offer.create", o.ID, map[string]any{"customer": o.CustomerID, "kind": o.Kind, "total": total, "lines": len(promises), "expiresAt": expiresAt}); err != nil {
			return "", err
		}
		return o.ID, s.CustomerChanged(ctx, tx, o.CustomerID, "Offer")
	})
	if err != nil {
		return nil, s.quote.RefusalFaults(ctx, in.CustomerID, err)
	}
	return s.Client.Offer.Get(ctx, made)
}

// totals sums the totals and the taxes of promises.
func totals(promises []quote.Promise) (total, tax money.Amount, err error) {
	if total, err = quote.TotalOf(promises); err != nil {
		return total, tax, err
	}
	tax, err = quote.TaxOf(promises)
	return total, tax, err
}

// usedBy returns what of the customer each promised price used. It is asked before the transaction, as it reads; what it says cannot be wrong for a
// customer who does not exist, who is refused in it.
func (s *Service) usedBy(ctx context.Context, customerID string, promises []quote.Promise) ([]disclosure.Personalised, error) {
	used := make([]disclosure.Personalised, len(promises))
	c, err := s.Client.Customer.Query().Where(customer.ID(s.Kept(customerID))).Only(ctx)
	if ent.IsNotFound(err) || len(promises) == 0 {
		return used, nil
	}
	if err != nil {
		return nil, err
	}
	quotes, err := s.quote.Quotes(ctx, []*ent.Customer{c}, nil)
	if err != nil {
		return nil, err
	}
	for i, p := range promises {
		if used[i].UsedData, used[i].IsPersonal, err = quotes.UsedOf(c, p); err != nil {
			return nil, err
		}
	}
	return used, nil
}

// writeOfferLines writes the lines of an offer, in the order of the promises.
func (s *Service) writeOfferLines(ctx context.Context, tx *store.Tx, o *ent.Offer, promises []quote.Promise, variants variants, used []disclosure.Personalised) error {
	lines := make([]*ent.OfferLineCreate, len(promises))
	for i, p := range promises {
		kept, err := p.AsJSON()
		if err != nil {
			return err
		}
		lines[i] = tx.OfferLine.Create().SetID(s.IDs.Make(id.OfferLine)).SetOfferID(o.ID).SetPosition(i).SetProductID(p.ProductID).
			SetQuantity(p.Quantity).SetUnit(p.Unit).SetTotal(p.Total).SetTax(p.Tax).SetPriceLines(kept.Lines).SetOptions(kept.Options).
			SetVariant(variants.of[i]).SetUsedData(used[i].UsedData).SetIsPersonal(used[i].IsPersonal).SetLeadDays(p.LeadDays).SetPricedAt(p.PricedAt)
	}
	return tx.OfferLine.CreateBulk(lines...).Exec(ctx)
}

// ViewOffer records that the customer has viewed an offer that was sent. Of several views the earliest counts, in whatever
// order they are reported. Faults: WRONG_STATE unless the offer is SENT or VIEWED, and had not expired at that moment; INVALID;
// NOT_FOUND.
func (s *Service) ViewOffer(ctx context.Context, in service.ViewOfferInput) (*ent.Offer, error) {
	at, err := s.PastMoment("at", in.At)
	if err != nil {
		return nil, err
	}
	return s.changeOffer(ctx, service.Verb{Name: "viewOffer"}, in.ID, nil, func(ctx context.Context, tx *store.Tx, o *ent.Offer, _ *ent.Customer) error {
		if status := OfferStatusAt(o, at); status != schema.OfferSent && status != schema.OfferViewed {
			return wrongOffer(status, "viewed")
		}
		if o.ViewedAt != nil && !at.Before(*o.ViewedAt) {
			return nil
		}
		return tx.Offer.UpdateOne(o).SetStatus(schema.OfferViewed).SetViewedAt(at).SetUpdatedAt(s.Now()).AddVersion(1).Exec(ctx)
	})
}

// DeclineOffer records that the customer has declined an offer, and why. Faults: WRONG_STATE for an offer that is answered,
// withdrawn or expired, and on reasonKey for a reason that is retired; INVALID by field; NOT_FOUND; VERSION_CONFLICT.
func (s *Service) DeclineOffer(ctx context.Context, in service.DeclineOfferInput) (*ent.Offer, error) {
	words, err := input.OptionalText("reason", &in.Reason, 2000)
	if err != nil {
		return nil, err
	}
	key := cmp.Or(in.ReasonKey, otherReason)
	return s.changeOffer(ctx, service.Verb{Name: "declineOffer"}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, o *ent.Offer, _ *ent.Customer) error {
		now := s.Now()
		if status := OfferStatusAt(o, now); !unanswered(status) {
			return wrongOffer(status, "declined")
		}
		if err := checkReason(ctx, tx, key, words); err != nil {
			return err
		}
		err := tx.Offer.UpdateOne(o).SetStatus(schema.OfferDeclined).SetNillableDeclineReason(words).SetDeclineKey(key).SetDecidedAt(now).SetUpdatedAt(now).AddVersion(1).Exec(ctx)
		if err != nil {
			return err
		}
		return s.Audit(ctx, tx, "offer.decline", o.ID, map[string]any{"reason": words, "reasonKey": key})
	})
}

// WithdrawOffer withdraws an offer. Faults: WRONG_STATE for an offer that is answered, withdrawn or expired; INVALID; NOT_FOUND;
// VERSION_CONFLICT.
func (s *Service) WithdrawOffer(ctx context.Context, in service.WithdrawOfferInput) (*ent.Offer, error) {
	reason, err := input.OptionalText("reason", in.Reason, 2000)
	if err != nil {
		return nil, err
	}
	return s.changeOffer(ctx, service.Verb{Name: "withdrawOffer"}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, o *ent.Offer, _ *ent.Customer) error {
		now := s.Now()
		if status := OfferStatusAt(o, now); !unanswered(status) {
			return wrongOffer(status, "withdrawn")
		}
		if err := tx.Offer.UpdateOne(o).SetStatus(schema.OfferWithdrawn).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
			return err
		}
		return s.Audit(ctx, tx, "offer.withdraw", o.ID, map[string]any{"reason": reason})
	})
}

// changeOffer changes an offer in a transaction, with the customer locked, and returns the offer after it.
func (s *Service) changeOffer(ctx context.Context, v service.Verb, offerID string, expectedVersion *int, change func(context.Context, *store.Tx, *ent.Offer, *ent.Customer) error) (*ent.Offer, error) {
	if err := id.Check("id", id.Offer, offerID); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, v, func(ctx context.Context, tx *store.Tx) (string, error) {
		seen, err := tx.Offer.Get(ctx, offerID)
		if ent.IsNotFound(err) {
			return "", fault.NoSuch("id", "offer")
		}
		if err != nil {
			return "", err
		}
		if err := s.rates.HoldRates(ctx, tx); err != nil {
			return "", err
		}
		c, err := s.LockCustomer(ctx, tx, "id", seen.CustomerID)
		if err != nil {
			return "", err
		}
		o, err := tx.Offer.Query().Where(offer.ID(offerID)).Only(ctx) // read once more, now that nobody else can change it
		if err != nil {
			return "", err
		}
		if err := service.StillOf(c.ID, o.CustomerID); err != nil {
			return "", err
		}
		if err := service.CheckVersion(expectedVersion, o.Version); err != nil {
			return "", err
		}
		if err := change(ctx, tx, o, c); err != nil {
			return "", err
		}
		return o.ID, s.CustomerChanged(ctx, tx, o.CustomerID, "Offer")
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Offer.Get(ctx, offerID)
}

// wrongOffer returns WRONG_STATE for an offer with a status in which this cannot be done.
func wrongOffer(status schema.OfferStatus, to string) error {
	return fault.New(fault.WrongState, "id", "an offer that is %s cannot be %s", status, to)
}
