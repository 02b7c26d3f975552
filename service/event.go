package service

import (
	"context"
	"maps"
	"slices"
	"strings"

	"kopeck/store"
)

// The topics of subscriptions. An event is sent after the commit, and every subscriber reads the row itself, as its own
// viewer.
const (
	topicCustomer = "customer" // "customer changes": see CustomerChanged
	topicContact  = "contact"  // "contact customer"
	topicTask     = "task"     // "task customer", or "task customer,customer"
)

// EveryCustomer stands for the id of a customer where any may have changed.
const EveryCustomer = "*"

// Anything stands for what has changed of a customer where that is not known.
const Anything = "*"

// CustomerChanged notifies subscribers, after the commit, of what has changed of a customer. Whoever may see one of the changes hears of it; of
// none, nobody does. A change is a noun of which rows have changed ("Order"), a field of one of them ("Contact.source"), a field of the customer in the API ("tags"), or the id of a
// customer or of the definition of a field whom it concerns; where all of several must be seen, they are joined by [Both].
func (s *Core) CustomerChanged(ctx context.Context, tx *store.Tx, customerID string, changes ...string) error {
	s.BooksChanged(ctx, tx)
	if len(changes) == 0 {
		return nil
	}
	return tx.Publish(topicCustomer, customerID+" "+strings.Join(changes, ","))
}

// Both is a change of which hears who may see one thing and the other.
func Both(one, other string) string { return one + "+" + other }

// ChangesIn returns the changes of an event that [Core.CustomerChanges] gives, each with all that must be seen to hear of it.
func ChangesIn(event string) (changes [][]string) {
	for change := range strings.SplitSeq(event, ",") {
		changes = append(changes, strings.Split(change, "+"))
	}
	return changes
}

// MergesChanged is the change of a customer of who was merged into them.
const MergesChanged = "merges"

// ToldOfMerge reports whether an event that [Core.CustomerChanges] gives is of a merge or its undoing.
func ToldOfMerge(event string) bool {
	return slices.ContainsFunc(ChangesIn(event), func(change []string) bool { return slices.Contains(change, MergesChanged) })
}

// ChangedFields returns what has changed of a customer by their fields, as the audit has them: of a field that names a customer whom it named
// and names.
func ChangedFields(fields map[string]Change) (changes []string) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		named := CustomersChanged(fields[name])
		switch field, ofOther := strings.CutSuffix(name, "Id"); {
		case len(named) > 0:
			changes = append(changes, named...)
		case ofOther && name != "externalId":
			changes = append(changes, field)
		default:
			changes = append(changes, name)
		}
	}
	return changes
}

// ContactRecorded notifies subscribers, after the commit, that a contact was recorded.
func (s *Core) ContactRecorded(ctx context.Context, tx *store.Tx, contactID, customerID string) error {
	return tx.Publish(topicContact, contactID+" "+customerID)
}

// TaskChanged notifies subscribers, after the commit, that a task was made or changed: those of its customer and, where it has moved, of the other.
func (s *Core) TaskChanged(ctx context.Context, tx *store.Tx, taskID string, customerIDs ...string) error {
	return tx.Publish(topicTask, taskID+" "+strings.Join(customerIDs, ","))
}

// CustomerChanges returns a channel that receives what has changed of a customer until cancel is called, and Anything when events may have been
// lost: see [ChangesIn].
func (s *Core) CustomerChanges(customerID string) (changes <-chan string, cancel func()) {
	return s.listen(topicCustomer, func(event store.Event) string {
		if event.Lost {
			return Anything
		}
		if of, changed, _ := strings.Cut(event.Payload, " "); of == customerID || of == s.Kept(customerID) || of == EveryCustomer {
			return changed
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

// ofCustomer picks of events "id customer", or "id customer,customer", the ids that are of a customer, or of the one who answers for them, or, for "", all.
func (s *Core) ofCustomer(customerID string) func(event store.Event) string {
	return func(event store.Event) string {
		one, of, _ := strings.Cut(event.Payload, " ")
		customers := strings.Split(of, ",")
		if customerID == "" || slices.Contains(customers, customerID) || slices.Contains(customers, s.Kept(customerID)) {
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
