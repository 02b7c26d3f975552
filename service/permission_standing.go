package service

import (
	"time"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service/input"
)

// Standing is what a permission's events make of it, one after the other.
type Standing struct {
	State     schema.PermissionState
	Level     schema.PermissionLevel
	GrantedAt time.Time
	ExpiresAt *time.Time
	RevokedAt *time.Time

	Last    *ent.PermissionEvent
	Request *ent.PermissionEvent // the last request that nothing has answered
}

// Apply takes the next event in. A request for more leaves an active permission as it is until it is confirmed; one
// that is open when the permission expires stays open.
func (st *Standing) Apply(e *ent.PermissionEvent) {
	st.Last = e
	switch e.Kind {
	case schema.EventRequested:
		st.Request = e
		if st.State != schema.PermissionActive {
			st.await(e)
		}
		return
	case schema.EventGranted, schema.EventConfirmed, schema.EventRaised, schema.EventLowered, schema.EventRenewed:
		if st.State != schema.PermissionActive {
			st.GrantedAt = e.At
		}
		st.State, st.Level, st.ExpiresAt = schema.PermissionActive, input.OrZero(e.Level), e.ExpiresAt
	case schema.EventExpired:
		if st.Request != nil && !Past(st.Request.ExpiresAt, e.At) {
			st.await(st.Request)
			return
		}
		st.State = schema.PermissionExpired
	case schema.EventRevoked:
		at := e.At
		st.State, st.RevokedAt = schema.PermissionRevoked, &at
	}
	st.Request = nil
}

func (st *Standing) await(request *ent.PermissionEvent) {
	st.State, st.Level = schema.PermissionPending, input.OrZero(request.Level)
	st.GrantedAt, st.ExpiresAt = request.At, request.ExpiresAt
}

// Overdue tells whether the permission's time is over and no event says so yet.
func (st *Standing) Overdue(at time.Time) bool {
	return (st.State == schema.PermissionActive || st.State == schema.PermissionPending) && Past(st.ExpiresAt, at)
}

// Past tells whether something that ends has ended.
func Past(end *time.Time, at time.Time) bool { return end != nil && !end.After(at) }

// Show writes the standing into a permission's row in memory.
func (st *Standing) Show(p *ent.Permission) {
	p.State, p.Level, p.GrantedAt, p.ExpiresAt, p.RevokedAt = st.State, st.Level, st.GrantedAt, st.ExpiresAt, st.RevokedAt
	p.Version = st.Last.Sequence
}
