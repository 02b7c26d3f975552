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

// wordings are the texts that people agreed to, by purpose; the second replaced the first after a year.
var wordings = map[schema.Purpose][2]string{
	schema.Marketing:       {"Я согласен получать от «Эркера» новости и предложения.", "Я согласен получать от «Эркера» новости и предложения не чаще двух раз в месяц и могу отказаться в любой момент."},
	schema.Personalisation: {"Я разрешаю «Эркеру» хранить мои мерки и предлагать цены лично для меня.", "Я разрешаю «Эркеру» хранить мои мерки и историю заказов и предлагать цены лично для меня, пока не передумаю."},
	schema.PartnerSharing:  {"Я разрешаю передавать сведения о моих заказах студии «Линия».", "Я разрешаю передавать сведения о моих заказах студии интерьеров «Линия», которая меня привела."},
	schema.Service:         {"Сообщайте мне о готовности заказа.", "Сообщайте мне о готовности и доставке заказа."},
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
	version, text := "2", wordings[purpose][1]
	if at.Before(c.begin.AddDate(0, 0, 365)) {
		version, text = "1", wordings[purpose][0]
	}
	actor, source := "system", "сайт erker.example, форма «Подписка»"
	if p.owner != nil && r.Float64() < 0.6 {
		actor, source = p.owner.Email, "разговор в салоне, анкета"
	}
	add := func(e ent.PermissionEvent) {
		if e.At.Before(c.end()) {
			a.add(&e, drawID(r, id.Event, e.At))
		}
	}
	given := ent.PermissionEvent{At: at, Kind: schema.EventGranted, Level: &level, Actor: actor, Source: source, Wording: &text, WordingVersion: &version}
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
	if p.number > 0 && r.Float64() < 0.13 && given.ExpiresAt == nil {
		over := c.atWork(r, at.AddDate(0, 0, 30+r.IntN(400)))
		add(ent.PermissionEvent{At: over, Kind: schema.EventRevoked, Actor: "the customer", Source: "revocation link", Reason: pointer("слишком много писем")})
		return
	}
	if end := given.ExpiresAt; end != nil {
		if level != schema.Situation && r.Float64() < 0.4 {
			renewed := end.AddDate(0, 0, -10)
			add(ent.PermissionEvent{At: renewed, Kind: schema.EventRenewed, Level: &level, ExpiresAt: pointer(end.AddDate(0, 0, 365)), Actor: actor, Source: source, Wording: &text, WordingVersion: &version})
			end = pointer(end.AddDate(0, 0, 365))
		}
		add(ent.PermissionEvent{At: *end, Kind: schema.EventExpired, Actor: "system", Source: "its time is over"})
		return
	}
	if purpose == schema.Personalisation && (p.number == 0 || r.Float64() < 0.12) {
		higher := schema.Points
		if r.Float64() < 0.2 {
			higher = schema.Intravenous
		}
		add(ent.PermissionEvent{At: c.atWork(r, at.AddDate(0, 0, 60+r.IntN(200))), Kind: schema.EventRaised, Level: &higher, Actor: actor, Source: "программа «Свои люди»", Wording: &text, WordingVersion: &version})
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
