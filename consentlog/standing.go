package consentlog

import "time"

// State says whether a permission holds. The values are those of the API's PermissionState.
type State string

// The states of a permission.
const (
	StatePending State = "PENDING"
	StateActive  State = "ACTIVE"
	StateExpired State = "EXPIRED"
	StateRevoked State = "REVOKED"
	StateMerged  State = "MERGED"
)

// At returns the state that a permission has at a moment, given the one after its last event and its end: what is
// active or pending expires at its end, whether or not an event has recorded it.
func (s State) At(at time.Time, expiresAt *time.Time) State {
	if (s == StateActive || s == StatePending) && Ended(expiresAt, at) {
		return StateExpired
	}
	return s
}

// Standing is what a permission's events make of it, applied one after the other. The zero value is that of no events.
type Standing struct {
	State     State
	Level     string
	GrantedAt time.Time
	ExpiresAt *time.Time
	RevokedAt *time.Time
	Last      *Event // the last event; its sequence is the permission's version
	Request   *Event // the last request that nothing has answered
	Agreed    *Event // the event with the text that the customer agreed to last: a grant, or a request that was confirmed; nil for none

	merged *Standing // before it was ended by a merge
}

// Replay returns the standing that events make, given in their order.
func Replay(events []Event) Standing {
	var s Standing
	for i := range events {
		s.Apply(&events[i])
	}
	return s
}

// Apply takes the next event in, and keeps the pointer. A request for more leaves an active permission as it is until it
// is confirmed; a request that is open when the permission expires stays open.
func (s *Standing) Apply(e *Event) {
	s.Last = e
	switch e.Kind {
	case Requested:
		s.Request = e
		if s.State != StateActive {
			s.await(e)
		}
		return
	case Granted, Confirmed, Raised, Lowered, Renewed:
		if s.State != StateActive {
			s.GrantedAt = e.At
		}
		s.State, s.Level, s.ExpiresAt = StateActive, levelOf(e), e.ExpiresAt
		if s.Agreed = e; e.Kind == Confirmed {
			s.Agreed = s.Request
		}
	case Expired:
		if s.Request != nil && !Ended(s.Request.ExpiresAt, e.At) {
			s.await(s.Request)
			return
		}
		s.State = StateExpired
	case Revoked:
		at := e.At
		s.State, s.RevokedAt = StateRevoked, &at
	case Merged:
		before := *s
		s.State, s.merged = StateMerged, &before
	case Separated:
		s.separate()
		return
	}
	s.Request = nil
}

// separate makes the permission what it was before a merge ended it.
func (s *Standing) separate() {
	if last := s.Last; s.State == StateMerged {
		*s = *s.merged
		s.Last = last
	}
}

// await makes the permission wait for a request to be confirmed.
func (s *Standing) await(request *Event) {
	s.State, s.Level = StatePending, levelOf(request)
	s.GrantedAt, s.ExpiresAt = request.At, request.ExpiresAt
}

func levelOf(e *Event) string {
	if e.Level == nil {
		return ""
	}
	return *e.Level
}

// Overdue reports whether the permission's time is over and no event says so yet.
func (s *Standing) Overdue(at time.Time) bool { return s.State.At(at, s.ExpiresAt) != s.State }

// Row is what is stored of a permission in addition to its events.
type Row struct {
	State     State
	Level     string
	GrantedAt time.Time
	ExpiresAt *time.Time
	RevokedAt *time.Time
	Version   int
}

// Row returns the row that the events make of the permission, with the state after the last event. There must be one.
func (s *Standing) Row() Row {
	return Row{s.State, s.Level, s.GrantedAt, s.ExpiresAt, s.RevokedAt, s.Last.Sequence}
}
