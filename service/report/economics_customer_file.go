package report

import (
	"context"
	"io"
	"slices"
	"strconv"
	"time"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/store"
)

// WriteCustomerEconomics writes what each customer brought and cost, by id, as CSV: the figures of CustomerEconomicsOf. It
// reads some customers at a time, so memory does not grow with their number; what changes meanwhile may be seen of some and
// not of others. Errors are those of CustomerEconomicsOf.
func (s *Service) WriteCustomerEconomics(ctx context.Context, from, to *time.Time, out io.Writer) error {
	fields := []string{
		"customer", "external_id", "name", "stage", "segment", "orders", "contacts", "revenue", "margin", "contact_cost", "acquisition_cost", "net",
		"share_of_wallet", "acquisition_paid_back_at", "acquisition_pays_back_at", "referral_value", "currency",
	}
	for after := ""; ; {
		customers, err := s.Client.Customer.Query().Where(customer.IDGT(after), customer.DeletedAtIsNil()).Order(customer.ByID()).Limit(store.IDsPerStatement).All(ctx)
		if err != nil {
			return err
		}
		t := Sheet{Fields: fields}
		if err := s.addCustomerEconomics(ctx, &t, customers, from, to); err != nil {
			return err
		}
		if err := t.Write(out); err != nil {
			return err
		}
		if len(customers) < store.IDsPerStatement {
			return nil
		}
		fields, after = nil, customers[len(customers)-1].ID
	}
}

// addCustomerEconomics adds a row for each of some customers.
func (s *Service) addCustomerEconomics(ctx context.Context, t *Sheet, customers []*ent.Customer, from, to *time.Time) error {
	economics, err := s.CustomerEconomicsOf(ctx, customers, from, to)
	if err != nil {
		return err
	}
	referred, err := s.customers.ReferralValues(ctx, customers)
	if err != nil {
		return err
	}
	for _, c := range customers {
		t.Rows = append(t.Rows, customerRow(c, economics[c], *referred[c], s.Currency))
	}
	return nil
}

// customerRow returns the cells of a customer.
func customerRow(c *ent.Customer, e *CustomerEconomics, referred money.Amount, currency money.Currency) []string {
	return slices.Concat(
		[]string{
			c.ID, input.EscapeFormula(input.OrZero(c.ExternalID)), input.EscapeFormula(c.Name), string(c.Stage),
			optional(c.Segment, func(s schema.Segment) string { return string(s) }), strconv.Itoa(e.Orders), strconv.Itoa(e.Contacts),
		},
		amounts(currency, e.Revenue, e.Margin, e.ContactCost, e.AcquisitionCost, e.Net),
		[]string{
			optional(e.ShareOfWallet, money.Decimal.String), optional(e.AcquisitionPaidBackAt, timeCell), optional(e.AcquisitionPaysBackAt, timeCell),
			currency.Format(referred), currency.Code(),
		},
	)
}
