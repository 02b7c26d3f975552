package files

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"kopeck/money"
	"kopeck/service/input"
)

// The columns of records by the type of their values. Each has one accessor, by which it is read and written.

// textColumn holds a text as it is.
func textColumn[R any](name string, u uses, at func(*R) *string) column[R] {
	return column[R]{
		name, u,
		func(_ *values, text string, to *R) error {
			*at(to) = text
			return nil
		},
		func(_ *values, r *R) string { return *at(r) },
	}
}

// idColumn holds a text by which a record, or its customer, is told from others.
func idColumn[R any](name string, u uses, at func(*R) *string) column[R] {
	c := textColumn(name, u, at)
	c.read = func(_ *values, text string, to *R) error {
		if isRounded(text) {
			return errRounded
		}
		*at(to) = text
		return nil
	}
	return c
}

// wordColumn holds a value of an enum.
func wordColumn[R any, W interface {
	~string
	Values() []string
}](name string, u uses, at func(*R) *W,
) column[R] {
	return column[R]{
		name, u,
		func(_ *values, text string, to *R) (err error) {
			*at(to), err = input.Word[W](text)
			return err
		},
		func(_ *values, r *R) string { return string(*at(r)) },
	}
}

// amountColumn holds money that is not negative.
func amountColumn[R any](name string, u uses, at func(*R) *money.Amount) column[R] {
	return column[R]{
		name, u | numeric,
		func(v *values, text string, to *R) (err error) {
			*at(to), err = v.amount(text)
			return err
		},
		func(v *values, r *R) string { return v.currency.Format(*at(r)) },
	}
}

// decimalColumn holds a number that is not negative.
func decimalColumn[R any](name string, u uses, at func(*R) *money.Decimal) column[R] {
	return column[R]{
		name, u | numeric,
		func(v *values, text string, to *R) (err error) {
			*at(to), err = v.decimal(text)
			return err
		},
		func(_ *values, r *R) string { return at(r).String() },
	}
}

// pastColumn holds a day or a moment that is not in the future.
func pastColumn[R any](name string, u uses, at func(*R) *time.Time) column[R] {
	return column[R]{
		name, u,
		func(v *values, text string, to *R) (err error) {
			*at(to), err = v.dates.parse(text)
			return err
		},
		func(_ *values, r *R) string { return written(*at(r)) },
	}
}

// momentColumn holds a moment, which may be in the future.
func momentColumn[R any](name string, u uses, at func(*R) *time.Time) column[R] {
	return column[R]{
		name, u,
		func(_ *values, text string, to *R) (err error) {
			*at(to), err = moment(text)
			return err
		},
		func(_ *values, r *R) string { return written(*at(r)) },
	}
}

// truthColumn holds true or false.
func truthColumn[R any](name string, u uses, at func(*R) *bool) column[R] {
	return column[R]{
		name, u,
		func(_ *values, text string, to *R) (err error) {
			*at(to), err = truth(text)
			return err
		},
		func(_ *values, r *R) string { return strconv.FormatBool(*at(r)) },
	}
}

// listColumn holds a list in JSON.
func listColumn[R, L any](name string, u uses, at func(*R) *[]L) column[R] {
	return column[R]{
		name, u,
		func(_ *values, text string, to *R) error { return list(text, at(to)) },
		func(_ *values, r *R) string { return listText(*at(r)) },
	}
}

// currencyColumn names the currency of all amounts of a row, which is the installation's.
func currencyColumn[R any](u uses) column[R] {
	return column[R]{
		"currency", u,
		func(v *values, text string, _ *R) error { return v.code(text) },
		func(v *values, _ *R) string { return v.currency.Code() },
	}
}

// list reads a list in JSON.
func list[T any](text string, to *[]T) error {
	if err := json.Unmarshal([]byte(text), to); err != nil {
		return errors.New("not a list in JSON as Kopeck exports it")
	}
	return nil
}

// listText writes a list in JSON, an empty one as nothing.
func listText[T any](list []T) string {
	if len(list) == 0 {
		return ""
	}
	text, _ := json.Marshal(list) // amounts, texts and times can always be written
	return string(text)
}

func written(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(exact)
}
