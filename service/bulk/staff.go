package bulk

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"kopeck/ent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/contacts"
	"kopeck/service/input"
	"kopeck/service/people"
)

// findStaff finds users by e-mail, and gives ids to those who do not exist.
func (c *chunk) findStaff(ctx context.Context, emails []string) error {
	keys := make([]string, 0, len(emails))
	for _, address := range emails {
		keys = append(keys, input.EmailKey(address))
	}
	var err error
	if c.people, err = c.usersByEmail(ctx, keys); err != nil {
		return err
	}
	for _, address := range emails {
		if key := input.EmailKey(address); c.people[key] == "" {
			c.people[key] = c.service.IDs.Make(id.User)
			c.newStaff[c.people[key]] = address
		}
	}
	return nil
}

// userColumns are the columns of a new user.
var userColumns = people.Columns()

// dated returns grades as they are kept of a user.
func (c *chunk) dated(userID string, grades []contacts.StaffGrade) service.Dated {
	all := make([]*ent.DatedValue, len(grades))
	for i, g := range grades {
		all[i] = &ent.DatedValue{
			ID: c.service.IDs.Make(id.DatedValue), Name: schema.DatedGrade, Subject: userID, Value: input.NonEmpty(g.Grade), ValidFrom: g.ValidFrom, RecordedAt: g.RecordedAt, Actor: "system",
		}
	}
	return service.NewDated(all)
}

// addGrades fills in what grades the staff of exported contacts have had.
func (c *chunk) addGrades(ctx context.Context, records []contacts.Record) error {
	var staff []string
	for i := range records {
		if records[i].StaffID != "" {
			staff = append(staff, records[i].StaffID)
		}
	}
	history, err := c.service.DatedOf(ctx, c.reader, schema.DatedGrade, staff...)
	for i := range records {
		r := &records[i]
		for _, one := range slices.SortedFunc(slices.Values(history[r.StaffID]), func(a, b *ent.DatedValue) int {
			return cmp.Or(a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
		}) {
			r.StaffGrades = append(r.StaffGrades, contacts.StaffGrade{Grade: input.OrZero(one.Value), ValidFrom: one.ValidFrom, RecordedAt: one.RecordedAt})
		}
		if len(r.StaffGrades) == 0 && r.StaffGrade != "" { // it has always been this one
			r.StaffGrades = []contacts.StaffGrade{{Grade: r.StaffGrade, ValidFrom: r.StaffMadeAt, RecordedAt: r.StaffMadeAt}}
		}
	}
	return err
}

// giveGrades gives users whom a file has made, now or before, the grades that it has of them. A user of this installation, who has a grade or
// may sign in, keeps what is known here.
func (c *chunk) giveGrades(ctx context.Context, fresh []*contacts.Record) error {
	grades := map[string][]contacts.StaffGrade{}
	for _, f := range fresh {
		if f.Staff != "" && len(f.StaffGrades) > 0 {
			grades[c.people[input.EmailKey(f.Staff)]] = f.StaffGrades
		}
	}
	if len(grades) == 0 {
		return nil
	}
	ungraded, err := c.ungraded(ctx, slices.Collect(maps.Keys(grades)))
	if err != nil || len(ungraded) == 0 {
		return err
	}
	for _, userID := range ungraded {
		if err := c.insertGrades(ctx, userID, c.dated(userID, grades[userID])); err != nil {
			return err
		}
	}
	return c.service.SnapshotChanged(ctx, c.bulk.Tx, service.SnapshotPeople)
}

// addStaff makes those of the users who do not exist.
func (c *chunk) addStaff(ctx context.Context, userIDs []string) error {
	slices.Sort(userIDs)
	now := c.service.Now()
	var made []*people.Record
	for _, userID := range slices.Compact(userIDs) {
		if address := c.newStaff[userID]; address != "" {
			made = append(made, people.Named(userID, address, now))
		}
	}
	if len(made) == 0 {
		return nil
	}
	if err := c.insertUsers(ctx, made); err != nil {
		return err
	}
	return c.service.SnapshotChanged(ctx, c.bulk.Tx, service.SnapshotPeople)
}
