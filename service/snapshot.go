package service

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/lifetimemodel"
	"kopeck/ent/refreshsession"
	"kopeck/schema"
	"kopeck/store"
)

// What is held in memory beside the database, on every replica.
const (
	everything = "everything"
	ofBook     = "book"
	ofBookings = "bookings"
	ofPeople   = "people"
	ofModel    = "model"
	ofFits     = "fits"
)

// topicSnapshot carries what has changed as "origin what": the process that changed it has read it already.
const topicSnapshot = "snapshot"

// people are the users and partners, by whom an access token is held against.
type people struct {
	users    map[string]*ent.User
	partners map[string]*ent.Partner
	ended    map[string]bool // sessions that were ended while an access token of theirs may still run
	replaced chan struct{}   // closed when there is a newer reading
}

// touch says, inside a transaction, that what is held in memory has changed: this process reads it anew right
// after the commit, before the verb returns; the others when they hear of it.
func (s *Service) touch(ctx context.Context, tx *store.Tx, what string) error {
	tx.AfterCommit(func() {
		read, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		if err := s.refresh(auth.System(read), what); err != nil {
			s.log.ErrorContext(ctx, "the snapshot could not be read anew", "what", what, "error", err)
		}
	})
	return tx.Publish(topicSnapshot, s.origin+" "+what)
}

// refresh reads what is held in memory anew and swaps it whole. Readings take turns, so each begins after the
// change that it was asked for and the last one holds it.
func (s *Service) refresh(ctx context.Context, what string) error {
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return s.store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if what == everything || s.settings.Load() == nil {
			if err := s.readSettings(ctx, tx); err != nil {
				return err
			}
		}
		if what == everything || what == ofPeople {
			if err := s.readPeople(ctx, tx); err != nil {
				return err
			}
		}
		if what == everything || what == ofModel {
			if err := s.readModel(ctx, tx); err != nil {
				return err
			}
		}
		if what == everything || what == ofFits {
			if err := s.readFits(ctx, tx); err != nil {
				return err
			}
		}
		settings, before := s.settings.Load(), s.book.Load()
		switch {
		case what == everything || what == ofBook:
			b, err := s.readBook(ctx, tx, settings, before)
			if err != nil {
				return err
			}
			s.book.Store(b)
		case what == ofBookings:
			after := *before
			after.readAt = s.now()
			after.firstDay = settings.Day(after.readAt) - 1
			bookings, err := readBookings(ctx, tx, after.firstDay, 1<<30)
			if err != nil {
				return err
			}
			after.prices = before.prices.WithBookings(bookings)
			s.book.Store(&after)
		}
		return nil
	})
}

func (s *Service) readSettings(ctx context.Context, tx *store.Tx) error {
	rows, err := tx.Setting.Query().All(ctx)
	if err != nil {
		return err
	}
	stored := map[string]json.RawMessage{}
	for _, row := range rows {
		stored[row.ID] = row.Value
	}
	settings, err := parseSettings(stored)
	if err != nil {
		return err
	}
	s.settings.Store(settings)
	s.books.Add(1) // what is reckoned from them may differ now
	return nil
}

func (s *Service) readPeople(ctx context.Context, tx *store.Tx) error {
	all := &people{users: map[string]*ent.User{}, partners: map[string]*ent.Partner{}, ended: map[string]bool{}, replaced: make(chan struct{})}
	users, err := tx.User.Query().All(ctx)
	if err != nil {
		return err
	}
	for _, u := range users {
		all.users[u.ID] = u
	}
	partners, err := tx.Partner.Query().All(ctx)
	if err != nil {
		return err
	}
	for _, p := range partners {
		all.partners[p.ID] = p
	}
	families, err := tx.RefreshSession.Query().Where(refreshsession.RevokedAtGT(s.now().Add(-endedFor))).
		Unique(true).Select(refreshsession.FieldFamily).Strings(ctx)
	if err != nil {
		return err
	}
	for _, family := range families {
		all.ended[family] = true
	}
	if before := s.people.Swap(all); before != nil {
		close(before.replaced)
	}
	return nil
}

func (s *Service) readModel(ctx context.Context, tx *store.Tx) error {
	active, err := tx.LifetimeModel.Query().Where(lifetimemodel.Active(true)).First(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return err
	}
	model, err := s.activeModel(active)
	if err != nil {
		return err
	}
	s.model.Store(model)
	return nil
}

// Watch keeps what is held in memory fresh until the context ends, and wait waits for that: it reads anew what other
// processes say they changed, everything after a lost connection to the database, and the bookings' window once an hour. Before it
// returns it has read everything once more: what changed between New and the first news is in memory too.
func (s *Service) Watch(ctx context.Context) (wait func(), err error) {
	events, cancel := s.store.Subscribe(topicSnapshot)
	if err := s.Reload(ctx); err != nil {
		cancel()
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer cancel()
		s.follow(ctx, events)
	}()
	return func() { <-ended }, nil
}

func (s *Service) follow(ctx context.Context, events <-chan store.Event) {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		what := ofBookings
		select {
		case <-ctx.Done():
			return
		case <-hourly.C:
		case event, open := <-events:
			if !open {
				return
			}
			origin, changed, _ := strings.Cut(event.Payload, " ")
			if what = changed; event.Lost {
				what = everything
			} else if origin == s.origin {
				continue
			}
		}
		if err := s.refresh(auth.System(ctx), what); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "the snapshot could not be read anew; trying again", "what", what, "error", err)
			s.retryRefresh(ctx)
		}
	}
}

// retryRefresh reads everything anew as soon as the database answers again.
func (s *Service) retryRefresh(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(500 * time.Millisecond):
		}
		if s.refresh(auth.System(ctx), everything) == nil {
			return
		}
	}
}

func descending(o *sql.OrderTermOptions) { o.Desc = true }

func deref[T any](p *T) T {
	if p == nil {
		var none T
		return none
	}
	return *p
}

// User gives a user by id, nil for none, from memory.
func (s *Service) User(id string) *ent.User { return s.people.Load().users[id] }

// Partner gives a partner by id, nil for none, from memory.
func (s *Service) Partner(id string) *ent.Partner { return s.people.Load().partners[id] }

// actorOf makes the actor of a user: role and scopes as they are now, whatever a token says.
func (s *Service) actorOf(u *ent.User, session string) auth.Actor {
	actor := auth.Actor{UserID: u.ID, Name: u.Email, Role: u.Role, Scopes: auth.ScopesOf(u.Role), SessionID: session}
	if u.Role == schema.RolePartner && u.PartnerID != nil {
		if p := s.people.Load().partners[*u.PartnerID]; p != nil && p.Active {
			actor.PartnerID, actor.Scopes = p.ID, p.Scopes
		}
	}
	return actor
}
