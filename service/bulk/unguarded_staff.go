package bulk

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// newUser is a user whom a file names and who does not exist.
type newUser struct {
	id, email string
	at        time.Time
}

// usersByEmail gives the ids of users by folded e-mail.
func (c *chunk) usersByEmail(ctx context.Context, keys []string) (map[string]string, error) {
	return c.lookUp(ctx, "SELECT email_key, id FROM users WHERE deleted_at IS NULL AND", "email_key", keys)
}

// gradesOf gives the present grades of users by folded e-mail.
func (c *chunk) gradesOf(ctx context.Context, keys []string) (map[string]string, error) {
	return c.lookUp(ctx, "SELECT email_key, grade FROM users WHERE deleted_at IS NULL AND grade IS NOT NULL AND", "email_key", keys)
}

// datedOf gives the dated values of a name, as the chunk's transaction or, of a check, its reader sees them.
func (c *chunk) datedOf(ctx context.Context, name schema.DatedName, subjects []string) (map[string]service.Dated, error) {
	of := map[string]service.Dated{}
	err := c.look(ctx, "SELECT id, subject, value, valid_from, recorded_at FROM dated_values WHERE name = '"+string(name)+"' AND", "subject", " ORDER BY id", subjects, func(scan store.ScanFunc) error {
		one := &ent.DatedValue{}
		err := scan(&one.ID, &one.Subject, &one.Value, &one.ValidFrom, &one.RecordedAt)
		one.ValidFrom, one.RecordedAt = one.ValidFrom.UTC(), one.RecordedAt.UTC()
		of[one.Subject] = append(of[one.Subject], one)
		return err
	})
	for subject, values := range of {
		of[subject] = service.NewDated(values)
	}
	return of, err
}

func (c *chunk) insertUsers(ctx context.Context, made []newUser) error {
	return store.CopyRows(ctx, c.bulk, "users", userColumns, made)
}
