package people_test

import (
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// TestPromotion: a fitter's visit costs what his grade of that day costs, whenever he is promoted; a promotion that is recorded late
// restates what it covers.
func TestPromotion(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		began := apptest.Start.AddDate(0, -8, 0)
		w.Rate(schema.RateStaff, "fitter", "11.50", "minute", began)
		w.Rate(schema.RateStaff, "master", "21.00", "minute", began)
		w.Rate(schema.RateChannelFee, "VISIT", "312.50", "contact", began)
		w.Rate(schema.RateChannelMinute, "VISIT", "0", "minute", began)
		fitter, master := "fitter", "master"
		u, err := w.People.CreateUser(w.System(), service.CreateUserInput{Email: "ivan@example.com", Name: "Ivan", Password: password, Role: schema.RoleSales, Grade: &fitter})
		w.Must(err)
		customer := w.CustomerID()
		visit := func(at time.Time) *ent.Contact {
			t.Helper()
			minutes := money.Exact("95")
			c, err := w.Contacts.RecordContact(w.System(), service.RecordContactInput{
				CustomerID: customer, Kind: schema.Visit, Direction: schema.Outbound, Channel: schema.ByVisit, At: &at, Minutes: &minutes, StaffID: &u.ID,
				Expense: apptest.Roubles("150.00"), Purpose: ptr(schema.Service),
			})
			w.Must(err)
			return c
		}
		cost := func(c *ent.Contact, want int64) {
			t.Helper()
			if now, err := w.Client.Contact.Get(w.System(), c.ID); err != nil || now.Cost.Minor() != want {
				t.Errorf("the visit at %s costs %v, %v; want %d", c.At.Format(time.DateOnly), now.Cost, err, want)
			}
		}
		promote := func(grade *string, from *time.Time) {
			t.Helper()
			now, err := w.Client.User.Get(w.System(), u.ID)
			w.Must(err)
			_, err = w.People.UpdateUser(w.System(), service.UpdateUserInput{ID: u.ID, ExpectedVersion: now.Version, Grade: graphql.OmittableOf(grade), GradeFrom: from})
			w.Must(err)
		}
		november := apptest.Start.AddDate(0, 0, -60)
		before := visit(november)
		cost(before, 1555_00)
		promote(&master, nil)
		cost(before, 1555_00)
		w.Rate(schema.RateChannelFee, "VISIT", "313.50", "contact", november.AddDate(0, 0, -1)) // restates
		cost(before, 1556_00)
		cost(visit(november.AddDate(0, 0, 1)), 1556_00) // recorded late, costed by the grade of its day
		w.Clock.Advance(time.Hour)
		cost(visit(w.Now()), 95*21_00+313_50+150_00)
		earlierStill := november.AddDate(0, 0, -2)
		promote(&master, &earlierStill) // it had been earlier, as we learn
		cost(before, 95*21_00+313_50+150_00)
		if now, err := w.Client.User.Get(w.System(), u.ID); err != nil || now.Grade == nil || *now.Grade != master {
			t.Errorf("the grade now is %v, %v", now.Grade, err)
		}
		earlier := earlierStill.AddDate(0, 0, -20)
		promote(&fitter, &earlier) // recorded even later, and of before: the present grade stays
		u, err = w.Client.User.Get(w.System(), u.ID)
		if err != nil || u.Grade == nil || *u.Grade != master {
			t.Errorf("the grade now is %v, %v", u.Grade, err)
		}
		if grades := w.People.Grades(u); len(grades) != 4 || *grades[0].Grade != master || *grades[3].Grade != fitter {
			t.Errorf("%d grades: %v", len(grades), grades)
		}
		if found, err := w.Check.Laws(w.System()); err != nil || len(found) != 0 {
			t.Errorf("%+v, %v", found, err)
		}
	})
}

func TestGradeFromNeedsAGrade(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		u, at := w.create("anna@example.com", schema.RoleSales), apptest.Start.Add(time.Hour)
		past := apptest.Start.Add(-time.Hour)
		for want, in := range map[string]service.UpdateUserInput{
			"INVALID gradeFrom": {GradeFrom: &past},
		} {
			in.ID, in.ExpectedVersion = u.ID, u.Version
			if _, err := w.People.UpdateUser(w.System(), in); apptest.Faults(err) != want {
				t.Errorf("%v; want %s", err, want)
			}
		}
		in := service.UpdateUserInput{ID: u.ID, ExpectedVersion: u.Version, Grade: graphql.OmittableOf(ptr("fitter")), GradeFrom: &at}
		if _, err := w.People.UpdateUser(w.System(), in); apptest.Faults(err) != "INVALID gradeFrom" {
			t.Errorf("in the future: %v", err)
		}
	})
}

func ptr[T any](v T) *T { return &v }
