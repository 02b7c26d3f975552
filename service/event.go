package service

import (
	"context"
	"strings"

	"kopeck/store"
)

// The topics of subscriptions. An event is sent after the commit, and every subscriber reads the row itself, as its own
// viewer.
const (
	topicCustomer = "customer" // the id of a customer who has changed, or something of theirs
	topicContact  = "contact"  // "contact customer"
	topicTask     = "task"     // "task customer"
)

// EveryCustomer stands for the id of a customer where any may have changed.
const EveryCustomer = "*"

// CustomerChanged notifies subscribers, after the commit, that a customer or something of theirs has changed.
func (s *Core) CustomerChanged(ctx context.Context, tx *store.Tx, customerID string) error {
	s.BooksChanged(ctx, tx)
	return tx.Publish(topicCustomer, customerID)
}

// ContactRecorded notifies subscribers, after the commit, that a contact was recorded.
func (s *Core) ContactRecorded(ctx context.Context, tx *store.Tx, contactID, customerID string) error {
	return tx.Publish(topicContact, contactID+" "+customerID)
}

// TaskChanged notifies subscribers, after the commit, that a task was made or changed.
func (s *Core) TaskChanged(ctx context.Context, tx *store.Tx, taskID, customerID string) error {
	return tx.Publish(topicTask, taskID+" "+customerID)
}

// CustomerChanges returns a channel that receives the customer's id at every change until cancel is called, and once when
// events may have been lost.
func (s *Core) CustomerChanges(customerID string) (changes <-chan string, cancel func()) {
	return s.listen(topicCustomer, func(event store.Event) string {
		if event.Lost || event.Payload == customerID || event.Payload == s.Kept(customerID) || event.Payload == EveryCustomer {
			return customerID
		}
		return ""
	})
}

// ContactsRecorded returns a channel that receives the ids of contacts as they are recorded, of one customer or, for "", of
// all, until cancel is called.
func (s *Core) ContactsRecorded(customerID string) (contactIDs <-chan string, cancel func()) {
	return s.listen(topicContact, s.ofCustomer(customerID))
}

// TaskChanges returns a channel that receives the ids of tasks as they are made and changed, as [Core.ContactsRecorded] does.
func (s *Core) TaskChanges(customerID string) (taskIDs <-chan string, cancel func()) {
	return s.listen(topicTask, s.ofCustomer(customerID))
}

// ofCustomer picks of events "id customer" the ids that are of a customer, or of the one who answers for them, or, for "", all.
func (s *Core) ofCustomer(customerID string) func(event store.Event) string {
	return func(event store.Event) string {
		one, customer, _ := strings.Cut(event.Payload, " ")
		if customerID == "" || customer == customerID || customer == s.Kept(customerID) {
			return one
		}
		return ""
	}
}

// listen sends what pick returns of a topic's events; "" is not sent. It ends when the subscription does.
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

// BooksVersion returns a number that grows with every change of the books by this process, and of what is computed from
// them.
func (s *Core) BooksVersion() int64 { return s.books.Load() }

// BooksChanged raises BooksVersion after the commit: contacts or credits have changed.
func (s *Core) BooksChanged(ctx context.Context, tx *store.Tx) {
	tx.AfterCommit(func() { s.books.Add(1) })
}
