package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"kopeck/service/app"
	"kopeck/service/bulk"
	"kopeck/service/customers"
)

// customerLayout is the layout of files of customers: package customers defines their fields.
var customerLayout = layout[customers.Record]{Customers, customerColumns()}

func customerColumns() []column[customers.Record] {
	var columns []column[customers.Record]
	for _, f := range customers.Fields() {
		c := column[customers.Record]{
			name: f.File, uses: own,
			read:  func(v *values, text string, to *customers.Record) error { return f.Read(v.customer, text, to) },
			write: func(v *values, r *customers.Record) string { return f.Write(v.customer, r) },
		}
		if f.Required() {
			c.uses |= ownKey
		}
		can, must := f.Mapped()
		if can {
			c.uses |= mappable
		}
		if must {
			c.uses |= mapKey
		}
		columns = append(columns, c)
	}
	return columns
}

// openCustomers opens the file as one of customers.
func openCustomers(s *app.App, o Options, f *file) (source[customers.Record], error) {
	in, err := openLayout(s, o, f, customerLayout)
	if err != nil {
		return source[customers.Record]{}, err
	}
	if !in.own && !in.has("id") && !in.has("external_id") && !in.has("email") {
		return source[customers.Record]{}, optionsError("--map: one of id, external_id and email must be mapped: a customer who exists is found by one of them")
	}
	return rowsOf(in, customerLayout, customers.NewRecord, func(e *entry[customers.Record], c *customers.Record, _ *faults) {
		c.Has = in.has
		e.value = *c
		switch {
		case c.ID != "":
			e.key = "id:" + c.ID
		case c.ExternalID != nil:
			e.key = "external:" + *c.ExternalID
		case c.Email != nil:
			e.key = "email:" + strings.ToLower(*c.Email)
		}
	}), nil
}

// refer fills in, when all customers are there, who referred whom.
func refer(ctx context.Context, s *app.App, o Options, f *file, i *bulk.Import, report *Report) error {
	in, err := openCustomers(s, o, f)
	if err != nil {
		return err
	}
	var pairs [][2]string
	unknown, circular := 0, 0
	for {
		e, err := in.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err == nil && e.fault == "" && e.value.ReferredByID != nil && e.value.ID != "" {
			pairs = append(pairs, [2]string{e.value.ID, *e.value.ReferredByID})
		}
		if len(pairs) == o.Chunk || err != nil && len(pairs) > 0 {
			missing, circles, err := i.ReferredBy(ctx, pairs)
			if err != nil {
				return err
			}
			unknown, circular, pairs = unknown+missing, circular+circles, pairs[:0]
		}
		if err != nil {
			break
		}
	}
	if circular > 0 {
		report.Notes = append(report.Notes, fmt.Sprintf("%d customers were referred by someone whom they had referred: that was left out", circular))
	}
	if unknown > 0 {
		report.Notes = append(report.Notes, fmt.Sprintf("%d customers were referred by someone who does not exist: that was left out", unknown))
	}
	return nil
}
