package bulk

import (
	"context"
	"time"

	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/people"
	"kopeck/store"
)

// usersByEmail gives the ids of users by folded e-mail.
func (c *chunk) usersByEmail(ctx context.Context, keys []string) (map[string]string, error) {
	return c.lookUp(ctx, "SELECT email_key, id FROM users WHERE deleted_at IS NULL AND", "email_key", keys)
}

// gradesOf gives the present grades of users by folded e-mail.
func (c *chunk) gradesOf(ctx context.Context, keys []string) (map[string]string, error) {
	return c.lookUp(ctx, "SELECT email_key, grade FROM users WHERE deleted_at IS NULL AND grade IS NOT NULL AND", "email_key", keys)
}

// exportedUser is a user as files name them.
type exportedUser struct {
	email, grade string // the grade is that of now
	madeAt       time.Time
}

// exportedUsers returns users by their ids.
func (c *chunk) exportedUsers(ctx context.Context, ids []string) (map[string]exportedUser, error) {
	all := make(map[string]exportedUser, len(ids))
	return all, c.look(ctx, "SELECT id, email, grade, created_at FROM users WHERE", "id", "", ids, func(scan store.ScanFunc) error {
		var userID string
		var u exportedUser
		err := scan(&userID, &u.email, store.OrZero(&u.grade), store.UTC(&u.madeAt))
		all[userID] = u
		return err
	})
}

// ungraded returns those of some users whom a file has made and of whom no grade is known, by id.
func (c *chunk) ungraded(ctx context.Context, userIDs []string) (found []string, err error) {
	const query = `SELECT id FROM users WHERE grade IS NULL AND NOT active AND password_hash IS NULL
		AND NOT EXISTS (SELECT 1 FROM dated_values d WHERE d.name = '` + string(schema.DatedGrade) + `' AND d.subject = users.id) AND`
	return found, c.look(ctx, query, "id", " ORDER BY id", userIDs, func(scan store.ScanFunc) error {
		var userID string
		err := scan(&userID)
		found = append(found, userID)
		return err
	})
}

// insertGrades writes the grades of a user who has none.
func (c *chunk) insertGrades(ctx context.Context, userID string, grades service.Dated) error {
	if err := c.insertDated(ctx, grades); err != nil {
		return err
	}
	_, err := c.bulk.Exec(ctx, "UPDATE users SET grade = ? WHERE id = ?", grades.At(c.service.Now(), service.EndOfTime, nil), userID)
	return err
}

func (c *chunk) insertUsers(ctx context.Context, made []*people.Record) error {
	return store.CopyRows(ctx, c.bulk, "users", userColumns, made)
}
