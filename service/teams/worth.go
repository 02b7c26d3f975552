package teams

import (
	"context"
	"errors"
	"strconv"
	"time"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/offer"
	"kopeck/ent/order"
	"kopeck/ent/predicate"
	"kopeck/ent/task"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// HandOverPreview is what the customers of a user are worth.
type HandOverPreview struct {
	FromUser            *ent.User
	Customers           int
	Offers, Tasks       int
	Past, Future, Total money.Amount
	YearMargin          money.Amount
}

const (
	customersAtOnce = 1000 // are read, and written, by one statement
	maxCustomerIDs  = 250
)

// PreviewHandOver returns what leaves with the customers of a user; nothing is written. Whether the caller may see it is checked by the
// API. Faults: INVALID by field; NOT_FOUND on fromUserId; LIMIT_EXCEEDED on filter.customerIds.
func (s *Service) PreviewHandOver(ctx context.Context, fromUserID string, filter *service.HandOverCustomersFilter) (*HandOverPreview, error) {
	var faults fault.List
	faults.Add(s.checkFormerOwner(fromUserID))
	chosen, err := s.customersOf(fromUserID, filter)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	now := s.Now()
	var p *HandOverPreview
	err = s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		p = &HandOverPreview{FromUser: s.people.User(fromUserID)}
		for after := ""; ; {
			some, err := tx.Customer.Query().Where(chosen, customer.IDGT(after)).Order(customer.ByID()).Limit(customersAtOnce).All(ctx)
			if err != nil {
				return err
			}
			if len(some) == 0 {
				if filter == nil {
					p.Tasks, err = tx.Task.Query().Where(task.OwnerID(fromUserID), task.StateEQ(schema.TaskOpen)).Count(ctx)
				}
				return err
			}
			if err := s.addWorth(ctx, tx, p, some, now); err != nil {
				return err
			}
			if filter != nil {
				theirs, err := tx.Task.Query().Where(task.OwnerID(fromUserID), task.StateEQ(schema.TaskOpen), task.CustomerIDIn(idsOf(some)...)).Count(ctx)
				if err != nil {
					return err
				}
				p.Tasks += theirs
			}
			after = some[len(some)-1].ID
		}
	})
	return p, tooMuch(err)
}

// tooMuch returns the fault of sums that are too large to be money, and any other error as it is.
func tooMuch(err error) error {
	if errors.Is(err, money.ErrOverflow) {
		return fault.Invalidf("filter", "the sums are too large to be money: want fewer customers")
	}
	return err
}

// checkFormerOwner checks whose customers are asked for: of anybody, who may have left. INVALID and NOT_FOUND on fromUserId.
func (s *Service) checkFormerOwner(userID string) error {
	if err := id.Check("fromUserId", id.User, userID); err != nil {
		return err
	}
	if s.people.User(userID) == nil {
		return fault.NoSuch("fromUserId", "user")
	}
	return nil
}

// customersOf returns the condition of a user's customers that a filter chooses; nil is all of them. The id of one who was merged into another
// chooses that one. INVALID and LIMIT_EXCEEDED on filter.customerIds.
func (s *Service) customersOf(userID string, f *service.HandOverCustomersFilter) (predicate.Customer, error) {
	all := []predicate.Customer{customer.OwnerID(userID), customer.DeletedAtIsNil()}
	if f == nil {
		return customer.And(all...), nil
	}
	var faults fault.List
	at := func(err error) { faults.Add(fault.At(err, "filter")) }
	ids, err := input.Listed("customerIds", f.CustomerIds)
	if at(err); len(ids) > maxCustomerIDs {
		return nil, fault.New(fault.LimitExceeded, "", "want at most %d ids", maxCustomerIDs).At("filter", "customerIds")
	}
	for n, one := range ids {
		at(fault.At(id.Check(strconv.Itoa(n), id.Customer, one), "customerIds"))
	}
	stages, err := input.Listed("stages", f.Stages)
	at(err)
	segments, err := input.Listed("segments", f.Segments)
	at(err)
	kind, err := input.One("kind", f.Kind)
	at(err)
	if ids != nil {
		kept := make([]string, len(ids))
		for n, one := range ids {
			kept[n] = s.Kept(one)
		}
		all = append(all, customer.IDIn(kept...))
	}
	if stages != nil {
		all = append(all, customer.StageIn(stages...))
	}
	if segments != nil {
		all = append(all, customer.SegmentIn(segments...))
	}
	if kind != nil {
		all = append(all, customer.KindEQ(*kind))
	}
	return customer.And(all...), faults.Or()
}

// addWorth adds what customers are worth now, by three statements for all of them. money.ErrOverflow.
func (s *Service) addWorth(ctx context.Context, tx *store.Tx, p *HandOverPreview, customers []*ent.Customer, now time.Time) error {
	ids := idsOf(customers)
	for _, c := range customers {
		v, err := s.value.StandingOf(c, now)
		if err != nil {
			return err
		}
		if err := errors.Join(add(&p.Past, v.Past), add(&p.Future, v.Future), add(&p.Total, v.Total)); err != nil {
			return err
		}
	}
	p.Customers += len(customers)
	open, err := tx.Offer.Query().Where(offer.CustomerIDIn(ids...), offer.StatusIn(schema.OfferDraft, schema.OfferSent, schema.OfferViewed), offer.ExpiresAtGT(now)).Count(ctx)
	if err != nil {
		return err
	}
	p.Offers += open
	var margins []struct {
		CustomerID string       `json:"customer_id"`
		Margin     money.Amount `json:"margin"`
	}
	err = tx.Order.Query().Where(order.CustomerIDIn(ids...), order.StatusIn(schema.OrderCompleted, schema.OrderRefunded), order.AtGT(now.AddDate(-1, 0, 0)), order.AtLTE(now)).
		GroupBy(order.FieldCustomerID).Aggregate(ent.As(ent.Sum(order.FieldMargin), "margin")).Scan(ctx, &margins)
	if err != nil {
		return err
	}
	for _, one := range margins {
		if err := add(&p.YearMargin, one.Margin); err != nil {
			return err
		}
	}
	return nil
}

func idsOf(customers []*ent.Customer) []string {
	ids := make([]string, len(customers))
	for n, c := range customers {
		ids[n] = c.ID
	}
	return ids
}

// add adds an amount to another. money.ErrOverflow.
func add(to *money.Amount, amount money.Amount) (err error) {
	*to, err = to.Plus(amount)
	return err
}
