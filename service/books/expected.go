package books

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"kopeck/attribution"
	"kopeck/ent"
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

// expectations returns what contacts are expected to earn. It is read when this process has changed the books, and
// once a minute for what others changed; if there are more contacts than fewContacts, once a minute in any case.
func (s *Service) expectations(ctx context.Context) (*contactGroups, error) {
	now, version := s.Now(), s.BooksVersion()
	if known := s.groups.Load(); known != nil && !now.Before(known.at) && now.Sub(known.at) < groupsAge && (known.version == version || known.contacts > fewContacts) {
		return known, nil
	}
	groups := &contactGroups{at: now, version: version}
	earned, err := earnedByGroup(ctx, s.Store, now.Add(-expectedFrom), now)
	if err != nil {
		return nil, fmt.Errorf("books: what contacts earned: %w", err)
	}
	for _, e := range earned {
		groups.contacts += e.Contacts
	}
	if groups.Expectations, err = attribution.NewExpectations(earned, int64(s.Settings().ExpectedStrength)); err != nil {
		return nil, input.DomainError(err)
	}
	s.groups.Store(groups)
	return groups, nil
}

// ExpectedValues returns what contacts are expected to earn (design, section 6): the mean of those of its kind, channel and
// stage over the last year, shrunk towards the greater groups by its count. The groups are of the whole company.
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
