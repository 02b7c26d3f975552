package personal

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/order"
	"kopeck/ent/personaldatarequest"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/consent"
	"kopeck/service/input"
	"kopeck/store"
)

// ErasePersonalData erases what is personal of a customer and of all who were merged into them, and returns the request by which it is recorded,
// with the report. What stays are the numbers that the books rest on, of a customer without a name.
//
// Faults: FORBIDDEN for all but ADMIN and MANAGER; INVALID by field; NOT_FOUND on customerId; VERSION_CONFLICT; WRONG_STATE on customerId for one who
// is erased, who has orders that are to be delivered, and while a merge into the customer can be undone.
func (s *Service) ErasePersonalData(ctx context.Context, in service.ErasePersonalDataInput) (*ent.PersonalDataRequest, error) {
	actor, err := auth.Writer(ctx, "PersonalDataRequest")
	switch {
	case err != nil:
		return nil, err
	case !actor.Has(auth.ScopeFloor):
		return nil, fault.New(fault.Forbidden, "", "the role %s may not do this", actor.Role)
	}
	var faults fault.List
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	reason, err := input.Text("reason", in.Reason, 1000)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made := ""
	err = s.consent.Ending(ctx, func(end consent.RevokeAll) (err error) {
		made, err = s.Write(ctx, service.Verb{Name: "erasePersonalData", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
			c, err := s.toErase(ctx, tx, in)
			if err != nil {
				return "", err
			}
			if err := end(ctx, tx, c.ID, "erasure"); err != nil {
				return "", err
			}
			return s.erase(ctx, tx, c, reason)
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.Client.PersonalDataRequest.Get(ctx, made)
}

// toErase locks the customer to be erased, who may be deleted.
func (s *Service) toErase(ctx context.Context, tx *store.Tx, in service.ErasePersonalDataInput) (*ent.Customer, error) {
	kept := s.Kept(in.CustomerID)
	if err := service.HoldCustomers(ctx, tx, kept); err != nil {
		return nil, err
	}
	c, err := tx.Customer.Query().Where(customer.ID(kept)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, noCustomer("customerId")
	case err != nil:
		return nil, err
	case c.MergedIntoID != nil: // merged a moment ago
		return nil, store.ErrAgain
	case c.ErasedAt != nil:
		return nil, fault.New(fault.WrongState, "customerId", "the customer was erased at %s", c.ErasedAt.UTC().Format(time.RFC3339))
	}
	if err := service.CheckVersion(in.ExpectedVersion, c.Version); err != nil {
		return nil, err
	}
	open, err := tx.Order.Query().Where(order.CustomerID(c.ID), order.StatusNotIn(schema.OrderCompleted, schema.OrderCancelled)).Count(ctx)
	if err == nil && open > 0 {
		err = fault.New(fault.WrongState, "customerId", "%d orders are to be delivered: complete or cancel them first", open)
	}
	return c, err
}

// erase erases a customer, who is locked, and returns the id of the request.
func (s *Service) erase(ctx context.Context, tx *store.Tx, c *ent.Customer, reason string) (string, error) {
	if c.DeletedAt == nil {
		if err := s.customers.Delete(ctx, tx, c, "customerId", reason); err != nil {
			return "", err
		}
	}
	ids, err := everyID(ctx, tx, c.ID)
	if err != nil {
		return "", err
	}
	named, err := subjects(ctx, tx, ids)
	if err != nil {
		return "", err
	}
	var report []string
	note := func(table string, n int64, err error) error {
		if n > 0 {
			report = append(report, fmt.Sprintf("%s: %d", table, n))
		}
		return err
	}
	n, err := s.consent.EraseLogs(ctx, tx, ids)
	if err := note("permission_events", n, err); err != nil {
		return "", err
	}
	for _, t := range tables {
		n, err := eraseRows(ctx, tx, t, ids)
		if err := note(t.name, n, err); err != nil {
			return "", err
		}
	}
	n, err = eraseAudit(ctx, tx, named)
	if err := note("audit_entries", n, err); err != nil {
		return "", err
	}
	n, err = eraseKeys(ctx, tx, named)
	if err := note("idempotency_keys", n, err); err != nil {
		return "", err
	}
	now := s.Now()
	if err := tx.Customer.UpdateOneID(c.ID).SetErasedAt(now).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
		return "", err
	}
	return s.reportErasure(ctx, tx, c.ID, reason, strings.Join(report, "\n"))
}

// reportErasure closes what the customer has asked, and records the erasure as a request that is done, with its report.
func (s *Service) reportErasure(ctx context.Context, tx *store.Tx, customerID, reason, report string) (string, error) {
	actor, _ := auth.From(ctx)
	now := s.Now()
	err := tx.PersonalDataRequest.Update().Where(personaldatarequest.CustomerID(customerID), personaldatarequest.StateEQ(schema.RequestOpen)).
		SetState(schema.RequestDone).SetClosedAt(now).SetClosedBy(actor.Name).SetReport(erased).SetUpdatedAt(now).AddVersion(1).Exec(ctx)
	if err != nil {
		return "", err
	}
	newID := s.IDs.Make(id.DataRequest)
	whole := reason + "\n\nRows whose personal parts were erased, by table:\n" + report
	err = s.record(ctx, tx, customerID, &ent.PersonalDataRequest{
		ID: newID, Kind: schema.RequestErase, AskedAt: now, Source: "erasePersonalData", State: schema.RequestDone, ClosedAt: &now, Report: &whole,
	})
	if err != nil {
		return "", err
	}
	return newID, s.Audit(ctx, tx, "customer.erase", customerID, map[string]any{"request": newID, "reason": reason})
}

// withoutTexts returns the detail of an audit entry without what people have written in it: of texts only ids, decimals, times and days, and the
// values of enums are left.
func withoutTexts(detail []byte) ([]byte, error) {
	var value any
	decoder := json.NewDecoder(strings.NewReader(string(detail)))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return json.Marshal(withoutText(value))
}

func withoutText(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, one := range v {
			v[key] = withoutText(one)
		}
	case []any:
		for i, one := range v {
			v[i] = withoutText(one)
		}
	case string:
		if !isData(v) {
			return erased
		}
	}
	return value
}

// isData reports whether a text is an id, a decimal, a time, a day or the value of an enum.
func isData(text string) bool {
	if id.Prefix(text) != "" || enumValues[text] {
		return true
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	_, fraction, _ := strings.Cut(text, ".") // a number without one may be a telephone number
	return text == "" || fraction != "" && len(text) <= 24 && !strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789.-", r) })
}

// enumValues are the values that the details of audits have.
var enumValues = func() map[string]bool {
	all := map[string]bool{}
	for _, values := range [][]string{
		schema.Stage("").Values(), schema.Segment("").Values(), schema.Channel("").Values(), schema.Purpose("").Values(), schema.PermissionLevel("").Values(),
		schema.OrderStatus("").Values(), schema.OfferStatus("").Values(), schema.TaskState("").Values(), schema.MessageState("").Values(), schema.CustomerKind("").Values(),
		schema.ContactKind("").Values(), schema.Direction("").Values(), schema.PersonalDataRequestKind("").Values(), schema.PersonalDataRequestState("").Values(),
	} {
		for _, one := range values {
			all[one] = true
		}
	}
	return all
}()
