package files

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"kopeck/service/app"
)

// check refuses options that make no sense, and fills in the defaults.
func (o *Options) check(s *app.App) error {
	if err := o.readProfile(); err != nil {
		return err
	}
	o.Errors = cmp.Or(o.Errors, RejectAll)
	o.Customers = cmp.Or(o.Customers, "create")
	o.Empty = cmp.Or(o.Empty, KeepEmpty)
	o.Negative = cmp.Or(o.Negative, NegativeRejected)
	o.Rest = cmp.Or(o.Rest, SpreadNone)
	o.Products = cmp.Or(o.Products, "create")
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
	for _, check := range []func() error{o.checkCells, o.checkTogether} {
		if err := check(); err != nil {
			return err
		}
	}
	_, err := newValues(s, *o)
	return err
}

// readProfile reads the profile and fills in what the options do not say.
func (o *Options) readProfile() (err error) {
	if o.Profile == "" || !slices.Contains(Kinds(), o.Kind) {
		return nil
	}
	if o.profile, err = loadProfile(o.Profile, o.Kind); err != nil {
		return err
	}
	return o.profile.apply(o)
}

// checkCells refuses what cells cannot mean.
func (o *Options) checkCells() error {
	if o.Encoding != "" {
		if _, err := encodingOf(o.Encoding); err != nil {
			return err
		}
	}
	switch {
	case o.Empty != KeepEmpty && o.Empty != ClearEmpty:
		return optionsError("--empty: want keep or clear, not %q", string(o.Empty))
	case o.Negative != NegativeRejected && o.Negative != NegativeRefund:
		return optionsError("--negative: want reject or refund, not %q", string(o.Negative))
	case o.Rest != SpreadNone && o.Rest != SpreadLines:
		return optionsError("--rest: want reject or spread, not %q", o.Rest)
	case o.Products != "create" && o.Products != "known":
		return optionsError("--products: want create or known, not %q", o.Products)
	case o.Empty == ClearEmpty && !o.Update:
		return optionsError("--empty clear erases what customers have: it is for --update")
	}
	return nil
}

// checkTogether refuses options that do not go together.
func (o *Options) checkTogether() error {
	switch {
	case o.Format == CDNOW && o.Kind != Orders:
		return optionsError("--format cdnow is for orders")
	case o.Format != CSV && o.Format != "" && o.hasMap():
		return optionsError("--map and --profile are for --format csv")
	case o.Skip < 0:
		return optionsError("--skip: want a number of lines, not %d", o.Skip)
	case o.NoHeader && o.Format != CSV && o.Format != "":
		return optionsError("--no-header is for --format csv")
	case o.CostShare != nil && o.Kind != Orders:
		return optionsError("--cost-share is for orders")
	case o.CostShare != nil && (o.CostShare.Sign() < 0 || o.CostShare.Compare(whole) > 0):
		return optionsError("--cost-share: want a share of the amount from 0 to 1, not %s", o.CostShare)
	case o.Update && o.Kind != Customers:
		return optionsError("--update is for customers: orders, contacts and rates are facts")
	}
	return nil
}

// hasMap reports whether the options say where fields come from.
func (o *Options) hasMap() bool { return strings.TrimSpace(o.Map) != "" || o.profile != nil }

// mapped returns where fields come from.
func (o *Options) mapped() ([]mapping, error) {
	given, err := parseMap(o.Map)
	if err != nil || o.profile == nil {
		return given, err
	}
	return append(given, o.profile.without(given)...), nil
}

// words returns by what the cells of some fields are replaced.
func (o *Options) words() (map[string]map[string]string, error) {
	words := map[string]map[string]string{}
	if o.profile != nil {
		for field, of := range o.profile.words {
			words[field] = maps.Clone(of)
		}
	}
	for _, one := range o.Words {
		if err := parseWords(one, words); err != nil {
			return nil, err
		}
	}
	return words, nil
}
