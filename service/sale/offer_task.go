package sale

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/tasks"
	"kopeck/store"
)

// talkingTime is within which time an offer that no message carries is to be put to the customer.
const talkingTime = 24 * time.Hour

// askToTell makes the task of putting an offer to the customer by a channel that carries no messages of ours, with what to say: of the owner
// of the customer, or else of the sender. Where neither is a person of ours, as for an offer that a program sends, there is none.
func (s *Service) askToTell(ctx context.Context, tx *store.Tx, o *ent.Offer, c *ent.Customer, channel schema.Channel, purpose schema.Purpose, in service.Language) error {
	actor, _ := auth.From(ctx)
	var owner string
	switch {
	case c.OwnerID != nil && s.people.OfCompany(*c.OwnerID) != nil && s.people.Sees(*c.OwnerID, c):
		owner = *c.OwnerID
	case s.people.OfCompany(actor.UserID) != nil:
		owner = actor.UserID
	default:
		return nil
	}
	shown, err := s.shownOffer(ctx, tx.Client(), o, c, in)
	if err != nil {
		return err
	}
	due := s.Now().Add(talkingTime)
	if o.ExpiresAt.Before(due) {
		due = o.ExpiresAt
	}
	words := offerWords[shown.Language]
	why := shown.spoken()
	return s.tasks.Add(ctx, tx, c, tasks.Making{
		ID: s.IDs.Make(id.Task), Title: fmt.Sprintf(words.task, c.Name), Why: &why, DueAt: due, OwnerID: &owner, Channel: &channel, Purpose: &purpose, By: actor.Name,
	})
}

// spoken is what to say of an offer.
func (o shownOffer) spoken() string {
	words := offerWords[o.Language]
	var t strings.Builder
	for _, section := range o.Sections {
		if section.Name != "" {
			fmt.Fprintf(&t, "%s\n", section.Name)
		}
		for _, line := range section.Lines {
			fmt.Fprintf(&t, "%s: %s × %s = %s\n", line.Product, line.Quantity, line.Unit, line.Total)
		}
		fmt.Fprintf(&t, "%s %s\n", words.gross, section.Gross)
	}
	fmt.Fprintf(&t, words.until+"\n", o.Until)
	if o.Personal != "" {
		fmt.Fprintln(&t, o.Personal)
	}
	fmt.Fprintln(&t, o.ID)
	return cut(t.String(), tasks.MaxWhy)
}

// cut shortens a text to a number of characters.
func cut(text string, most int) string {
	if all := []rune(text); len(all) > most {
		return string(all[:most-1]) + "…"
	}
	return text
}
