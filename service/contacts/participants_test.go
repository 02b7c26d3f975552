package contacts_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/rates"

	"github.com/99designs/gqlgen/graphql"
	"pgregory.net/rapid"
)

// people are participants as an input names them: a user's id and minutes, again and again.
func people(of ...string) (all []*service.ContactParticipantInput) {
	all = []*service.ContactParticipantInput{}
	for i := 0; i < len(of); i += 2 {
		all = append(all, &service.ContactParticipantInput{UserID: of[i], Minutes: ptr(money.Exact(of[i+1]))})
	}
	return all
}

// linesOf are the cost lines of a contact, in short.
func linesOf(t *testing.T, c *ent.Contact) string {
	t.Helper()
	var lines []costing.Line
	if err := json.Unmarshal(c.CostLines, &lines); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, l := range lines {
		if l.Kind != costing.ChannelTime { // it has no rate
			all = append(all, fmt.Sprintf("%s %s %d", l.Kind, l.Quantity, l.Amount.Minor()))
		}
	}
	return strings.Join(all, ", ")
}

// TestSeveralTakePart: each with their own time at their own rate, in the order in which they are named; the first is the staff, and the time
// is the longest. Of one alone it is the contact that it would be without the list.
func TestSeveralTakePart(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		ctx, olga, igor := s.System(), s.Users["Olga"], s.Users["Igor"]
		record := func(change func(*service.RecordContactInput)) *ent.Contact {
			in := service.RecordContactInput{CustomerID: s.Customers["Anna"], Kind: schema.Meeting, Direction: schema.Inbound, Channel: schema.ByPhone}
			change(&in)
			made, err := s.App.Contacts.RecordContact(ctx, in)
			if err != nil {
				t.Fatal(err)
			}
			return made
		}
		// 20.00 a minute each, and 5.00 by phone.
		both := record(func(in *service.RecordContactInput) { in.Participants = people(igor, "6", olga, "10.5") })
		if got := linesOf(t, both); got != "STAFF_TIME 6 12000, STAFF_TIME 10.5 21000, CHANNEL_FEE 1 500" || *both.StaffID != igor || both.Minutes.String() != "10.5" || both.Cost.Minor() != 33500 {
			t.Errorf("both: %s, %+v", got, both)
		}
		alone := record(func(in *service.RecordContactInput) { in.Participants = people(olga, "10") })
		plain := record(func(in *service.RecordContactInput) { in.StaffID, in.Minutes = &olga, ptr(money.Exact("10")) })
		if linesOf(t, alone) != linesOf(t, plain) || *alone.StaffID != olga || alone.Participants != nil || alone.Cost != plain.Cost || alone.Minutes != plain.Minutes {
			t.Errorf("alone: %+v\nplain: %+v", alone, plain)
		}
		nobody := record(func(in *service.RecordContactInput) { in.Participants = people() })
		if nobody.StaffID != nil || linesOf(t, nobody) != "CHANNEL_FEE 1 500" {
			t.Errorf("nobody: %+v", nobody)
		}
		seconds := record(func(in *service.RecordContactInput) {
			in.Participants = []*service.ContactParticipantInput{{UserID: olga, Seconds: ptr(money.Exact("100"))}, {UserID: igor, Seconds: ptr(money.Exact("30"))}}
		})
		if got := linesOf(t, seconds); got != "STAFF_TIME 100 3333, STAFF_TIME 0.5 1000, CHANNEL_FEE 1 500" {
			t.Errorf("in seconds: %s", got)
		}
		shown, err := s.App.Contacts.Participants(ctx, []*ent.Contact{both, plain, nobody})
		if err != nil || len(shown[both.ID]) != 2 || shown[both.ID][0].User.ID != igor || shown[both.ID][1].Seconds.String() != "630" || len(shown[plain.ID]) != 1 || len(shown[nobody.ID]) != 0 {
			t.Errorf("shown: %v, %v", shown, err)
		}
		checked(t, s)
	})
}

func checked(t *testing.T, s *apptest.Shop) {
	t.Helper()
	if found, err := s.Check.Laws(s.System()); err != nil || len(found) != 0 {
		t.Errorf("check finds %v, %v", found, err)
	}
}

// TestParticipantsThatAreRefused: nothing is written.
func TestParticipantsThatAreRefused(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		olga, igor := s.Users["Olga"], s.Users["Igor"]
		many := make([]string, 42)
		for i := range many {
			many[i] = []string{olga, "1"}[i%2]
		}
		before, err := s.Client.Contact.Query().Count(s.System())
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			in    service.RecordContactInput
			fails string
		}{
			"twice":              {service.RecordContactInput{Participants: people(olga, "1", olga, "2")}, "participants.1.userId INVALID"},
			"an unknown one":     {service.RecordContactInput{Participants: people("usr_01jd3x5m8nf4svbj2k7q9w0e1r", "1")}, "participants.0.userId NOT_FOUND"},
			"a customer":         {service.RecordContactInput{Participants: people(olga, "1", s.Customers["Anna"], "1")}, "participants.1.userId INVALID"},
			"too long":           {service.RecordContactInput{Participants: people(olga, "1441")}, "participants.0.minutes INVALID"},
			"negative":           {service.RecordContactInput{Participants: people(olga, "-1")}, "participants.0.minutes INVALID"},
			"no time":            {service.RecordContactInput{Participants: []*service.ContactParticipantInput{{UserID: olga}}}, "participants.0.minutes INVALID"},
			"two times":          {service.RecordContactInput{Participants: []*service.ContactParticipantInput{{UserID: olga, Minutes: ptr(money.Exact("1")), Seconds: ptr(money.Exact("1"))}}}, "participants.0.seconds INVALID"},
			"staff and people":   {service.RecordContactInput{StaffID: &olga, Participants: people(igor, "1")}, "staffId INVALID"},
			"minutes and people": {service.RecordContactInput{Minutes: ptr(money.Exact("1")), Participants: people(igor, "1")}, "minutes INVALID"},
			"too many":           {service.RecordContactInput{Participants: people(many...)}, "participants INVALID"},
		} {
			t.Run(name, func(t *testing.T) {
				c.in.CustomerID, c.in.Kind, c.in.Direction, c.in.Channel = s.Customers["Anna"], schema.Meeting, schema.Inbound, schema.ByPhone
				if _, err := s.App.Contacts.RecordContact(s.System(), c.in); codes(err) != c.fails {
					t.Errorf("%v; want %q", err, c.fails)
				}
			})
		}
		if after, err := s.Client.Contact.Query().Count(s.System()); err != nil || after != before {
			t.Errorf("%d contacts after %d, %v", after, before, err)
		}
	})
}

// TestCorrectedParticipants: who took part is one fact; staff and time alone are corrected of one alone. What was known before stays known.
func TestCorrectedParticipants(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		ctx, olga, igor := s.System(), s.Users["Olga"], s.Users["Igor"]
		call := s.Contacts["Anna's call"] // Olga, 10 minutes: 205.00
		known := s.Now()
		s.Advance(time.Hour)
		with := func(version int, change func(*service.CorrectContactInput)) (*ent.Contact, error) {
			return s.App.Contacts.CorrectContact(ctx, correct(call, func(in *service.CorrectContactInput) {
				in.ExpectedVersion = version
				change(in)
			}))
		}
		c, err := with(1, func(in *service.CorrectContactInput) { in.Participants = people(olga, "10", igor, "4") })
		if err != nil || c.Cost.Minor() != 20500+8000 {
			t.Fatalf("%+v, %v", c, err)
		}
		for name, one := range map[string]struct {
			fails  string
			change func(*service.CorrectContactInput)
		}{
			"the time alone":  {"minutes INVALID", func(in *service.CorrectContactInput) { in.Minutes = ptr(money.Exact("12")) }},
			"the staff alone": {"staffId INVALID", func(in *service.CorrectContactInput) { in.StaffID = graphql.OmittableOf(&igor) }},
			"nobody as staff": {"staffId INVALID", func(in *service.CorrectContactInput) { in.StaffID = graphql.OmittableOf[*string](nil) }},
		} {
			t.Run(name, func(t *testing.T) {
				if _, err := with(2, one.change); codes(err) != one.fails {
					t.Errorf("%v; want %q", err, one.fails)
				}
			})
		}
		if _, err := with(1, func(in *service.CorrectContactInput) { in.Participants = people(olga, "10", igor, "5") }); !fault.Is(err, fault.VersionConflict) {
			t.Errorf("on an old version: %v", err)
		}
		after := s.Now()
		s.Advance(time.Hour)
		if c, err = with(2, func(in *service.CorrectContactInput) { in.Participants = people(igor, "3") }); err != nil || c.Cost.Minor() != 6500 || *c.StaffID != igor || c.Participants != nil || c.Minutes.String() != "3" {
			t.Fatalf("%+v, %v", c, err)
		}
		if c, err = with(3, func(in *service.CorrectContactInput) { in.Minutes = ptr(money.Exact("5")) }); err != nil || c.Cost.Minor() != 10500 {
			t.Fatalf("%+v, %v", c, err)
		}
		for at, want := range map[time.Time]int64{known: 20500, after: 28500, s.Now(): 10500} {
			cost, err := s.Report.ContactsKnownAt(ctx, []*ent.Contact{c}, at)
			if err != nil || cost[c].Total.Minor() != want {
				t.Errorf("known at %s: %v, %v; want %d", at, cost[c], err, want)
			}
		}
		all, err := s.App.Contacts.Corrections(ctx, []*ent.Contact{c})
		if err != nil || len(all[c.ID]) != 3 || all[c.ID][0].Fields[0].Name != "participants" {
			t.Errorf("corrections: %+v, %v", all[c.ID], err)
		}
		checked(t, s)
	})
}

// TestJoinedParticipants: who took part in either of two contacts that are one took part in it.
func TestJoinedParticipants(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		ctx, olga, igor := s.System(), s.Users["Olga"], s.Users["Igor"]
		at := apptest.Day(time.September, 10).Add(time.Minute)
		other, err := s.App.Contacts.RecordContact(ctx, service.RecordContactInput{
			CustomerID: s.Customers["Anna"], Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, At: &at, Participants: people(igor, "7", olga, "8"),
		})
		if err != nil {
			t.Fatal(err)
		}
		kept, err := s.App.Contacts.JoinContacts(ctx, service.JoinContactsInput{ID: s.Contacts["Anna's call"], OtherID: other.ID})
		if err != nil || linesOf(t, kept) != "STAFF_TIME 10 20000, STAFF_TIME 7 14000, CHANNEL_FEE 1 500" {
			t.Errorf("joined: %+v, %v", kept, err)
		}
		checked(t, s)
	})
}

// TestSalesAmongOthers: SALES record themselves alone; of a contact that they had with others they correct their own time, and nothing that
// the others did.
func TestSalesAmongOthers(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		olga, igor := s.Users["Olga"], s.Users["Igor"]
		ctx := auth.With(t.Context(), auth.Actor{UserID: olga, Name: "olga@shop.example", Role: schema.RoleSales})
		in := service.RecordContactInput{CustomerID: s.Customers["Anna"], Kind: schema.Meeting, Direction: schema.Inbound, Channel: schema.ByPhone}
		for name, c := range map[string]struct {
			people []*service.ContactParticipantInput
			fails  string
		}{
			"themselves":         {people(olga, "3"), ""},
			"another":            {people(igor, "3"), "participants FORBIDDEN"},
			"another with them":  {people(olga, "3", igor, "3"), "participants FORBIDDEN"},
			"nobody":             {people(), "participants FORBIDDEN"},
			"themselves, second": {people(igor, "3", olga, "3"), "participants FORBIDDEN"},
		} {
			t.Run(name, func(t *testing.T) {
				in.Participants = c.people
				if _, err := s.App.Contacts.RecordContact(ctx, in); codes(err) != c.fails {
					t.Errorf("%v; want %q", err, c.fails)
				}
			})
		}
		in.Participants = people(igor, "10", olga, "4")
		both, err := s.App.Contacts.RecordContact(s.System(), in)
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			people []*service.ContactParticipantInput
			fails  string
		}{
			"the other's time":        {people(igor, "9", olga, "4"), "participants FORBIDDEN"},
			"without the other":       {people(olga, "4"), "participants FORBIDDEN"},
			"without them":            {people(igor, "10"), "participants FORBIDDEN"},
			"themselves as the first": {people(olga, "4", igor, "10"), "participants FORBIDDEN"},
		} {
			t.Run(name, func(t *testing.T) {
				if _, err := s.App.Contacts.CorrectContact(ctx, correct(both.ID, func(in *service.CorrectContactInput) { in.Participants = c.people })); codes(err) != c.fails {
					t.Errorf("%v; want %q", err, c.fails)
				}
			})
		}
		if both, err = s.App.Contacts.CorrectContact(ctx, correct(both.ID, func(in *service.CorrectContactInput) { in.Participants = people(igor, "10", olga, "5") })); err != nil || both.Cost.Minor() != 30500 {
			t.Errorf("their own time: %v, %v", both, err)
		}
		if _, err := s.App.Contacts.VoidContact(ctx, service.VoidContactInput{ID: both.ID, Reason: "never was"}); err != nil {
			t.Errorf("voided by one of them: %v", err)
		}
		checked(t, s)
	})
}

// TestParticipantsInAnyOrder: rates and grades for the past, corrections of who took part, and voids, in any order, end in the costs of the final
// facts by all rates.
func TestParticipantsInAnyOrder(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		ctx, start := s.System(), apptest.Day(time.September, 2)
		users := []string{s.Users["Olga"], s.Users["Igor"]}
		nina, err := s.People.CreateUser(ctx, service.CreateUserInput{Email: "nina@shop.example", Name: "Nina", Password: "the long password of Nina", Role: schema.RoleSales})
		if err != nil {
			t.Fatal(err)
		}
		users = append(users, nina.ID)
		second := 0
		rapid.Check(t, func(t *rapid.T) {
			ok := func(err error) {
				if err != nil {
					t.Fatal(err)
				}
			}
			drawPeople := func() []*service.ContactParticipantInput {
				var of []string
				for _, u := range rapid.Permutation(users).Draw(t, "users")[:rapid.IntRange(0, 3).Draw(t, "people")] {
					of = append(of, u, fmt.Sprint(rapid.IntRange(0, 90).Draw(t, "minutes")))
				}
				return people(of...)
			}
			drawMoment := func() time.Time {
				second++
				return start.Add(time.Duration(rapid.IntRange(0, 24*60).Draw(t, "hours"))*time.Hour + time.Duration(second)*time.Second)
			}
			held := map[int]*ent.Contact{}
			var queues [][]func()
			for i := range rapid.IntRange(1, 3).Draw(t, "contacts") {
				at, made := drawMoment(), drawPeople()
				queue := []func(){func() {
					c, err := s.App.Contacts.RecordContact(ctx, service.RecordContactInput{
						CustomerID: s.Customers["Dora"], Kind: schema.Visit, Direction: schema.Inbound, Channel: schema.ByPhone, At: &at, Participants: made,
					})
					ok(err)
					held[i] = c
				}}
				for range rapid.IntRange(0, 2).Draw(t, "corrections") {
					later := drawPeople()
					queue = append(queue, func() {
						c, err := s.App.Contacts.CorrectContact(ctx, correct(held[i].ID, func(in *service.CorrectContactInput) {
							in.ExpectedVersion, in.Participants = held[i].Version, later
						}))
						ok(err)
						held[i] = c
					})
				}
				if rapid.IntRange(0, 4).Draw(t, "voided") == 0 {
					queue = append(queue, func() {
						_, err := s.App.Contacts.VoidContact(ctx, service.VoidContactInput{ID: held[i].ID, Reason: "never was"})
						ok(err)
					})
				}
				queues = append(queues, queue)
			}
			for range rapid.IntRange(0, 3).Draw(t, "rates") {
				code := rapid.SampledFrom([]string{"seller", "olga@shop.example", "nina@shop.example", "master"}).Draw(t, "code")
				amount, from := money.Exact(fmt.Sprint(rapid.IntRange(300, 3000).Draw(t, "rate"))), drawMoment()
				queues = append(queues, []func(){func() {
					_, err := s.App.Rates.SetRate(ctx, service.SetRateInput{Subject: schema.RateStaff, Code: code, Amount: amount, Unit: "hour", ValidFrom: from})
					ok(err)
				}})
			}
			if rapid.Bool().Draw(t, "graded") {
				grade, from := rapid.SampledFrom([]string{"master", "seller"}).Draw(t, "grade"), drawMoment()
				user := rapid.SampledFrom(users).Draw(t, "of")
				queues = append(queues, []func(){func() {
					u, err := s.Client.User.Get(ctx, user)
					ok(err)
					_, err = s.People.UpdateUser(ctx, service.UpdateUserInput{ID: user, ExpectedVersion: u.Version, Grade: graphql.OmittableOf(&grade), GradeFrom: &from})
					ok(err)
				}})
			}
			for len(queues) > 0 {
				next := rapid.IntRange(0, len(queues)-1).Draw(t, "next")
				queues[next][0]()
				if queues[next] = queues[next][1:]; len(queues[next]) == 0 {
					queues = slices.Delete(queues, next, next+1)
				}
			}
			all, err := s.Client.Contact.Query().All(ctx)
			ok(err)
			for _, c := range all {
				if c.VoidedAt != nil {
					continue
				}
				took, of := rates.TookPart(c.StaffID, c.Participants, s.People.CodesAt(c.At.UTC(), service.EndOfTime))
				in := rates.ContactInput(took, costing.Duration{Minutes: c.Minutes, Seconds: c.ExactSeconds}, c.Channel, c.Expense, nil, of...)
				want, err := costing.Contact(in, s.Quote.PriceBook().Basis().Rates, c.At.UTC(), service.EndOfTime, s.Currency)
				ok(err)
				if c.Cost != want.Total || c.Uncosted != (len(want.Missing) > 0) {
					t.Fatalf("%s costs %v (uncosted %v); want %v", c.ID, c.Cost, c.Uncosted, want)
				}
			}
		})
		checked(t, s)
		if gaps, err := s.App.Rates.RateGaps(ctx); err != nil {
			t.Errorf("%v, %v", gaps, err)
		}
	})
}
