package files

import (
	"cmp"
	"slices"

	"kopeck/service/app"
)

// check refuses options that make no sense, and fills in the defaults.
func (o *Options) check(s *app.App) error {
	o.Errors = cmp.Or(o.Errors, RejectAll)
	o.Customers = cmp.Or(o.Customers, "create")
	o.Empty = cmp.Or(o.Empty, KeepEmpty)
	if o.Chunk <= 0 {
		o.Chunk = 10_000
	}
	switch {
	case !slices.Contains(Kinds(), o.Kind):
		return optionsError("want orders, customers, contacts or rates, not %q", string(o.Kind))
	case !slices.Contains([]Format{"", Kopeck, CSV, CDNOW}, o.Format):
		return optionsError("--format: want kopeck, csv or cdnow, not %q", string(o.Format))
	case o.Errors != RejectAll && o.Errors != RejectRow:
		return optionsError("--errors: want reject-all or reject-row, not %q", string(o.Errors))
	case o.Customers != "create" && o.Customers != "known":
		return optionsError("--customers: want create or known, not %q", o.Customers)
	case o.Currency != "" && o.Currency != s.Currency.Code():
		return optionsError("--file-currency %s: the books are kept in %s", o.Currency, s.Currency.Code())
	case (o.Path == "" || o.Path == "-") && o.Source == nil:
		return optionsError("no file to read")
	}
	if err := o.checkTogether(); err != nil {
		return err
	}
	if o.Encoding != "" {
		if _, err := encodingOf(o.Encoding); err != nil {
			return err
		}
	}
	_, err := newValues(s, *o)
	return err
}

// checkTogether refuses options that do not go together.
func (o *Options) checkTogether() error {
	switch {
	case o.Format == CDNOW && o.Kind != Orders:
		return optionsError("--format cdnow is for orders")
	case o.Format != CSV && o.Format != "" && o.Map != "":
		return optionsError("--map is for --format csv")
	case o.Skip < 0:
		return optionsError("--skip: want a number of lines, not %d", o.Skip)
	case o.NoHeader && o.Format != CSV && o.Format != "":
		return optionsError("--no-header is for --format csv")
	case o.CostShare != nil && o.Kind != Orders:
		return optionsError("--cost-share is for orders")
	case o.CostShare != nil && (o.CostShare.Sign() < 0 || o.CostShare.Compare(whole) > 0):
		return optionsError("--cost-share: want a share of the amount from 0 to 1, not %s", o.CostShare)
	case o.Empty != KeepEmpty && o.Empty != ClearEmpty:
		return optionsError("--empty: want keep or clear, not %q", string(o.Empty))
	case o.Empty == ClearEmpty && !o.Update:
		return optionsError("--empty clear erases what customers have: it is for --update")
	case o.Update && o.Kind != Customers:
		return optionsError("--update is for customers: orders, contacts and rates are facts")
	}
	return nil
}
