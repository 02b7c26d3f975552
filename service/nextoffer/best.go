package nextoffer

import (
	"context"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/ent/expectedprice"
	"kopeck/ent/offer"
	"kopeck/ent/offerline"
	"kopeck/ent/predicate"
	"kopeck/ent/stagechange"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/offermodel"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/service/quote"
)

const (
	mostListed = 100
	// between is how long after the last contact of ours that sold something the next is proposed.
	between = 7 * 24 * time.Hour
)

// Best returns what to propose to a customer, the best first, and last what costs nothing. However many products there are, the number of statements
// is the same. INVALID on first and at.
func (s *Service) Best(ctx context.Context, c *ent.Customer, first int, at *time.Time) ([]*NextBestOffer, error) {
	if first < 1 || first > mostListed {
		return nil, fault.Invalidf("first", "want 1 to %d", mostListed)
	}
	moment, err := s.PastMoment("at", at)
	if err != nil {
		return nil, err
	}
	k, _, err := s.knownOn(ctx, moment)
	if err != nil {
		return nil, err
	}
	channel, cost, err := s.cheapest(ctx, c, k, at)
	if err != nil {
		return nil, err
	}
	if channel == nil {
		return []*NextBestOffer{{Rank: 1, why: notAllowed}}, nil
	}
	list, err := s.candidates(ctx, c, k, moment, at)
	if err != nil {
		return nil, err
	}
	ranked, err := offermodel.Rank(list.rankable(cost))
	if err != nil {
		return nil, err
	}
	from, err := s.notBefore(ctx, c, moment)
	if err != nil {
		return nil, err
	}
	var all []*NextBestOffer
	for _, r := range ranked[:min(first, len(ranked))] {
		one := list[slices.IndexFunc(list, func(one *NextBestOffer) bool { return one.Product.ID == r.ID })]
		one.Rank, one.Channel, one.NotBefore, one.Probability, one.Net = len(all)+1, channel, &from, &r.Chance, &r.Net
		if _, known := k.costs[*channel]; known {
			one.ContactCost = &cost
		}
		all = append(all, one)
	}
	last := &NextBestOffer{Rank: len(all) + 1, Net: &money.Amount{}}
	if len(all) == 0 {
		last.why = nothingLeft
	}
	return append(all, last), nil
}

// candidates are the products that can be proposed, with the probabilities that the customer accepts.
type candidates []*NextBestOffer

// rankable are the candidates as they are ranked.
func (all candidates) rankable(cost money.Amount) []offermodel.Candidate {
	list := make([]offermodel.Candidate, len(all))
	for i, one := range all {
		list[i] = offermodel.Candidate{ID: one.Product.ID, Margin: *one.Margin, Cost: cost, Probability: one.probability}
	}
	return list
}

func (s *Service) candidates(ctx context.Context, c *ent.Customer, k *known, moment time.Time, at *time.Time) (candidates, error) {
	quotes, err := s.quote.Quotes(ctx, []*ent.Customer{c}, at)
	if err != nil {
		return nil, err
	}
	left, err := s.leftOut(ctx, c, moment)
	if err != nil {
		return nil, err
	}
	expected, err := s.expectedOf(ctx, c, moment)
	if err != nil {
		return nil, err
	}
	stage, err := s.stageAt(ctx, c, moment)
	if err != nil {
		return nil, err
	}
	segment, err := s.segmentAt(ctx, c, moment)
	if err != nil {
		return nil, err
	}
	monthly, err := s.sale.ProductOfTheMonth(ctx, moment.In(s.Settings().Zone).Format("2006-01"))
	if err != nil {
		return nil, err
	}
	var all candidates
	for _, product := range quotes.Catalogue() {
		if left[product.ID] {
			continue
		}
		price, err := quotes.PriceOf(c, product.ID, money.Whole(1), nil, nil)
		if err != nil {
			if fault.Of(err) != nil { // it has no price: a rate or a measurement is missing
				continue
			}
			return nil, err
		}
		kind := schema.OfferIndividual
		switch {
		case monthly != nil && monthly.ProductID == product.ID:
			kind = schema.OfferOfTheMonth
		case stage == schema.Former:
			kind = schema.OfferWinBack
		}
		one := &NextBestOffer{Product: product, Kind: &kind, Price: price, Margin: &price.Margin, reference: listPrice(price)}
		if named, ok := expected[product.ID]; ok {
			one.reference, one.expected = named, true
		}
		one.probability = k.model.Probability(offermodel.Offer{
			Gap: gap(price.Unit, one.reference), Expected: one.expected, Segment: segment, Stage: string(stage), Kind: string(kind), Product: product.ID,
			Season: moment.In(s.Settings().Zone).Month(),
		})
		all = append(all, one)
	}
	return all, nil
}

// listPrice is the first line of a price.
func listPrice(p *quote.Price) money.Amount {
	if len(p.Lines) == 0 {
		return p.Unit
	}
	return p.Lines[0].Amount
}

func gap(price, reference money.Amount) float64 {
	return offermodel.Gap(float64(price.Minor()), float64(reference.Minor()))
}

// cheapest returns the channel by which an individual offer is permitted at the lowest cost of a contact, nil for none. A channel of which no cost is
// known costs nothing; of several the first in the order of the API.
func (s *Service) cheapest(ctx context.Context, c *ent.Customer, k *known, at *time.Time) (best *schema.Channel, cost money.Amount, err error) {
	level := s.Settings().IndividualLevel
	for _, name := range schema.Channel("").Values() {
		channel := schema.Channel(name)
		if channel == schema.ByEmail && c.Email == nil {
			continue
		}
		decided, err := s.consent.MayContact(ctx, []string{c.ID}, channel, schema.Marketing, &level, at)
		if err != nil {
			return nil, cost, err
		}
		if d := decided[c.ID]; d != nil && d.Allowed && (best == nil || k.costs[channel].Compare(cost) < 0) {
			best, cost = &channel, k.costs[channel]
		}
	}
	return best, cost, nil
}

// leftOut are the products that the customer has declined within the setting offerRestDays before a moment, or was offered and has not answered.
func (s *Service) leftOut(ctx context.Context, c *ent.Customer, moment time.Time) (map[string]bool, error) {
	since := moment.AddDate(0, 0, -s.Settings().OfferRestDays)
	offers, err := s.Client.Offer.Query().Where(offer.CustomerID(c.ID), offer.CreatedAtLTE(moment), offer.Or(
		offer.And(offer.StatusEQ(schema.OfferDeclined), offer.DecidedAtGT(since), offer.DecidedAtLTE(moment)),
		openAt(moment),
	)).IDs(ctx)
	if err != nil {
		return nil, err
	}
	lines, err := s.Client.OfferLine.Query().Where(offerline.OfferIDIn(offers...)).All(ctx)
	products := make(map[string]bool, len(lines))
	for _, line := range lines {
		products[line.ProductID] = true
	}
	return products, err
}

// openAt is the condition that an offer could be answered at a moment: it is unanswered, or was answered later.
func openAt(moment time.Time) predicate.Offer {
	return offer.And(offer.ExpiresAtGT(moment), offer.Or(
		offer.StatusIn(schema.OfferDraft, schema.OfferSent, schema.OfferViewed),
		offer.And(offer.StatusIn(schema.OfferAccepted, schema.OfferDeclined), offer.DecidedAtGT(moment)),
	))
}

// expectedOf are the prices that a customer last thought fair before a moment, by product.
func (s *Service) expectedOf(ctx context.Context, c *ent.Customer, moment time.Time) (map[string]money.Amount, error) {
	said, err := s.Client.ExpectedPrice.Query().Where(expectedprice.CustomerID(c.ID), expectedprice.VoidedAtIsNil(), expectedprice.AtLTE(moment)).
		Order(ent.Asc(expectedprice.FieldAt, expectedprice.FieldID)).All(ctx)
	last := make(map[string]money.Amount, len(said))
	for _, one := range said {
		last[one.ProductID] = one.Unit
	}
	return last, err
}

// stageAt is a customer's stage at a moment.
func (s *Service) stageAt(ctx context.Context, c *ent.Customer, moment time.Time) (schema.Stage, error) {
	last, err := s.Client.StageChange.Query().Where(stagechange.CustomerID(c.ID), stagechange.AtLTE(moment)).
		Order(ent.Desc(stagechange.FieldAt, stagechange.FieldRecordedAt, stagechange.FieldID)).First(ctx)
	switch {
	case ent.IsNotFound(err):
		return schema.Stranger, nil
	case err != nil:
		return "", err
	}
	return last.ToStage, nil
}

// notBefore is from when on something is to be proposed.
func (s *Service) notBefore(ctx context.Context, c *ent.Customer, moment time.Time) (time.Time, error) {
	last, err := s.Client.Contact.Query().Where(contact.CustomerID(c.ID), contact.DirectionEQ(schema.Outbound), contact.VoidedAtIsNil(), contact.AtLTE(moment),
		contact.PurposeIn(schema.Marketing, schema.Personalisation)).Order(ent.Desc(contact.FieldAt, contact.FieldID)).First(ctx)
	if ent.IsNotFound(err) {
		return moment, nil
	}
	if err != nil {
		return moment, err
	}
	if next := last.At.UTC().Add(between); next.After(moment) {
		return next, nil
	}
	return moment, nil
}

// segmentAt is a customer's segment at a moment, as known then; "" for none.
func (s *Service) segmentAt(ctx context.Context, c *ent.Customer, moment time.Time) (string, error) {
	segments, err := s.DatedOf(ctx, s.Store, schema.DatedSegment, c.ID)
	if err != nil {
		return "", err
	}
	return input.OrZero(segments[c.ID].At(moment, moment, (*string)(c.Segment))), nil
}
