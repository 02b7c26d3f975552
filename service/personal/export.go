package personal

import (
	"bytes"
	"context"
	"encoding/json"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/store"
)

// format names the shape of the file: a list for each of tables that is exported, of objects with the columns that are; what is null is left out.
const format = "kopeck personal data 1"

// ExportPersonalData returns everything that is held of a customer, and says so in the audit; nil for one whom the caller may not see. Fault:
// INVALID for an id of another type.
func (s *Service) ExportPersonalData(ctx context.Context, customerID string) (*PersonalDataExport, error) {
	if err := id.Check("customerId", id.Customer, customerID); err != nil {
		return nil, err
	}
	return s.Export(ctx, customerID)
}

// Export is [Service.ExportPersonalData] for who holds the link of the customer's page.
func (s *Service) Export(ctx context.Context, customerID string) (*PersonalDataExport, error) {
	var held *PersonalDataExport
	err := s.writeAs(ctx, "exportPersonalData", func(ctx context.Context, tx *store.Tx) error {
		held = nil
		c, err := tx.Customer.Query().Where(customer.ID(s.Kept(customerID)), customer.DeletedAtIsNil()).Only(ctx)
		if ent.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		ids, err := everyID(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		out, err := s.fileOf(ctx, tx, c.ID, ids)
		if err != nil {
			return err
		}
		held = &PersonalDataExport{CustomerID: c.ID, At: s.Now(), Text: string(out)}
		return s.Audit(ctx, tx, "customer.export", c.ID, map[string]any{"bytes": len(out)})
	})
	return held, err
}

// fileOf returns the file of a customer with those who were merged into them.
func (s *Service) fileOf(ctx context.Context, tx *store.Tx, customerID string, ids []string) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("{")
	write := func(name string, value any) error {
		if out.Len() > 1 {
			out.WriteString(",")
		}
		key, _ := json.Marshal(name) // a string always can be encoded
		written, err := json.MarshalIndent(value, "  ", "  ")
		out.WriteString("\n  " + string(key) + ": ")
		out.Write(written)
		return err
	}
	for _, one := range []struct{ name, value string }{{"format", format}, {"customerId", customerID}, {"at", s.Now().Format(timeFormat)}, {"currency", s.Currency.Code()}} {
		if err := write(one.name, one.value); err != nil {
			return nil, err
		}
	}
	for _, t := range tables {
		if t.as == "" {
			continue
		}
		rows, err := s.rowsOf(ctx, tx, t, ids)
		if err != nil {
			return nil, err
		}
		if err := write(t.as, rows); err != nil {
			return nil, err
		}
	}
	out.WriteString("\n}\n")
	return out.Bytes(), nil
}

// noCustomer is the fault of a customer who is not there.
func noCustomer(field string) error { return fault.NoSuch(field, "customer") }
