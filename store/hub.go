package store

import "sync"

// Event is what subscribers of a topic hear.
type Event struct {
	Topic, Payload string

	// Lost says that events may have been missed (the listening connection was lost, or this subscriber was too slow):
	// read everything anew. Payload is then empty.
	Lost bool
}

// hub hands events to this process's subscribers.
type hub struct {
	mu          sync.Mutex
	subscribers map[string]map[chan Event]struct{}
	closed      bool
}

// waiting is how many events a subscriber may be behind.
const waiting = 64

func newHub() *hub { return &hub{subscribers: map[string]map[chan Event]struct{}{}} }

// subscribe opens a subscription; its channel is closed by cancel, or by the hub's end.
func (h *hub) subscribe(topic string) (events <-chan Event, cancel func()) {
	channel := make(chan Event, waiting)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(channel)
		return channel, func() {}
	}
	if h.subscribers[topic] == nil {
		h.subscribers[topic] = map[chan Event]struct{}{}
	}
	h.subscribers[topic][channel] = struct{}{}
	return channel, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if _, there := h.subscribers[topic][channel]; !there {
			return
		}
		delete(h.subscribers[topic], channel)
		if len(h.subscribers[topic]) == 0 {
			delete(h.subscribers, topic)
		}
		close(channel)
	}
}

// publish gives events to the subscribers of their topics, without ever waiting for one.
func (h *hub) publish(events ...Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, event := range events {
		for channel := range h.subscribers[event.Topic] {
			select {
			case channel <- event:
			default:
				lose(channel, event.Topic)
			}
		}
	}
}

// lost tells everyone that events may have been missed.
func (h *hub) lost() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for topic, channels := range h.subscribers {
		for channel := range channels {
			lose(channel, topic)
		}
	}
}

// lose puts Lost in the place of all that a subscriber has not taken yet: it will read everything anyway. There is
// room then, since only holders of the hub's lock send.
func lose(channel chan Event, topic string) {
	for {
		select {
		case <-channel:
		default:
			channel <- Event{Topic: topic, Lost: true}
			return
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, channels := range h.subscribers {
		for channel := range channels {
			close(channel)
		}
	}
	h.subscribers = nil
}
