package catalogue

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// What files bring into the catalogue is checked, and what exists is changed, by the rules of the verbs: an import goes through the
// functions of this file, in a transaction of its own.

// Always is the moment from which price terms and the first recipe of a product hold if none is given.
func Always() time.Time { return always }

// NewRecord returns a product of which nothing is said yet.
func NewRecord() Record {
	return Record{Product: &ent.Product{Kind: schema.Good, Active: true, StandardLeadDays: usualLeadDays}}
}

// CheckNew checks a product that a file gives, with its price terms, as CreateProduct does.
func (s *Service) CheckNew(in service.CreateProductInput) (Record, pricing.Terms, error) {
	p, err := s.checkProduct(in)
	return p.Record, p.terms, err
}

// Supplier returns the id of the partner with a name, who is created where there is none; nil for no name.
func (s *Service) Supplier(ctx context.Context, tx *store.Tx, name string) (*string, error) {
	return s.supplier(ctx, tx, name)
}

// CheckChange checks a change of a product as UpdateProduct does.
func (s *Service) CheckChange(in service.UpdateProductInput) error {
	_, err := checkUpdate(in)
	return err
}

// Change is UpdateProduct within a transaction.
func (s *Service) Change(ctx context.Context, tx *store.Tx, in service.UpdateProductInput) error {
	changes, err := checkUpdate(in)
	if err != nil {
		return err
	}
	return s.updateProduct(ctx, tx, in, changes)
}

// CheckTerms checks price terms as SetListPrice does.
func (s *Service) CheckTerms(in service.SetListPriceInput) error {
	_, err := s.checkSetListPrice(in)
	return err
}

// SetTerms is SetListPrice within a transaction.
func (s *Service) SetTerms(ctx context.Context, tx *store.Tx, in service.SetListPriceInput) error {
	terms, err := s.checkSetListPrice(in)
	if err != nil {
		return err
	}
	return s.setTerms(ctx, tx, in, terms)
}

// CheckDefinition checks a measurement as DefineMeasurement does, without what is recorded.
func CheckDefinition(in service.DefineMeasurementInput) error {
	_, err := checkDefinition(in)
	return err
}

// CheckFreeCode checks the code of a new measurement against what is recorded.
func CheckFreeCode(ctx context.Context, tx *store.Tx, code string) error {
	return checkCode(ctx, tx, code)
}

// Define writes a definition within a transaction that holds the rates alone, with an id and a moment of its own if they are not zero. Its
// code is free.
func (s *Service) Define(ctx context.Context, tx *store.Tx, measurementID string, at time.Time, in service.DefineMeasurementInput) (string, error) {
	change, err := checkDefinition(in)
	if err != nil {
		return "", err
	}
	if measurementID == "" {
		measurementID = s.IDs.Make(id.Measurement)
	}
	if at.IsZero() {
		at = s.Now()
	}
	return s.define(ctx, tx, measurementID, in.Code, change, at)
}

// Redefine is UpdateMeasurement within a transaction.
func (s *Service) Redefine(ctx context.Context, tx *store.Tx, in service.UpdateMeasurementInput) error {
	change, err := checkRedefinition(in)
	if err != nil {
		return err
	}
	return s.updateMeasurement(ctx, tx, in, change)
}

// Basis reads what products are made of and their rates, of a transaction that works as the system.
func (s *Service) Basis(ctx context.Context, tx *store.Tx) (costing.Basis, error) {
	return s.basisOf(ctx, tx)
}
