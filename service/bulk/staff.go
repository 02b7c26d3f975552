package bulk

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

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
		for _, p := range records[i].Participants {
			staff = append(staff, p.UserID)
		}
	}
	history, err := c.service.DatedOf(ctx, c.reader, schema.DatedGrade, staff...)
	for i := range records {
		r := &records[i]
		r.StaffGrades = gradesIn(history[r.StaffID], r.StaffGrade, r.StaffMadeAt)
	}
	if err != nil {
		return err
	}
	return c.addPeople(ctx, records, history)
}

// gradesIn returns the grades that a member of staff has had, as a file has them. One who was made at a moment and has no history has always had
// the present one.
func gradesIn(history service.Dated, present string, madeAt time.Time) (all []contacts.StaffGrade) {
	for _, one := range slices.SortedFunc(slices.Values(history), func(a, b *ent.DatedValue) int {
		return cmp.Or(a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
	}) {
		all = append(all, contacts.StaffGrade{Grade: input.OrZero(one.Value), ValidFrom: one.ValidFrom, RecordedAt: one.RecordedAt})
	}
	if len(all) == 0 && present != "" {
		all = []contacts.StaffGrade{{Grade: present, ValidFrom: madeAt, RecordedAt: madeAt}}
	}
	return all
}

// addPeople fills in the people who took part in exported contacts, if they were several, with the grades that they have had.
func (c *chunk) addPeople(ctx context.Context, records []contacts.Record, history map[string]service.Dated) error {
	var ids []string
	for i := range records {
		for _, p := range records[i].Participants {
			ids = append(ids, p.UserID)
		}
	}
	users, err := c.exportedUsers(ctx, ids)
	for i := range records {
		for _, p := range records[i].Participants {
			u := users[p.UserID]
			records[i].People = append(records[i].People, contacts.Person{Staff: u.email, Minutes: p.Minutes, Seconds: p.Seconds, Grades: gradesIn(history[p.UserID], u.grade, u.madeAt)})
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
		for _, p := range f.People {
			if len(p.Grades) > 0 {
				grades[c.people[input.EmailKey(p.Staff)]] = p.Grades
			}
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
