package files

import (
	"errors"
	"strconv"
	"strings"

	"kopeck/service/app"
	"kopeck/service/rates"
)

// rateLayout is the layout of files of rates: package rates defines their fields.
var rateLayout = layoutOf(Rates, rates.Fields())

// openRates opens the file as one of rates.
func openRates(s *app.App, o Options, f *file) (source[rates.NewRate], error) {
	in, err := openLayout(s, o, f, rateLayout)
	if err != nil {
		return source[rates.NewRate]{}, err
	}
	return rowsOf(in, rateLayout, zero, func(e *entry[rates.NewRate], r *rates.NewRate, f *faults) {
		switch { // a rate that was recorded before has both, a new one has neither
		case r.ID == "" && !r.RecordedAt.IsZero():
			f.of("id", errors.New("want the id of a rate that was recorded before"))
		case r.ID != "" && r.RecordedAt.IsZero():
			f.of("recorded_at", errNotDate)
		}
		e.value = *r
		if *f == "" {
			e.key, e.content = rateKey(in.values, r)
		}
	}), nil
}

// rateKey returns by what a file distinguishes rates, and what of two rates must be the same. Corrections of one moment may follow
// each other: they have no key.
func rateKey(v *values, r *rates.NewRate) (key, content string) {
	var texts []string
	for _, f := range rates.Fields().Compared() {
		texts = append(texts, f.Write(&v.form, r))
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
