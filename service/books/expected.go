package books

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/attribution"
	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
)

// expectedFrom is how far back the contacts lie that an expectation is computed from.
const expectedFrom = 365 * 24 * time.Hour

// The groups are read at most once in groupsAge if there are more contacts than fewContacts: reading them takes seconds.
const (
	fewContacts = 50_000
	groupsAge   = time.Minute
)

// contactGroups are what the contacts of the last year have earned, by group, as they were read at a moment.
type contactGroups struct {
	*attribution.Expectations
	at       time.Time
	contacts int64
	version  int64 // of the books as this process knows them
}

// Expected is what a contact is expected to earn, and the group of those like it.
type Expected struct {
	Value money.Amount
	From  *service.ContactGroup
}

// Roundness returns what the contact is: all contacts of one kind, channel and stage are expected to earn the same, and a border for each
// customer would tell it by their number.
func (e Expected) Roundness() (of string, greatest money.Amount) {
	return fmt.Sprintf("expected of %s %s %s", e.From.Kind, e.From.Channel, e.From.Stage), money.Amount{}
}

// fresh reports whether the groups need not be read again: they are read when this process has changed the books, and once a
// minute for what others changed; if there are more contacts than fewContacts, once a minute in any case.
func (g *contactGroups) fresh(now time.Time, version int64) bool {
	return !now.Before(g.at) && now.Sub(g.at) < groupsAge && (g.version == version || g.contacts > fewContacts)
}

// expectations returns what contacts are expected to earn: by all contacts of the company, or by those that the actor may see
// where these are not all, since a mean over hidden contacts would tell what they earned.
func (s *Service) expectations(ctx context.Context) (*contactGroups, error) {
	now, version := s.Now(), s.BooksVersion()
	actor, _ := auth.From(ctx)
	if actor.May("Contact").Read != auth.AllRows {
		if known, ok := s.groupsOf.Load(actor.UserID); ok && known.(*contactGroups).fresh(now, version) {
			return known.(*contactGroups), nil
		}
		groups, err := s.group(version, now, func(from time.Time) (map[attribution.Group]attribution.Earned, error) {
			return s.earnedBySeen(ctx, from, now)
		})
		if err == nil {
			s.groupsOf.Store(actor.UserID, groups)
		}
		return groups, err
	}
	if known := s.groups.Load(); known != nil && known.fresh(now, version) {
		return known, nil
	}
	groups, err := s.group(version, now, func(from time.Time) (map[attribution.Group]attribution.Earned, error) {
		return earnedByGroup(ctx, s.Store, from, now)
	})
	if err == nil {
		s.groups.Store(groups)
	}
	return groups, err
}

// group makes the groups of the contacts that read reads from a moment on.
func (s *Service) group(version int64, now time.Time, read func(from time.Time) (map[attribution.Group]attribution.Earned, error)) (*contactGroups, error) {
	groups := &contactGroups{at: now, version: version}
	earned, err := read(now.Add(-expectedFrom))
	if err != nil {
		return nil, fmt.Errorf("books: what contacts earned: %w", err)
	}
	for _, e := range earned {
		groups.contacts += e.Contacts
	}
	groups.Expectations, err = attribution.NewExpectations(earned, int64(s.Settings().ExpectedStrength))
	return groups, input.DomainError(err)
}

// earnedBySeen returns what the contacts between two moments that the actor may see had earned at the start of the last moment's day, by
// group: who does not see all contacts is shown no later figures. So contacts recorded since are left out. A recommendation of somebody
// whom the actor may not see is left out too: it earns of orders that they may not see.
func (s *Service) earnedBySeen(ctx context.Context, from, to time.Time) (map[attribution.Group]attribution.Earned, error) {
	var narrowing error
	about := func(contacts *sql.Selector) {
		var seen *sql.Selector
		seen, narrowing = auth.SeenCustomers(ctx, contacts, to)
		contacts.Where(sql.Or(sql.IsNull(contacts.C(contact.FieldAboutID)), sql.In(contacts.C(contact.FieldAboutID), seen)))
	}
	var rows []struct {
		Kind     string       `json:"kind"`
		Channel  string       `json:"channel"`
		Stage    string       `json:"stage"`
		Contacts int64        `json:"contacts"`
		Realised money.Amount `json:"realised"`
	}
	settings := s.Settings()
	morning := settings.StartOfDay(settings.Day(to))
	err := s.Client.Contact.Query().Where(contact.AtGTE(from), contact.AtLTE(to), contact.RecordedAtLT(morning), contact.VoidedAtIsNil(), about).
		GroupBy(contact.FieldKind, contact.FieldChannel, contact.FieldStage).
		Aggregate(ent.As(ent.Count(), "contacts"), ent.As(sumShown, "realised")).Scan(ctx, &rows)
	if err == nil {
		err = narrowing
	}
	earned := make(map[attribution.Group]attribution.Earned, len(rows))
	for _, one := range rows {
		earned[attribution.Group{Kind: one.Kind, Channel: one.Channel, Stage: one.Stage}] = attribution.Earned{Contacts: one.Contacts, Realised: one.Realised}
	}
	return earned, err
}

// ExpectedValues returns what contacts are expected to earn (design, section 6): the mean of those of its kind, channel and
// stage over the last year, shrunk towards the greater groups by its count. The groups are of all contacts that the actor may see.
func (s *Service) ExpectedValues(ctx context.Context, contacts []*ent.Contact) (map[*ent.Contact]Expected, error) {
	groups, err := s.expectations(ctx)
	if err != nil {
		return nil, err
	}
	all := make(map[*ent.Contact]Expected, len(contacts))
	for _, c := range contacts {
		g := attribution.Group{Kind: string(c.Kind), Channel: string(c.Channel), Stage: string(c.Stage)}
		value, err := groups.Of(g)
		if err != nil {
			return nil, input.DomainError(err)
		}
		from := &service.ContactGroup{Kind: c.Kind, Channel: c.Channel, Stage: c.Stage, Contacts: int(groups.Group(g).Contacts)}
		if from.Contacts > 0 {
			mean, err := meanOf(groups.Group(g))
			if err != nil {
				return nil, err
			}
			from.Mean = &mean
		}
		all[c] = Expected{value, from}
	}
	return all, nil
}

func meanOf(e attribution.Earned) (money.Amount, error) {
	mean := e.Realised.Rat()
	return money.Round(mean.Quo(mean, new(big.Rat).SetInt64(e.Contacts)))
}
