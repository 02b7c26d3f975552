package bulk

import (
	"context"
	"slices"

	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// findStaff finds users by e-mail, and gives ids to those who do not exist.
func (c *chunk) findStaff(ctx context.Context, emails []string) error {
	keys := make([]string, 0, len(emails))
	for _, address := range emails {
		keys = append(keys, input.EmailKey(address))
	}
	var err error
	if c.people, err = c.usersByEmail(ctx, keys); err != nil {
		return err
	}
	for _, address := range emails {
		if key := input.EmailKey(address); c.people[key] == "" {
			c.people[key] = c.service.IDs.Make(id.User)
			c.newStaff[c.people[key]] = address
		}
	}
	return nil
}

// userColumns are the columns of a new user: inactive and without a password, since the import does not say who they
// are.
var userColumns = []store.Column[newUser]{
	{Name: "id", Value: func(u newUser) any { return u.id }},
	{Name: "created_at", Value: func(u newUser) any { return u.at }},
	{Name: "updated_at", Value: func(u newUser) any { return u.at }},
	{Name: "email", Value: func(u newUser) any { return u.email }},
	{Name: "email_key", Value: func(u newUser) any { return input.EmailKey(u.email) }},
	{Name: "name", Value: func(u newUser) any { return u.email }},
	{Name: "role", Value: func(newUser) any { return string(schema.RoleSales) }},
	{Name: "active", Value: func(newUser) any { return false }},
}

// addStaff makes those of the users who do not exist.
func (c *chunk) addStaff(ctx context.Context, userIDs []string) error {
	slices.Sort(userIDs)
	now := c.service.Now()
	var made []newUser
	for _, userID := range slices.Compact(userIDs) {
		if address := c.newStaff[userID]; address != "" {
			made = append(made, newUser{userID, address, now})
		}
	}
	if len(made) == 0 {
		return nil
	}
	if err := c.insertUsers(ctx, made); err != nil {
		return err
	}
	return c.service.SnapshotChanged(ctx, c.bulk.Tx, service.SnapshotPeople)
}
