// Package outbox holds the messages that leave for customers. One is queued in the transaction of what causes it (queue.go). Later it is
// handed over to its provider (deliver.go), in the order of the moments from which it is due: the permission is asked again in a
// transaction that holds the customer, and the contact is recorded in the one that finds the message to be sent (settle.go). What a provider
// does not take is tried again (retry.go). Messages can be cancelled, queued again and paused (change.go, pause.go). The reservation of
// messages for a worker, and the context in which it works, are in unguarded.go.
//
// It may import service, service/input, the packages consent, contacts and rates under service, and package mail.
package outbox

import (
	"context"

	"kopeck/ent"
	"kopeck/mail"
	"kopeck/service"
	"kopeck/service/consent"
	"kopeck/service/contacts"
	"kopeck/service/rates"
	"kopeck/store"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	consent  *consent.Service
	contacts *contacts.Service
	rates    *rates.Service
	woken    chan struct{} // full if something was queued since the worker looked

	// Mail is how e-mails leave, nil if none do; From is the address that they come from. Both are set before anything is served.
	Mail mail.Carrier
	From string
	// Unsubscribe returns the link of a message that ends its permission by one POST, "" for none; nil if there are no such links.
	Unsubscribe func(ctx context.Context, m *ent.Message) (string, error)
	// Fill returns the text of a message as it leaves: what is not to be kept is filled in. Package ownpage sets it.
	Fill func(ctx context.Context, m *ent.Message, text string) (string, error)
	// Offers says what becomes of offers with their messages. Package sale sets it.
	Offers Cause
}

// Cause is what becomes of the thing that a message is about. All but Attachment run in a transaction that holds the customer.
type Cause struct {
	// Stands returns why a message is not to be handed over any more, "" if it is.
	Stands func(ctx context.Context, tx *store.Tx, m *ent.Message) (reason string, err error)
	// Ended is called when a message was sent, by the contact, or was stopped or given up, by nil.
	Ended func(ctx context.Context, tx *store.Tx, m *ent.Message, sentBy *ent.Contact) error
	// Again is called when a message is queued again; it returns WRONG_STATE on id if it cannot be.
	Again func(ctx context.Context, tx *store.Tx, m *ent.Message) error
	// Attachment makes the file that goes with a message, outside of any transaction; nil for none.
	Attachment func(ctx context.Context, m *ent.Message) (*mail.Attachment, error)
}

// New makes the verbs.
func New(core *service.Core, consent *consent.Service, contacts *contacts.Service, rates *rates.Service) *Service {
	return &Service{Core: core, consent: consent, contacts: contacts, rates: rates, woken: make(chan struct{}, 1)}
}

// Carries reports whether e-mails leave by the outbox.
func (s *Service) Carries() bool { return s.Mail != nil }

// hold lets the outbox be paused only after the transaction; alone holds it against all others that queue or hand over. It is taken after
// customers.
func hold(ctx context.Context, tx *store.Tx, alone bool) error {
	return tx.Lock(ctx, store.LockOn("outbox", ""), !alone)
}
