package assortment

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/field"
	"kopeck/service/input"
)

// Agreement is a customer's own price for a product, of a file.
type Agreement struct {
	ID                          string
	CustomerID, Customer, Email string // one of them names the customer; Customer is the external id
	SKU                         string
	Unit                        money.Amount
	MinimumQuantity             *money.Decimal
	ValidFrom, ValidTo          time.Time // zero: not given, without end
	Reason                      string    // why it may be under the floor
	State                       schema.AgreementState
	RecordedAt                  time.Time // zero: it is new
	ProposedAt, DecidedAt       time.Time
	DeclineReason               string
	Ends                        []End // in the order of their recording

	productID string
	measured  map[string]any // of the customer, when an agreement with a reason is written
}

// End is the end of an agreement, from a moment on.
type End struct {
	At         time.Time `json:"at"`
	RecordedAt time.Time `json:"recordedAt"`
	Reason     string    `json:"reason"`
}

// AgreementFields are the fields of agreements, as files have them.
func AgreementFields() field.Fields[Agreement] { return agreementFields }

var agreementFields = field.Fields[Agreement]{
	field.Of("customer_id", "", both, field.Identifier, func(a *Agreement) *string { return &a.CustomerID }),
	field.Of("customer", "", both, field.Identifier, func(a *Agreement) *string { return &a.Customer }),
	field.Of("email", "", both, field.Text, func(a *Agreement) *string { return &a.Email }),
	field.Of("sku", "", mustBeMapped, filled(field.Identifier), func(a *Agreement) *string { return &a.SKU }),
	field.Of("unit_price", "", mustBeMapped, field.Amount, func(a *Agreement) *money.Amount { return &a.Unit }),
	field.Currency[Agreement](both),
	field.Of("minimum_quantity", "", both, field.Optional(field.Decimal), func(a *Agreement) **money.Decimal { return &a.MinimumQuantity }),
	field.Of("valid_from", "", both, field.Ahead, func(a *Agreement) *time.Time { return &a.ValidFrom }),
	field.Of("valid_to", "", both, field.Ahead, func(a *Agreement) *time.Time { return &a.ValidTo }),
	field.Of("reason", "", both, field.Text, func(a *Agreement) *string { return &a.Reason }),
	field.Of("id", "", field.Own, field.Text, func(a *Agreement) *string { return &a.ID }),
	field.Of("state", "", field.Own, field.Word[schema.AgreementState](), func(a *Agreement) *schema.AgreementState { return &a.State }),
	field.Of("recorded_at", "", field.Own, field.Moment, func(a *Agreement) *time.Time { return &a.RecordedAt }),
	field.Of("proposed_at", "", field.Own, field.Moment, func(a *Agreement) *time.Time { return &a.ProposedAt }),
	field.Of("decided_at", "", field.Own, field.Moment, func(a *Agreement) *time.Time { return &a.DecidedAt }),
	field.Of("decline_reason", "", field.Own, field.Text, func(a *Agreement) *string { return &a.DeclineReason }),
	field.Of("ends", "", field.Own, field.List[End](), func(a *Agreement) *[]End { return &a.Ends }),
}

// pair is whose price is agreed for what.
type pair struct{ customerID, productID string }

// agreementChunk is the work on the agreements of one call.
type agreementChunk struct {
	*chunk

	customers map[string]*ent.Customer // by id, of those that are not deleted or are named by an id
	external  map[string]string        // ids by external id
	emails    map[string]string        // ids by folded e-mail
	products  map[string]*ent.Product  // by sku
	byID      map[string]*Agreement    // that exist
	byPair    map[pair][]*Agreement    // that exist, and those of the file
	made      []*Agreement
}

// Agreements records agreed prices. One that exists with the same content is left alone. A new one is agreed now, as agreePrice does it:
// under today's floor it needs a reason. One that was recorded elsewhere keeps its id and its times where the customer has no other price
// of the product here.
func (i *Import) Agreements(ctx context.Context, records []Agreement) ([]bulk.Verdict, error) {
	return i.run(ctx, len(records), func(ctx context.Context, c *chunk) error {
		w := &agreementChunk{chunk: c}
		if err := w.read(ctx, records); err != nil {
			return err
		}
		for n := range records {
			one := records[n]
			c.verdicts[n] = w.place(&one)
		}
		if c.bulk == nil || len(w.made) == 0 {
			return nil
		}
		if err := w.insert(ctx); err != nil {
			return err
		}
		if err := c.service.CustomerChanged(ctx, c.tx, service.EveryCustomer, service.Anything); err != nil {
			return err
		}
		return c.changed(ctx)
	})
}

// place decides what is done with an agreement.
func (w *agreementChunk) place(a *Agreement) bulk.Verdict {
	customer, err := w.customerOf(a)
	if err != nil {
		return rejectedAgreement(err)
	}
	product := w.products[a.SKU]
	if product == nil {
		return rejected("sku: there is no such product: import products first")
	}
	a.CustomerID, a.productID = customer.ID, product.ID
	of := pair{customer.ID, product.ID}
	if (a.ID == "") != a.RecordedAt.IsZero() {
		return rejected("id: an agreement that was recorded before has id and recorded_at, a new one neither")
	}
	if a.ID != "" {
		return w.placeRecorded(a, of)
	}
	if a.State != "" && a.State != schema.AgreementAgreed || len(a.Ends) > 0 || !a.ProposedAt.IsZero() || !a.DecidedAt.IsZero() {
		return rejected("state: a new agreement is AGREED, and has no end but valid_to")
	}
	if w.standing(a, of) {
		return bulk.Verdict{Outcome: bulk.Present}
	}
	if a.ValidFrom.IsZero() {
		a.ValidFrom = w.moment()
	}
	checked, err := w.service.quote.CheckAgreed(w.service.agreed(a))
	if err == nil && !product.Active {
		err = fault.New(fault.WrongState, "sku", "%s is off the catalogue", product.Sku)
	}
	if err == nil {
		_, err = w.service.quote.CheckFloor(checked, customer)
	}
	if err != nil {
		return rejectedAgreement(err)
	}
	a.ID, a.RecordedAt, a.State, a.ValidFrom, a.Reason = checked.ID, w.moment(), schema.AgreementAgreed, checked.ValidFrom, checked.OverrideReason
	return w.add(a, of)
}

// placeRecorded decides what is done with an agreement that was recorded elsewhere.
func (w *agreementChunk) placeRecorded(a *Agreement, of pair) bulk.Verdict {
	if same := w.byID[a.ID]; same != nil {
		if a.same(same) && a.RecordedAt.Equal(same.RecordedAt) && a.stateOf() == same.stateOf() && sameEnds(a.Ends, same.Ends) {
			return bulk.Verdict{Outcome: bulk.Present}
		}
		return rejected("id: an agreement with this id and other content exists")
	}
	for _, other := range w.byPair[of] {
		if !w.given[other.ID] {
			return rejected(fmt.Sprintf(errPast, "customer and product"))
		}
	}
	if _, err := w.service.quote.CheckAgreed(w.service.agreed(a)); err != nil {
		return rejectedAgreement(err)
	}
	switch {
	case a.stateOf() != schema.AgreementAgreed && (a.ProposedAt.IsZero() || len(a.Ends) > 0):
		return rejected("state: one that was proposed or declined has proposed_at, and no ends")
	case a.State == schema.AgreementDeclined && a.DecidedAt.IsZero():
		return rejected("decided_at: must not be empty of one that was declined")
	}
	a.State = a.stateOf()
	return w.add(a, of)
}

// rejectedAgreement is rejectedFor an agreement, whose unit is a price.
func rejectedAgreement(err error) bulk.Verdict {
	return rejected(reason(err, map[string]string{"unit": "unit_price"}))
}

func (w *agreementChunk) add(a *Agreement, of pair) bulk.Verdict {
	w.made = append(w.made, a)
	w.byID[a.ID], w.byPair[of] = a, append(w.byPair[of], a)
	w.given[a.ID] = true
	return bulk.Verdict{Outcome: bulk.Added}
}

// standing reports whether the agreement that applies from the minimum quantity of a new one on has its content. A new one may leave out from
// when it holds: that is now.
func (w *agreementChunk) standing(a *Agreement, of pair) bool {
	at := a.ValidFrom
	if at.IsZero() {
		at = w.moment()
	}
	var applies *Agreement
	for _, other := range w.byPair[of] {
		if other.covers(at) && input.OrZero(other.MinimumQuantity) == input.OrZero(a.MinimumQuantity) && (applies == nil || !other.RecordedAt.Before(applies.RecordedAt)) {
			applies = other
		}
	}
	if applies == nil || len(applies.Ends) > 0 {
		return false
	}
	like := *a
	if like.ValidFrom.IsZero() {
		like.ValidFrom = applies.ValidFrom
	}
	return like.same(applies)
}

// covers reports whether the agreement holds at a moment.
func (a *Agreement) covers(at time.Time) bool {
	end := input.OrZero(a.last()).At
	return a.stateOf() == schema.AgreementAgreed && !a.ValidFrom.After(at) && (a.ValidTo.IsZero() || at.Before(a.ValidTo)) && (end.IsZero() || at.Before(end))
}

// same reports whether two agreements of a customer and a product are the same in all but what was recorded when.
func (a *Agreement) same(other *Agreement) bool {
	return a.CustomerID == other.CustomerID && a.productID == other.productID && a.Unit == other.Unit && input.OrZero(a.MinimumQuantity) == input.OrZero(other.MinimumQuantity) &&
		a.ValidFrom.Equal(other.ValidFrom) && a.ValidTo.Equal(other.ValidTo) && strings.TrimSpace(a.Reason) == other.Reason
}

// stateOf is the state as it is kept: AGREED if a file does not say.
func (a *Agreement) stateOf() schema.AgreementState {
	if a.State == "" {
		return schema.AgreementAgreed
	}
	return a.State
}

func sameEnds(a, b []End) bool {
	if len(a) != len(b) {
		return false
	}
	for n := range a {
		if !a[n].At.Equal(b[n].At) || !a[n].RecordedAt.Equal(b[n].RecordedAt) || a[n].Reason != b[n].Reason {
			return false
		}
	}
	return true
}

// customerOf finds the customer that an agreement names.
func (w *agreementChunk) customerOf(a *Agreement) (*ent.Customer, error) {
	var found string
	switch {
	case a.CustomerID != "":
		if found = a.CustomerID; w.customers[found] == nil {
			return nil, fault.New(fault.NotFound, "customer_id", "there is no customer with this id")
		}
	case a.Customer != "":
		if found = w.external[a.Customer]; found == "" {
			return nil, fault.New(fault.NotFound, "customer", "there is no customer with this external id")
		}
	case a.Email != "":
		if found = w.emails[input.EmailKey(a.Email)]; found == "" {
			return nil, fault.New(fault.NotFound, "email", "there is no customer with this e-mail")
		}
	default:
		return nil, fault.Invalidf("customer", "want one of customer_id, customer (the external id) and email")
	}
	return w.customers[found], nil
}

// agreed is what agrees a price.
func (s *Service) agreed(a *Agreement) service.AgreePriceInput {
	return service.AgreePriceInput{
		ID: input.NonEmpty(a.ID), CustomerID: a.CustomerID, ProductID: a.productID, Unit: s.moneyOf(&a.Unit), MinimumQuantity: exactOf(a.MinimumQuantity),
		ValidFrom: moment(a.ValidFrom), ValidTo: moment(a.ValidTo), OverrideFloorReason: input.NonEmpty(a.Reason),
	}
}

// endRow is the end of an agreement as it is kept.
type endRow struct {
	id, agreementID string
	End
}

// last returns the end that was recorded last, nil for none.
func (a *Agreement) last() *End {
	if len(a.Ends) == 0 {
		return nil
	}
	return &a.Ends[len(a.Ends)-1]
}

// ends are the rows of the ends of agreements.
func (w *agreementChunk) ends() (rows []endRow) {
	for _, a := range w.made {
		for _, end := range a.Ends {
			rows = append(rows, endRow{w.service.IDs.Make(id.DatedValue), a.ID, end})
		}
	}
	return rows
}

// ExportAgreements calls each for every agreement and proposal with all of its ends, by id.
func (s *Service) ExportAgreements(ctx context.Context, each func(*Agreement) error) error {
	return export(ctx, s, each, func(a *Agreement) string { return a.ID }, exportedAgreements)
}
