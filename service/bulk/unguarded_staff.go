package bulk

import (
	"context"
	"time"

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

// gradesOf gives the grades of users by folded e-mail.
func (c *chunk) gradesOf(ctx context.Context, keys []string) (map[string]string, error) {
	return c.lookUp(ctx, "SELECT email_key, grade FROM users WHERE deleted_at IS NULL AND grade IS NOT NULL AND", "email_key", keys)
}

func (c *chunk) insertUsers(ctx context.Context, made []newUser) error {
	return store.CopyRows(ctx, c.bulk, "users", userColumns, made)
}
