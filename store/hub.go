package store

import "sync"

// Event is a notification to the subscribers of a topic.
type Event struct {
	Topic, Payload string

	// Lost reports that events may have been missed: the listening connection was lost, or the subscriber was too slow.
	// The subscriber must read everything again. Payload is then empty.
	Lost bool
}

// hub distributes events to the subscribers in this process.
type hub struct {
	mu          sync.Mutex
	subscribers map[string]map[chan Event]struct{}
	closed      bool
}

// backlog is the number of events that a subscriber may be behind.
const backlog = 64

func newHub() *hub { return &hub{subscribers: map[string]map[chan Event]struct{}{}} }

// subscribe opens a subscription. Its channel is closed by cancel or when the hub is closed.
func (h *hub) subscribe(topic string) (events <-chan Event, cancel func()) {
	channel := make(chan Event, backlog)
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
		if _, open := h.subscribers[topic][channel]; !open {
			return
		}
		delete(h.subscribers[topic], channel)
		if len(h.subscribers[topic]) == 0 {
			delete(h.subscribers, topic)
		}
		close(channel)
	}
}

// publish sends events to the subscribers of their topics without waiting for any of them.
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

// lost notifies all subscribers that events may have been missed.
func (h *hub) lost() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for topic, channels := range h.subscribers {
		for channel := range channels {
			lose(channel, topic)
		}
	}
}

// lose replaces all events that a subscriber has not received yet by one Lost event. The send never blocks: the channel
// has just been emptied, and only holders of the hub's lock send.
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
