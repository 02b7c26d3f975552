package service

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kopeck/auth"
	"kopeck/id"
	"kopeck/store"
)

// AuditRows are audit entries that are written together.
type AuditRows struct{ rows []auditRow }

// auditRow is an audit entry: who did what to which subject.
type auditRow struct {
	id                     string
	at                     time.Time
	actor, action, subject string
	detail                 json.RawMessage
}

// Audit records who changed what; detail is anything that can be written as JSON.
func (s *Core) Audit(ctx context.Context, tx *store.Tx, action, subject string, detail any) error {
	row, err := s.auditRow(ctx, action, subject, detail)
	if err != nil {
		return err
	}
	return s.createAudit(ctx, tx, row)
}

// AuditVersion records what a new version of a row changed, so that an update that is based on an older version can be merged
// with it.
func (s *Core) AuditVersion(ctx context.Context, tx *store.Tx, action, subject string, v VersionChange) error {
	return s.Audit(ctx, tx, action, subject, v)
}

// auditRow returns an entry by the context's actor.
func (s *Core) auditRow(ctx context.Context, action, subject string, detail any) (auditRow, error) {
	text, err := json.Marshal(detail)
	if err != nil {
		return auditRow{}, fmt.Errorf("service: audit %s: %w", action, err)
	}
	actor, _ := auth.From(ctx)
	return auditRow{id: s.IDs.Make(id.Audit), at: s.Now(), actor: actor.Name, action: action, subject: subject, detail: text}, nil
}

// Add adds an entry by the context's actor; detail is anything that can be written as JSON.
func (a *AuditRows) Add(ctx context.Context, s *Core, action, subject string, detail any) error {
	row, err := s.auditRow(ctx, action, subject, detail)
	if err != nil {
		return err
	}
	a.rows = append(a.rows, row)
	return nil
}

// Last returns the id of the entry that was added last.
func (a *AuditRows) Last() string { return a.rows[len(a.rows)-1].id }

// Write inserts the entries.
func (a *AuditRows) Write(ctx context.Context, tx *store.Tx) error {
	return insertAudits(ctx, tx, a.rows)
}
