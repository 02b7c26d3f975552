package files

import (
	"cmp"
	"slices"

	"kopeck/files/cell"
	"kopeck/files/option"
	"kopeck/files/orders"
	"kopeck/files/textfile"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/field"
)

// check refuses options that make no sense, and fills in the defaults.
func check(o *option.Options, core *service.Core) error {
	if err := o.ReadProfile(); err != nil {
		return err
	}
	o.Errors = cmp.Or(o.Errors, option.RejectAll)
	o.Customers = cmp.Or(o.Customers, "create")
	o.Empty = cmp.Or(o.Empty, option.KeepEmpty)
	o.Negative = cmp.Or(o.Negative, option.NegativeRejected)
	o.Rest = cmp.Or(o.Rest, option.SpreadNone)
	o.Products = cmp.Or(o.Products, "create")
	if o.Chunk <= 0 {
		o.Chunk = 10_000
	}
	switch {
	case !slices.Contains(option.Kinds(), o.Kind):
		return option.Errorf("want %s, not %q", option.ShownKinds(), string(o.Kind))
	case !slices.Contains([]option.Format{"", option.Kopeck, option.CSV, option.CDNOW}, o.Format):
		return option.Errorf("--format: want kopeck, csv or cdnow, not %q", string(o.Format))
	case o.Errors != option.RejectAll && o.Errors != option.RejectRow:
		return option.Errorf("--errors: want reject-all or reject-row, not %q", string(o.Errors))
	case o.Customers != "create" && o.Customers != "known":
		return option.Errorf("--customers: want create or known, not %q", o.Customers)
	case o.Currency != "" && o.Currency != core.Currency.Code():
		return option.Errorf("--file-currency %s: the books are kept in %s", o.Currency, core.Currency.Code())
	case (o.Path == "" || o.Path == "-") && o.Source == nil:
		return option.Errorf("no file to read")
	}
	if err := checkCells(o); err != nil {
		return err
	}
	if err := checkTogether(o); err != nil {
		return err
	}
	_, err := cell.NewValues(core, *o)
	return err
}

// checkCells refuses what cells cannot mean.
func checkCells(o *option.Options) error {
	if o.Encoding != "" {
		if _, err := textfile.EncodingOf(o.Encoding); err != nil {
			return err
		}
	}
	switch {
	case o.Empty != option.KeepEmpty && o.Empty != option.ClearEmpty:
		return option.Errorf("--empty: want keep or clear, not %q", string(o.Empty))
	case o.Negative != option.NegativeRejected && o.Negative != option.NegativeRefund:
		return option.Errorf("--negative: want reject or refund, not %q", string(o.Negative))
	case o.Rest != option.SpreadNone && o.Rest != option.SpreadLines:
		return option.Errorf("--rest: want reject or spread, not %q", o.Rest)
	case o.Products != "create" && o.Products != "known":
		return option.Errorf("--products: want create or known, not %q", o.Products)
	case o.Empty == option.ClearEmpty && (!o.Update || !o.Kind.Clears()):
		return option.Errorf("--empty clear erases what customers have, and own fields of contacts, orders and products: it is for --update of these")
	}
	return nil
}

// checkTogether refuses options that do not go together.
func checkTogether(o *option.Options) error {
	switch {
	case o.Format == option.CDNOW && o.Kind != option.Orders:
		return option.Errorf("--format cdnow is for orders")
	case o.Format != option.CSV && o.Format != "" && o.HasMap():
		return option.Errorf("--map and --profile are for --format csv")
	case o.Skip < 0:
		return option.Errorf("--skip: want a number of lines, not %d", o.Skip)
	case o.NoHeader && o.Format != option.CSV && o.Format != "":
		return option.Errorf("--no-header is for --format csv")
	case o.CostShare != nil && o.Kind != option.Orders:
		return option.Errorf("--cost-share is for orders")
	case o.CostShare != nil && (o.CostShare.Sign() < 0 || o.CostShare.Compare(money.Whole(1)) > 0):
		return option.Errorf("--cost-share: want a share of the amount from 0 to 1, not %s", o.CostShare)
	case o.Update && !o.Kind.Updates():
		return option.Errorf("--update is not for %s: rates, spend, agreements and expected prices are facts", o.Kind)
	}
	return nil
}

// Fields lists what --map can name for a kind, in the order of columns, and which of it must be mapped.
func Fields(kind option.Kind) (all, required []string) {
	switch kind {
	case option.Orders:
		return orders.LogLayout.Names(field.Mappable), orders.LogLayout.Names(field.MapKey)
	case option.Customers:
		return customerLayout.Names(field.Mappable), customerLayout.Names(field.MapKey)
	case option.Contacts:
		return contactLayout.Names(field.Mappable), contactLayout.Names(field.MapKey)
	case option.Rates:
		return rateLayout.Names(field.Mappable), rateLayout.Names(field.MapKey)
	case option.Spend:
		return spendLayout.Names(field.Mappable), spendLayout.Names(field.MapKey)
	case option.Measurements:
		return measurementLayout.Names(field.Mappable), measurementLayout.Names(field.MapKey)
	case option.Products:
		return productLayout.Names(field.Mappable), productLayout.Names(field.MapKey)
	case option.Recipes:
		return recipeLayout.Names(field.Mappable), recipeLayout.Names(field.MapKey)
	case option.Rules:
		return ruleLayout.Names(field.Mappable), ruleLayout.Names(field.MapKey)
	case option.Agreements:
		return agreementLayout.Names(field.Mappable), agreementLayout.Names(field.MapKey)
	case option.Fields:
		return definitionLayout.Names(field.Mappable), definitionLayout.Names(field.MapKey)
	case option.Relations:
		return relationLayout.Names(field.Mappable), relationLayout.Names(field.MapKey)
	case option.ExpectedPrices:
		return expectedLayout.Names(field.Mappable), expectedLayout.Names(field.MapKey)
	}
	return nil, nil
}
