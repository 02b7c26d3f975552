package files

import (
	"errors"
	"strconv"
	"strings"

	"kopeck/files/cell"
	"kopeck/files/layout"
	"kopeck/files/option"
	"kopeck/service"
	"kopeck/service/rates"
)

// rateLayout is the layout of files of rates: package rates defines their fields.
var rateLayout = layout.New(option.Rates, rates.Fields())

// openRates opens the file as one of rates.
func openRates(core *service.Core, o option.Options, f *layout.File) (layout.Source[rates.NewRate], error) {
	in, err := layout.Open(core, o, f, rateLayout)
	if err != nil {
		return layout.Source[rates.NewRate]{}, err
	}
	return layout.RowsOf(in, rateLayout, layout.Zero, func(e *layout.Entry[rates.NewRate], r *rates.NewRate, f *layout.Fault) {
		switch { // a rate that was recorded before has both, a new one has neither
		case r.ID == "" && !r.RecordedAt.IsZero():
			f.Of("id", errors.New("want the id of a rate that was recorded before"))
		case r.ID != "" && r.RecordedAt.IsZero():
			f.Of("recorded_at", cell.ErrNotDate)
		}
		e.Value = *r
		if *f == "" {
			e.Key, e.Content = rateKey(in.Values, r)
		}
	}), nil
}

// rateKey returns by what a file distinguishes rates, and what of two rates must be the same. Corrections of one moment may follow
// each other: they have no key.
func rateKey(v *cell.Values, r *rates.NewRate) (key, content string) {
	var texts []string
	for _, f := range rates.Fields().Compared() {
		texts = append(texts, f.Write(&v.Form, r))
	}
	content = strings.Join(texts, "\x00")
	switch {
	case r.ID != "":
		return "id:" + r.ID, content
	case r.Correction:
		return "", ""
	}
	return strings.Join([]string{r.Subject, r.Code, strconv.FormatInt(r.ValidFrom.UnixMicro(), 10)}, "\x00"), content
}
