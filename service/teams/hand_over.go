package teams

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/predicate"
	"kopeck/ent/task"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

const (
	maxReason = 1000 // in characters
	// singleEvents is for how many customers an event each is sent; for more, one that says that any may have changed.
	singleEvents = 100
)

// HandOverCustomers gives the customers of a user to another, with what belongs to them and with the user's open tasks, in one transaction:
// without a filter all open tasks. Each customer and task has a new version, which is audited. It keeps what they were worth at that moment.
//
// Faults: INVALID by field; NOT_FOUND on fromUserId, and on toUserId for one who is not active or not of the company; LIMIT_EXCEEDED on
// filter.customerIds; FORBIDDEN.
func (s *Service) HandOverCustomers(ctx context.Context, in service.HandOverCustomersInput) (*ent.HandOver, error) {
	if _, err := auth.Writer(ctx, "Team"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(s.checkFormerOwner(in.FromUserID))
	if err := s.checkMember("toUserId", in.ToUserID); err != nil {
		faults.Add(err)
	} else if in.ToUserID == in.FromUserID {
		faults.Add(fault.Invalidf("toUserId", "want another user than fromUserId"))
	}
	reason, err := input.Text("reason", in.Reason, maxReason)
	faults.Add(err)
	chosen, err := s.customersOf(in.FromUserID, in.Filter)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	h := &handOver{from: in.FromUserID, to: in.ToUserID, chosen: chosen, reason: reason}
	made, err := s.Write(ctx, service.Verb{Name: "handOverCustomers", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		h := *h // the transaction may be retried
		h.now = s.Now()
		for {
			n, err := s.handOverSome(ctx, tx, &h)
			if err != nil {
				return "", err
			}
			if n == 0 {
				break
			}
		}
		if in.Filter == nil {
			for {
				n, err := s.handOverTasks(ctx, tx, &h)
				if err != nil {
					return "", err
				}
				if n == 0 {
					break
				}
			}
		}
		return s.keepHandOver(ctx, tx, &h, in.Filter)
	})
	if err != nil {
		return nil, tooMuch(err)
	}
	return s.Client.HandOver.Get(ctx, made)
}

// handOver is one in the making.
type handOver struct {
	from, to, reason string
	chosen           predicate.Customer
	now              time.Time
	worth            HandOverPreview
	after            string   // the id up to which the customers are done
	changed          []string // the first of them, one more than singleEvents at most
}

// handOverSome gives the next customers to their new owner, and returns how many. It locks them in the order of their ids.
func (s *Service) handOverSome(ctx context.Context, tx *store.Tx, h *handOver) (int, error) {
	query := tx.Customer.Query().Where(h.chosen, customer.IDGT(h.after)).Order(customer.ByID()).Limit(customersAtOnce)
	store.ForUpdate(tx, query)
	some, err := query.All(ctx)
	if err != nil || len(some) == 0 {
		return 0, err
	}
	if err := s.addWorth(ctx, tx, &h.worth, some, h.now); err != nil {
		return 0, err
	}
	ids, audit := make([]string, len(some)), service.AuditRows{}
	for n, c := range some {
		ids[n] = c.ID
		version := service.VersionChange{Version: c.Version + 1, Fields: map[string]service.Change{"ownerId": {Old: h.from, New: h.to}}, Reason: h.reason}
		if err := audit.Add(ctx, s.Core, service.CustomerUpdate, c.ID, version); err != nil {
			return 0, err
		}
	}
	err = tx.Customer.Update().Where(customer.IDIn(ids...)).SetOwnerID(h.to).AddVersion(1).SetUpdatedAt(h.now).Exec(ctx)
	if err != nil {
		return 0, err
	}
	if _, err := s.handOverTasks(ctx, tx, h, task.CustomerIDIn(ids...)); err != nil {
		return 0, err
	}
	h.after = ids[len(ids)-1]
	h.changed = append(h.changed, ids[:min(len(ids), singleEvents+1-len(h.changed))]...)
	return len(some), audit.Write(ctx, tx)
}

// handOverTasks gives open tasks of the former owner to the new one, and returns how many: those of a condition, or the next of all.
func (s *Service) handOverTasks(ctx context.Context, tx *store.Tx, h *handOver, of ...predicate.Task) (int, error) {
	query := tx.Task.Query().Where(task.OwnerID(h.from), task.StateEQ(schema.TaskOpen)).Where(of...).Order(task.ByID())
	if len(of) == 0 {
		query.Limit(customersAtOnce)
	}
	store.ForUpdate(tx, query)
	some, err := query.All(ctx)
	if err != nil || len(some) == 0 {
		return 0, err
	}
	ids, audit := make([]string, len(some)), service.AuditRows{}
	for n, t := range some {
		ids[n] = t.ID
		version := service.VersionChange{Version: t.Version + 1, Fields: map[string]service.Change{"ownerId": {Old: h.from, New: h.to}}, Reason: h.reason}
		if err := audit.Add(ctx, s.Core, service.TaskUpdate, t.ID, version); err != nil {
			return 0, err
		}
		if h.worth.Tasks+n < singleEvents {
			if err := s.TaskChanged(ctx, tx, t.ID, t.CustomerID); err != nil {
				return 0, err
			}
		}
	}
	for some := range slices.Chunk(ids, customersAtOnce) {
		if err := tx.Task.Update().Where(task.IDIn(some...)).SetOwnerID(h.to).AddVersion(1).SetUpdatedAt(h.now).Exec(ctx); err != nil {
			return 0, err
		}
	}
	h.worth.Tasks += len(ids)
	return len(ids), audit.Write(ctx, tx)
}

// keepHandOver writes what was handed over, tells the subscribers of the customers, and returns its id.
func (s *Service) keepHandOver(ctx context.Context, tx *store.Tx, h *handOver, filter *service.HandOverCustomersFilter) (string, error) {
	actor, _ := auth.From(ctx)
	create := tx.HandOver.Create().SetID(s.IDs.Make(id.HandOver)).SetAt(h.now).SetFromUserID(h.from).SetToUserID(h.to).SetBy(actor.Name).SetReason(h.reason).
		SetCustomers(h.worth.Customers).SetOffers(h.worth.Offers).SetTasks(h.worth.Tasks).SetPast(h.worth.Past).SetFuture(h.worth.Future).SetTotal(h.worth.Total).SetYearMargin(h.worth.YearMargin)
	if filter != nil {
		text, err := json.Marshal(conditionsOf(filter))
		if err != nil {
			return "", err
		}
		create.SetFilter(text)
	}
	kept, err := create.Save(ctx)
	if err != nil {
		return "", err
	}
	if len(h.changed) > singleEvents {
		h.changed = []string{service.EveryCustomer}
	}
	for _, one := range h.changed {
		if err := s.CustomerChanged(ctx, tx, one, "owner"); err != nil {
			return "", err
		}
	}
	return kept.ID, nil
}

// conditionsOf are the conditions that a filter gives, by their names in the API.
func conditionsOf(f *service.HandOverCustomersFilter) map[string]any {
	given := map[string]any{}
	if f.CustomerIds.IsSet() {
		given["customerIds"] = f.CustomerIds.Value()
	}
	if f.Stages.IsSet() {
		given["stages"] = f.Stages.Value()
	}
	if f.Segments.IsSet() {
		given["segments"] = f.Segments.Value()
	}
	if f.Kind.IsSet() {
		given["kind"] = f.Kind.Value()
	}
	return given
}
