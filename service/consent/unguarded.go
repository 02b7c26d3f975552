package consent

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/permissionevent"
	"kopeck/store"
)

// bypassGuard returns the context for what the server does by itself: the time of a permission ends whoever may
// see the customer.
func bypassGuard(ctx context.Context) context.Context { return auth.System(ctx) }

// writeByLink runs a transaction past the guard for the holder of a signed link, who has not signed in: the link names the
// one permission that is changed, and its signature has been verified.
func (s *Service) writeByLink(ctx context.Context, do func(ctx context.Context, tx *store.Tx) error) error {
	return s.Store.Write(auth.System(ctx), do)
}

// readAllLogs runs a transaction past the guard that reads the logs of all customers, whoever asks: a log is intact or not,
// and of one that is not only the permission's id is reported.
func (s *Service) readAllLogs(ctx context.Context, do func(ctx context.Context, tx *store.Tx) error) error {
	return s.Store.Read(auth.System(ctx), do)
}

// eventsAsRecorded returns the events of permissions that the caller may see, by permission and in their order, as their hashes cover them: of
// the merge that one is of, its source names the id, which whoever sees some customers alone is not shown elsewhere, and which says nothing of
// the other customer.
func (s *Service) eventsAsRecorded(ctx context.Context, client *ent.Client, permissionIDs ...string) ([]*ent.PermissionEvent, error) {
	return client.PermissionEvent.Query().Where(permissionevent.PermissionIDIn(permissionIDs...)).
		Order(permissionevent.ByPermissionID(), permissionevent.BySequence()).All(bypassGuard(ctx))
}
