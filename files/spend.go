package files

import (
	"errors"

	"kopeck/files/cell"
	"kopeck/files/layout"
	"kopeck/files/option"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/campaigns"
)

// spendLayout is the layout of files of spend: package campaigns defines its fields.
var spendLayout = layout.New(option.Spend, campaigns.SpendFields())

// openSpend opens the file as one of spend.
func openSpend(core *service.Core, o option.Options, f *layout.File) (layout.Source[campaigns.SpendRecord], error) {
	in, err := layout.Open(core, o, f, spendLayout)
	if err != nil {
		return layout.Source[campaigns.SpendRecord]{}, err
	}
	return layout.RowsOf(in, spendLayout, layout.Zero, func(e *layout.Entry[campaigns.SpendRecord], r *campaigns.SpendRecord, f *layout.Fault) {
		switch { // spend that was recorded before has both, a new one has neither
		case r.ID == "" && !r.RecordedAt.IsZero():
			f.Of("id", errors.New("want the id of spend that was recorded before"))
		case r.ID != "" && r.RecordedAt.IsZero():
			f.Of("recorded_at", cell.ErrNotDate)
		}
		e.Value = *r
		if *f == "" {
			e.Key, e.Content = spendKey(in.Values, r)
		}
	}), nil
}

// spendKey returns by what a file distinguishes spend, and what of two rows must be the same. Corrections of one period may follow each other:
// they have no key.
func spendKey(v *cell.Values, r *campaigns.SpendRecord) (key, content string) {
	content = v.Form.Currency.Format(r.Amount)
	switch {
	case r.ID != "":
		return "id:" + r.ID, content
	case r.Correction:
		return "", ""
	}
	key = r.Campaign
	for _, day := range []*schema.Date{r.First, r.Last, r.Day} {
		if day != nil {
			key += "\x00" + day.String()
		}
	}
	return key, content
}
