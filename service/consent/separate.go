package consent

import (
	"context"
	"slices"
	"strings"

	"kopeck/ent"
	"kopeck/ent/permission"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// A consent is given apart from other texts, and for one purpose at a time: 152-FZ as changed by 156-FZ (from 2025-09-01), 38-FZ article 18,
// GDPR article 7 and recital 43. The setting strictConsent refuses a grant that is not; without it the grant is recorded with what it was
// bundled with.

// asked is what a customer was asked by one text.
type asked struct {
	channels []schema.Channel
	purposes []schema.Purpose
	partOf   string // "": the text stood alone
}

// beside returns what was asked beside one thing, for people; "" for nothing.
func (a asked) beside(channel schema.Channel, purpose schema.Purpose) string {
	var parts []string
	for _, one := range a.purposes {
		if one != purpose {
			parts = append(parts, "for "+string(one))
		}
	}
	for _, one := range a.channels {
		if one != channel {
			parts = append(parts, "by "+string(one))
		}
	}
	if a.partOf != "" {
		parts = append(parts, "part of "+a.partOf)
	}
	return strings.Join(parts, ", ")
}

// separateFaults returns, for each of the fields of a grant, what the setting strictConsent refuses.
func separateFaults(in service.GrantPermissionInput, partOf *string) (faults fault.List) {
	if partOf != nil {
		faults.Add(fault.Invalidf("partOf", "the consent must stand alone: want a text of its own, apart from %s (setting strictConsent)", *partOf))
	}
	if slices.ContainsFunc(in.AlsoPurposes, func(one schema.Purpose) bool { return one != in.Purpose }) {
		faults.Add(fault.Invalidf("alsoPurposes", "one text asks for one purpose: want a consent of its own for each (setting strictConsent)"))
	}
	if slices.ContainsFunc(in.AlsoChannels, func(one schema.Channel) bool { return one != in.Channel }) {
		faults.Add(fault.Invalidf("alsoChannels", "one text asks for one channel: want a consent of its own for each (setting strictConsent)"))
	}
	return faults
}

// checkAsks checks that a wording asks for what a grant grants, and with strictConsent for nothing else. INVALID on wordingId.
func checkAsks(w *ent.Wording, channel schema.Channel, purpose schema.Purpose, strict bool) error {
	if !slices.Contains(w.Channels, channel) || !slices.Contains(w.Purposes, purpose) {
		return fault.Invalidf("wordingId", "this wording does not ask for %s by %s", purpose, channel)
	}
	of := asked{w.Channels, w.Purposes, ""}
	if w.PartOf != nil {
		of.partOf = *w.PartOf
	}
	if more := of.beside(channel, purpose); strict && more != "" {
		return fault.Invalidf("wordingId", "this wording is not for %s by %s alone, but also: %s; want a text of its own for each consent (setting strictConsent)", purpose, channel, more)
	}
	return nil
}

// checkNotRefusedSince checks that a customer has not revoked what a grant grants after the moment at which they agreed to it: what is
// recorded late does not undo a refusal. WRONG_STATE on givenAt.
func checkNotRefusedSince(ctx context.Context, tx *store.Tx, customerID string, g *grant) error {
	if g.event.GivenAt == nil {
		return nil
	}
	refused, err := tx.Permission.Query().Where(
		permission.CustomerID(customerID), permission.ChannelEQ(g.channel), permission.PurposeEQ(g.purpose),
		permission.StateEQ(schema.PermissionRevoked), permission.RevokedAtGTE(*g.event.GivenAt),
	).Exist(ctx)
	if err == nil && refused {
		err = fault.New(fault.WrongState, "givenAt", "the customer has revoked %s by %s since then", g.purpose, g.channel)
	}
	return err
}
