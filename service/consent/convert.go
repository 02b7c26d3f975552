package consent

import (
	"kopeck/consentlog"
	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service/input"
)

// What the consent log's values are called in the model. Both write the names of the API, so nothing is looked up.

func permissionOf(p *ent.Permission) consentlog.Permission {
	return consentlog.Permission{ID: p.ID, CustomerID: input.Or(p.SealedFor, p.CustomerID), Channel: string(p.Channel), Purpose: string(p.Purpose)}
}

func eventOf(e *ent.PermissionEvent) consentlog.Event {
	return consentlog.Event{
		ID: e.ID, Sequence: e.Sequence, At: e.At, Kind: consentlog.Kind(e.Kind), Level: (*string)(e.Level), ExpiresAt: e.ExpiresAt,
		Actor: e.Actor, Source: e.Source, Wording: e.Wording, WordingVersion: e.WordingVersion, Address: e.Address, Reason: e.Reason,
		WordingID: e.WordingID, Language: e.Language, BundledWith: e.BundledWith, GivenAt: e.GivenAt,
		PreviousHash: e.PreviousHash, Hash: e.Hash, ErasedHash: e.ErasedHash,
	}
}

func eventsOf(rows []*ent.PermissionEvent) []consentlog.Event {
	events := make([]consentlog.Event, len(rows))
	for i, e := range rows {
		events[i] = eventOf(e)
	}
	return events
}

// rowOf returns what is stored of a permission beside its events.
func rowOf(p *ent.Permission) consentlog.Row {
	return consentlog.Row{
		State: consentlog.State(p.State), Level: string(p.Level), GrantedAt: p.GrantedAt, ExpiresAt: p.ExpiresAt, RevokedAt: p.RevokedAt,
		Version: p.Version,
	}
}

// setRow sets a permission, in memory, to what its events make of it.
func setRow(p *ent.Permission, r consentlog.Row) {
	p.State, p.Level, p.GrantedAt = schema.PermissionState(r.State), schema.PermissionLevel(r.Level), r.GrantedAt
	p.ExpiresAt, p.RevokedAt, p.Version = r.ExpiresAt, r.RevokedAt, r.Version
}

// SealEvent sets an event's hashes: that of the event before it ("" for the first event) and its own.
func SealEvent(p *ent.Permission, e *ent.PermissionEvent, previous string) {
	sealed := eventOf(e)
	consentlog.Seal(permissionOf(p), &sealed, previous)
	e.PreviousHash, e.Hash = sealed.PreviousHash, sealed.Hash
}
