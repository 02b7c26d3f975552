package demo

import (
	"time"

	"kopeck/ent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service/consent"
)

// permission is a permission in the making with its consent log.
type permission struct {
	row        *ent.Permission
	events     []*ent.PermissionEvent
	activeFrom time.Time // zero: never
	activeTo   time.Time // the end of it; zero: none
}

// levelAt returns the level that held at a moment, "" where it was not active.
func (a *permission) levelAt(at time.Time) schema.PermissionLevel {
	if a.activeFrom.IsZero() || at.Before(a.activeFrom) || (!a.activeTo.IsZero() && !at.Before(a.activeTo)) {
		return ""
	}
	var level schema.PermissionLevel
	for _, e := range a.events {
		if e.Level != nil && !e.At.After(at) && e.Kind != schema.EventRequested {
			level = *e.Level
		}
	}
	return level
}

// permitted returns the permission that allowed a contact at a moment, nil for none.
func (p *person) permitted(channel schema.Channel, purpose schema.Purpose, least schema.PermissionLevel, at time.Time) *permission {
	for _, a := range p.permissions {
		if a.row.Channel == channel && a.row.Purpose == purpose && a.levelAt(at).Rank() >= least.Rank() {
			return a
		}
	}
	return nil
}

// highest returns the highest level that held at a moment, "" for none.
func (p *person) highest(at time.Time) schema.PermissionLevel {
	var best schema.PermissionLevel
	for _, a := range p.permissions {
		if level := a.levelAt(at); level.Rank() > best.Rank() {
			best = level
		}
	}
	return best
}

// drawPermissions draws what a customer permits: mostly marketing by e-mail first, the use of their own data later.
func (c *company) drawPermissions(p *person) {
	r := p.draws
	trusting := p.number == 0
	first := c.atWork(r, p.created.AddDate(0, 0, r.IntN(6)))
	if p.email != "" && (trusting || r.Float64() < 0.85) {
		c.drawPermission(p, schema.ByEmail, schema.Marketing, schema.BrandTrust, first)
	}
	if p.phone != "" && (trusting || r.Float64() < 0.45) {
		channel := [...]schema.Channel{schema.ByPhone, schema.ByPhone, schema.ByMessenger, schema.BySMS}[r.IntN(4)]
		c.drawPermission(p, channel, schema.Marketing, schema.BrandTrust, c.atWork(r, first.AddDate(0, 0, r.IntN(30))))
	}
	if p.phone != "" && (trusting || r.Float64() < 0.4) {
		c.drawPermission(p, schema.ByMessenger, schema.Personalisation, schema.Personal, c.atWork(r, first.AddDate(0, 0, r.IntN(60))))
	}
	if p.email != "" && (trusting || r.Float64() < 0.2) {
		c.drawPermission(p, schema.ByEmail, schema.Personalisation, schema.Personal, c.atWork(r, first.AddDate(0, 0, r.IntN(90))))
	}
	if r.Float64() < 0.08 {
		c.drawPermission(p, schema.ByPhone, schema.Service, schema.Situation, c.atWork(r, first.AddDate(0, 0, r.IntN(120))))
	}
	if p.partner && r.Float64() < 0.8 {
		c.drawPermission(p, schema.ByApp, schema.PartnerSharing, schema.Personal, first)
	}
}

// drawPermission draws a permission and what became of it.
func (c *company) drawPermission(p *person, channel schema.Channel, purpose schema.Purpose, level schema.PermissionLevel, at time.Time) {
	r := p.draws
	if !at.Before(c.end()) {
		return
	}
	a := &permission{row: &ent.Permission{ID: drawID(r, id.Permission, at), CustomerID: p.id, Channel: channel, Purpose: purpose, Level: level, GrantedAt: at}}
	p.permissions = append(p.permissions, a)
	actor, source := "system", "сайт erker.example, форма «Подписка»"
	if p.owner != nil && r.Float64() < 0.6 {
		actor, source = p.owner.Email, "разговор в салоне, анкета"
	}
	add := func(e ent.PermissionEvent) {
		if e.At.Before(c.end()) {
			a.add(&e, drawID(r, id.Event, e.At))
		}
	}
	given := c.by(ent.PermissionEvent{At: at, Kind: schema.EventGranted, Level: &level, Actor: actor, Source: source}, topic{purpose, channel})
	switch {
	case level == schema.Situation:
		given.ExpiresAt = pointer(at.Add(24 * time.Hour))
	case p.number > 0 && r.Float64() < 0.08:
		given.ExpiresAt = pointer(at.AddDate(0, 0, 365))
	}
	confirmed := actor == "system" && level != schema.Situation && p.number > 0
	if confirmed {
		given.Kind, given.Address = schema.EventRequested, pointer("203.0.113."+padded(1+r.IntN(250), 1))
	}
	add(given)
	if confirmed {
		if r.Float64() < 0.12 {
			return // never confirmed
		}
		at = at.Add(time.Duration(2+r.IntN(300)) * time.Minute)
		add(ent.PermissionEvent{At: at, Kind: schema.EventConfirmed, Level: &level, ExpiresAt: given.ExpiresAt, Actor: "system", Source: "confirmation link"})
	}
	c.drawOutcome(p, topic{purpose, channel}, &given, at, add)
}

// drawOutcome draws what becomes of a permission that was given and is active from a moment on: it is revoked, ends, is renewed or
// raised, or stays.
func (c *company) drawOutcome(p *person, about topic, given *ent.PermissionEvent, at time.Time, add func(ent.PermissionEvent)) {
	r := p.draws
	if p.number > 0 && r.Float64() < 0.13 && given.ExpiresAt == nil {
		over := c.atWork(r, at.AddDate(0, 0, 30+r.IntN(400)))
		add(ent.PermissionEvent{At: over, Kind: schema.EventRevoked, Actor: "the customer", Source: "revocation link", Reason: pointer("слишком много писем")})
		return
	}
	if end := given.ExpiresAt; end != nil {
		if *given.Level != schema.Situation && r.Float64() < 0.4 {
			renewed := end.AddDate(0, 0, -10)
			add(c.by(ent.PermissionEvent{At: renewed, Kind: schema.EventRenewed, Level: given.Level, ExpiresAt: pointer(end.AddDate(0, 0, 365)), Actor: given.Actor, Source: given.Source}, about))
			end = pointer(end.AddDate(0, 0, 365))
		}
		add(ent.PermissionEvent{At: *end, Kind: schema.EventExpired, Actor: "system", Source: "its time is over"})
		return
	}
	if about.purpose == schema.Personalisation && (p.number == 0 || r.Float64() < 0.12) {
		higher := schema.Points
		if r.Float64() < 0.2 {
			higher = schema.Intravenous
		}
		add(c.by(ent.PermissionEvent{At: c.atWork(r, at.AddDate(0, 0, 60+r.IntN(200))), Kind: schema.EventRaised, Level: &higher, Actor: given.Actor, Source: "программа «Свои люди»"}, about))
	}
}

// add adds an event to the ledger, sealed, and shows in the row what it makes of the permission.
func (a *permission) add(e *ent.PermissionEvent, eventID string) {
	p, previous := a.row, ""
	if n := len(a.events); n > 0 {
		previous = a.events[n-1].Hash
	}
	e.ID, e.PermissionID, e.Sequence = eventID, p.ID, len(a.events)+1
	consent.SealEvent(p, e, previous)
	a.events = append(a.events, e)
	p.Version = e.Sequence
	switch e.Kind {
	case schema.EventRequested:
		p.State, p.Level, p.GrantedAt, p.ExpiresAt = schema.PermissionPending, *e.Level, e.At, e.ExpiresAt
	case schema.EventGranted, schema.EventConfirmed:
		p.State, p.Level, p.GrantedAt, p.ExpiresAt = schema.PermissionActive, *e.Level, e.At, e.ExpiresAt
		a.activeFrom = e.At
	case schema.EventRaised, schema.EventRenewed:
		p.Level, p.ExpiresAt = *e.Level, e.ExpiresAt
	case schema.EventExpired:
		p.State, a.activeTo = schema.PermissionExpired, e.At
	case schema.EventRevoked:
		p.State, p.RevokedAt, a.activeTo = schema.PermissionRevoked, &e.At, e.At
	}
}
