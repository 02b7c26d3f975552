package personal

import (
	"context"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/personaldatarequest"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// RecordPersonalDataRequest records what a customer has asked. Faults: FORBIDDEN; INVALID by field; NOT_FOUND on customerId; ALREADY_EXISTS on id.
func (s *Service) RecordPersonalDataRequest(ctx context.Context, in service.RecordPersonalDataRequestInput) (*ent.PersonalDataRequest, error) {
	if _, err := auth.Writer(ctx, "PersonalDataRequest"); err != nil {
		return nil, err
	}
	var faults fault.List
	newID, err := s.NewID(id.DataRequest, in.ID)
	faults.Add(err)
	source, err := input.Text("source", in.Source, 500)
	faults.Add(err)
	said, err := input.OptionalText("text", in.Text, 10000)
	faults.Add(err)
	at, err := s.PastMoment("askedAt", in.AskedAt)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "recordPersonalDataRequest", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.LockCustomer(ctx, tx, "customerId", in.CustomerID)
		if err != nil {
			return "", err
		}
		err = s.record(ctx, tx, c.ID, &ent.PersonalDataRequest{ID: newID, Kind: in.Kind, AskedAt: at, Source: source, Text: said})
		return newID, service.UniqueFault(err, in.ID != nil)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.PersonalDataRequest.Get(ctx, made)
}

// record writes a request of a customer, who is locked. The state is OPEN unless it is closed.
func (s *Service) record(ctx context.Context, tx *store.Tx, customerID string, r *ent.PersonalDataRequest) error {
	actor, _ := auth.From(ctx)
	now := s.Now()
	create := tx.PersonalDataRequest.Create().SetID(r.ID).SetCustomerID(customerID).SetKind(r.Kind).SetState(schema.RequestOpen).SetAskedAt(r.AskedAt).
		SetDueAt(s.Settings().DueAt(r.AskedAt)).SetSource(r.Source).SetNillableText(r.Text).SetRecordedBy(actor.Name).SetCreatedAt(now).SetUpdatedAt(now)
	if r.ClosedAt != nil {
		create.SetState(r.State).SetClosedAt(*r.ClosedAt).SetClosedBy(actor.Name).SetNillableReport(r.Report)
	}
	if err := create.Exec(ctx); err != nil {
		return err
	}
	if err := s.Audit(ctx, tx, "request.record", r.ID, map[string]any{"customer": customerID, "kind": r.Kind}); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, customerID, "PersonalDataRequest")
}

// ClosePersonalDataRequest records that a request was done, or refused. Faults: FORBIDDEN; INVALID by field; NOT_FOUND on id; WRONG_STATE on id for one
// that is closed; VERSION_CONFLICT.
func (s *Service) ClosePersonalDataRequest(ctx context.Context, in service.ClosePersonalDataRequestInput) (*ent.PersonalDataRequest, error) {
	actor, err := auth.Writer(ctx, "PersonalDataRequest")
	if err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.DataRequest, in.ID))
	report, err := input.Text("report", in.Report, 10000)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	v := service.Verb{Name: "closePersonalDataRequest", Key: in.IdempotencyKey, Body: in}
	_, err = s.Write(ctx, v, func(ctx context.Context, tx *store.Tx) (string, error) {
		seen, err := tx.PersonalDataRequest.Query().Where(personaldatarequest.ID(in.ID)).Only(ctx)
		if ent.IsNotFound(err) {
			return "", fault.NoSuch("id", "request")
		}
		if err != nil {
			return "", err
		}
		if err := service.HoldCustomers(ctx, tx, seen.CustomerID); err != nil {
			return "", err
		}
		r, err := tx.PersonalDataRequest.Query().Where(personaldatarequest.ID(in.ID)).Only(ctx)
		if err != nil {
			return "", err
		}
		if err := service.StillOf(seen.CustomerID, r.CustomerID); err != nil {
			return "", err
		}
		if err := service.CheckVersion(in.ExpectedVersion, r.Version); err != nil {
			return "", err
		}
		if r.State != schema.RequestOpen {
			return "", fault.New(fault.WrongState, "id", "the request is %s since %s", strings.ToLower(string(r.State)), r.ClosedAt.UTC().Format(time.RFC3339))
		}
		state := schema.RequestDone
		if input.Or(in.Refused, false) {
			state = schema.RequestRefused
		}
		now := s.Now()
		err = tx.PersonalDataRequest.UpdateOne(r).SetState(state).SetClosedAt(now).SetClosedBy(actor.Name).SetReport(report).SetUpdatedAt(now).AddVersion(1).Exec(ctx)
		if err != nil {
			return "", err
		}
		if err := s.Audit(ctx, tx, "request.close", r.ID, map[string]any{"state": state}); err != nil {
			return "", err
		}
		return r.ID, s.CustomerChanged(ctx, tx, r.CustomerID, "PersonalDataRequest")
	})
	if err != nil {
		return nil, err
	}
	return s.Client.PersonalDataRequest.Get(ctx, in.ID)
}
