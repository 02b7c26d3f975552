package mail

import (
	"context"
	"slices"
	"sync"
)

// kept is how many messages a mailbox keeps.
const kept = 200

// Mailbox is a carrier that keeps the messages in the memory of this process, the latest 200.
type Mailbox struct {
	mu       sync.Mutex
	messages []Message
}

// Carry implements [Carrier]. It takes every message that can be built.
func (b *Mailbox) Carry(ctx context.Context, m Message, leave Leave) Answer {
	if _, err := m.build(); err != nil {
		return Answer{Outcome: Refused, Text: "the message cannot be built: " + err.Error()}
	}
	if _, ok := leave(ctx); !ok {
		return Answer{}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = append(b.messages, m)
	if len(b.messages) > kept {
		b.messages = b.messages[len(b.messages)-kept:]
	}
	return Answer{Outcome: Accepted, Code: 250, Text: "kept in the mailbox of this process"}
}

// Messages returns what the mailbox has, the latest first.
func (b *Mailbox) Messages() []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]Message, 0, len(b.messages))
	for _, m := range slices.Backward(b.messages) {
		all = append(all, m)
	}
	return all
}
