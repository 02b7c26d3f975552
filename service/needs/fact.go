package needs

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

const (
	maxSupplier = 300 // characters
	maxSource   = 500 // characters
	saidSource  = "contact"
)

// RecordNeedFact records what we learned of what a customer needs.
//
// Faults: INVALID by field; NOT_FOUND on customerId, needId and contactId; WRONG_STATE on needId for a need out of use, and on contactId for a
// contact that is voided; ALREADY_EXISTS on id; FORBIDDEN.
func (s *Service) RecordNeedFact(ctx context.Context, in service.RecordNeedFactInput) (*ent.NeedFact, error) {
	if _, err := auth.Writer(ctx, "NeedFact"); err != nil {
		return nil, err
	}
	f, err := s.checkFact(in)
	if err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "recordNeedFact", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.LockCustomer(ctx, tx, "customerId", in.CustomerID)
		if err != nil {
			return "", err
		}
		f := *f // the transaction may be run again
		f.CustomerID = c.ID
		if f.At, err = momentOf(ctx, tx, c, in.ContactID, f.At); err != nil {
			return "", err
		}
		if err := checkInUse(ctx, tx, "needId", f.NeedID); err != nil {
			return "", err
		}
		if err := s.addFact(ctx, tx, &f); err != nil {
			return "", service.UniqueFault(err, in.ID != nil)
		}
		return f.ID, s.CustomerChanged(ctx, tx, c.ID, "NeedFact")
	})
	if err != nil {
		return nil, err
	}
	return s.Client.NeedFact.Get(ctx, made)
}

// checkFact reads the input of a fact.
func (s *Service) checkFact(in service.RecordNeedFactInput) (*ent.NeedFact, error) {
	var faults fault.List
	f := &ent.NeedFact{NeedID: in.NeedID, Kind: in.Kind, ContactID: in.ContactID, Basis: schema.FactEstimated, Source: saidSource}
	var err error
	f.ID, err = s.NewID(id.NeedFact, in.ID)
	faults.Add(err)
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	faults.Add(id.Check("needId", id.Need, in.NeedID))
	switch in.Kind {
	case schema.FactSupplier:
		if in.Wallet != nil {
			faults.Add(fault.Invalidf("wallet", "it is of a WALLET, and the fact is a SUPPLIER"))
		}
		f.Supplier, err = input.OptionalText("supplier", in.Supplier, maxSupplier)
		faults.Add(err)
	case schema.FactWallet:
		if in.Supplier != nil {
			faults.Add(fault.Invalidf("supplier", "it is of a SUPPLIER, and the fact is a WALLET"))
		}
		if in.Wallet == nil {
			faults.Add(fault.Invalidf("wallet", "want an amount"))
		}
		wallet, err := s.Amount("wallet", in.Wallet)
		faults.Add(err)
		f.Wallet = &wallet
	}
	f.At, err = s.PastMoment("at", in.At)
	faults.Add(err)
	if in.ContactID != nil {
		f.Basis = schema.FactStated
	} else if in.Source == nil {
		faults.Add(fault.Invalidf("source", "want where the fact comes from, as there is no contact"))
	}
	faults.Add(checkSaidIn(in.ContactID, in.At, "at"))
	if in.Source != nil {
		f.Source, err = input.Text("source", *in.Source, maxSource)
		faults.Add(err)
	}
	f.Basis = input.Or(in.Basis, f.Basis)
	return f, faults.Or()
}

// checkSaidIn checks the id of a contact, nil for none, which says when something was said. INVALID on contactId and on a field.
func checkSaidIn(contactID *string, at *time.Time, field string) error {
	if contactID == nil {
		return nil
	}
	var faults fault.List
	faults.Add(id.Check("contactId", id.Contact, *contactID))
	if at != nil {
		faults.Add(fault.Invalidf(field, "it is the moment of the contact: want contactId or %s, not both", field))
	}
	return faults.Or()
}

// momentOf returns when a customer, who is locked, said something: at the moment of a contact, or else at the one that is given. NOT_FOUND and
// WRONG_STATE on contactId.
func momentOf(ctx context.Context, tx *store.Tx, c *ent.Customer, contactID *string, at time.Time) (time.Time, error) {
	if contactID == nil {
		return at, nil
	}
	said, err := tx.Contact.Query().Where(contact.ID(*contactID), contact.CustomerID(c.ID)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return at, fault.NoSuch("contactId", "contact with this customer")
	case err != nil:
		return at, err
	case said.VoidedAt != nil:
		return at, fault.New(fault.WrongState, "contactId", "the contact is voided")
	}
	return said.At.UTC(), nil
}

// addFact writes a fact, which was checked, of a customer who is locked.
func (s *Service) addFact(ctx context.Context, tx *store.Tx, f *ent.NeedFact) error {
	actor, _ := auth.From(ctx)
	err := tx.NeedFact.Create().SetID(f.ID).SetCustomerID(f.CustomerID).SetNeedID(f.NeedID).SetKind(f.Kind).SetNillableSupplier(f.Supplier).
		SetNillableWallet(f.Wallet).SetBasis(f.Basis).SetSource(f.Source).SetNillableContactID(f.ContactID).SetAt(f.At).SetRecordedAt(s.Now()).
		SetRecordedBy(actor.Name).Exec(ctx)
	if err != nil {
		return err
	}
	return s.Audit(ctx, tx, "needFact.record", f.ID, map[string]any{
		"customerId": f.CustomerID, "needId": f.NeedID, "kind": f.Kind, "supplier": f.Supplier, "wallet": f.Wallet, "basis": f.Basis, "source": f.Source,
		"contactId": f.ContactID, "at": f.At,
	})
}

// facts are what is known of a customer's need.
type facts struct{ supplier, wallet *ent.NeedFact }

// put makes a fact the one that holds. Facts are put in the order in which they hold.
func (f *facts) put(one *ent.NeedFact) {
	if one.Kind == schema.FactWallet {
		f.wallet = one
	} else {
		f.supplier = one
	}
}

// share returns what a customer bought of us over the wallet; nil where the wallet is not known, is 0 or is outdated.
func (f *facts) share(fromUs money.Amount) (*money.Decimal, error) {
	if f.wallet == nil || f.outdated(fromUs) {
		return nil, nil
	}
	return shareOf(fromUs, *f.wallet.Wallet)
}

// outdated reports whether a customer bought more of us than they buy in all by the last fact.
func (f *facts) outdated(fromUs money.Amount) bool {
	return f.wallet != nil && f.wallet.Wallet.Compare(fromUs) < 0
}

// unknown says what is not known.
func (f *facts) unknown(fromUs money.Amount) []schema.NeedUnknown {
	all := []schema.NeedUnknown{}
	if f.supplier == nil {
		all = append(all, schema.UnknownSupplier)
	}
	switch {
	case f.wallet == nil:
		all = append(all, schema.UnknownWallet)
	case f.outdated(fromUs):
		all = append(all, schema.OutdatedWallet)
	}
	return all
}
