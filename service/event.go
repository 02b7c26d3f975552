package service

import (
	"context"
	"strings"

	"kopeck/store"
)

// The topics that subscriptions listen to. What leaves a transaction leaves it after the commit, and every
// listener reads the row itself, as its own viewer.
const (
	topicCustomer = "customer" // the id of a customer that changed, or something of whose changed
	topicContact  = "contact"  // "contact customer"
)

// EveryCustomer is the payload of the event that any customer may have changed.
const EveryCustomer = "*"

// CustomerChanged tells subscribers, after the commit, that a customer or something of theirs has changed.
func (s *Core) CustomerChanged(ctx context.Context, tx *store.Tx, customerID string) error {
	s.BooksChanged(ctx, tx)
	return tx.Publish(topicCustomer, customerID)
}

// ContactRecorded tells subscribers, after the commit, that a contact was recorded.
func (s *Core) ContactRecorded(ctx context.Context, tx *store.Tx, contactID, customerID string) error {
	return tx.Publish(topicContact, contactID+" "+customerID)
}

// CustomerChanges gives a signal for every change of a customer until cancel; after a gap in the news one more.
func (s *Core) CustomerChanges(customerID string) (<-chan string, func()) {
	return s.listen(topicCustomer, func(event store.Event) string {
		if event.Lost || event.Payload == customerID || event.Payload == EveryCustomer {
			return customerID
		}
		return ""
	})
}

// ContactsRecorded gives the ids of contacts as they are recorded, of one customer or ("") of all, until cancel.
func (s *Core) ContactsRecorded(customerID string) (<-chan string, func()) {
	return s.listen(topicContact, func(event store.Event) string {
		contact, customer, _ := strings.Cut(event.Payload, " ")
		if customerID == "" || customer == customerID {
			return contact
		}
		return ""
	})
}

// listen passes on what pick makes of a topic's events; "" is nothing. It ends when the subscription does.
func (s *Core) listen(topic string, pick func(store.Event) string) (<-chan string, func()) {
	events, cancel := s.Store.Subscribe(topic)
	picked := make(chan string)
	done := make(chan struct{})
	go func() {
		defer close(picked)
		for event := range events {
			if one := pick(event); one != "" {
				select {
				case picked <- one:
				case <-done:
					return
				}
			}
		}
	}()
	return picked, func() { close(done); cancel() }
}

// BooksVersion counts what this process has changed in the books.
func (s *Core) BooksVersion() int64 { return s.books.Load() }

// BooksChanged says, inside a transaction, that contacts or credits have changed.
func (s *Core) BooksChanged(ctx context.Context, tx *store.Tx) {
	tx.AfterCommit(func() { s.books.Add(1) })
}
