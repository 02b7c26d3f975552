package report

import (
	"context"
	"io"
	"strconv"
	"time"

	"kopeck/ent"
	"kopeck/ent/customer"
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
		if fields = nil; len(customers) < store.IDsPerStatement {
			return nil
		}
		after = customers[len(customers)-1].ID
	}
}

func (s *Service) addCustomerEconomics(ctx context.Context, t *Sheet, customers []*ent.Customer, from, to *time.Time) error {
	economics, err := s.CustomerEconomicsOf(ctx, customers, from, to)
	if err != nil {
		return err
	}
	referred, err := s.customers.ReferralValues(ctx, customers)
	if err != nil {
		return err
	}
	moment := func(at *time.Time) string {
		if at == nil {
			return ""
		}
		return at.UTC().Format(time.RFC3339Nano)
	}
	amount := s.Currency.Format
	for _, c := range customers {
		e, share := economics[c], ""
		if e.ShareOfWallet != nil {
			share = e.ShareOfWallet.String()
		}
		segment := ""
		if c.Segment != nil {
			segment = string(*c.Segment)
		}
		t.Rows = append(t.Rows, []string{
			c.ID, input.NotFormula(input.OrZero(c.ExternalID)), input.NotFormula(c.Name), string(c.Stage), segment, strconv.Itoa(e.Orders), strconv.Itoa(e.Contacts),
			amount(e.Revenue), amount(e.Margin), amount(e.ContactCost), amount(e.AcquisitionCost), amount(e.Net),
			share, moment(e.AcquisitionPaidBackAt), moment(e.AcquisitionPaysBackAt), amount(*referred[c]), s.Currency.Code(),
		})
	}
	return nil
}
