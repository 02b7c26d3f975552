package ownfields

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
)

// Bounds of values.
const (
	maxText  = 500 // characters of a TEXT, unless its field says less
	maxWord  = 100 // characters of a word of a CHOICE
	maxWords = 100 // of a CHOICE
)

// The first and the last day that a DAY can be.
var firstDay, lastDay = mustDay("1900-01-01"), mustDay("2200-12-31")

func mustDay(text string) schema.Date {
	day, err := schema.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return day
}

// Read reads a value of a field and returns it in its one spelling, with its [Number]. The error says what is wrong and what is expected.
func Read(d *ent.FieldDefinition, text string) (value string, number *int64, err error) {
	value = strings.TrimSpace(text)
	switch d.Type {
	case schema.FieldNumber:
		read, err := money.ParseDecimal(value)
		if err == nil {
			err = inRange(read.Compare, read, d.Least, d.Most)
		}
		value = read.String()
		return value, Number(d.Type, value), err
	case schema.FieldDay:
		read, err := schema.ParseDate(value)
		compare := func(other schema.Date) int { return int(read - other) }
		if err == nil {
			err = inRange(compare, read, &firstDay, &lastDay)
		}
		if err == nil {
			err = inRange(compare, read, d.Earliest, d.Latest)
		}
		value = read.String()
		return value, Number(d.Type, value), err
	case schema.FieldBoolean:
		value = strings.ToLower(value)
		if value != "true" && value != "false" {
			err = fmt.Errorf(`%q: want "true" or "false"`, input.Excerpt(text))
		}
		return value, nil, err
	case schema.FieldChoice:
		if !slices.Contains(d.Words, value) {
			err = fmt.Errorf("%q: want one of %s", input.Excerpt(value), strings.Join(d.Words, ", "))
		}
		return value, nil, err
	}
	value, err = input.Text("", text, maxText)
	if most := input.Or(d.MaxLength, maxText); err == nil && utf8.RuneCountInString(value) > most {
		err = fmt.Errorf("%d characters: want at most %d", utf8.RuneCountInString(value), most)
	}
	return value, nil, err
}

// Number is the number by which ranges find a value: of a NUMBER in billionths, of a DAY in days since 1970-01-01; nil for others and for none.
func Number(is schema.FieldType, value string) *int64 {
	var number int64
	switch is {
	case schema.FieldNumber:
		read, err := money.ParseDecimal(value)
		if err != nil {
			return nil
		}
		number = read.Nano()
	case schema.FieldDay:
		day, err := schema.ParseDate(value)
		if err != nil {
			return nil
		}
		number = int64(day)
	default:
		return nil
	}
	return &number
}

// inRange returns an error for a value under the least or over the greatest one; nil is no limit. compare compares the value with another.
func inRange[T fmt.Stringer](compare func(other T) int, value T, least, most *T) error {
	switch {
	case least != nil && compare(*least) < 0:
		return fmt.Errorf("%s: want at least %s", value, *least)
	case most != nil && compare(*most) > 0:
		return fmt.Errorf("%s: want at most %s", value, *most)
	}
	return nil
}
