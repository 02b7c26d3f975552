package ownpage

import (
	"context"

	"kopeck/auth"
	"kopeck/service"
	"kopeck/store"
)

// byLink returns the context in which the holder of a link acts, who has not signed in: the link names the one customer that is read or changed,
// and its signature has been verified.
func byLink(ctx context.Context) context.Context { return auth.ByLink(ctx) }

// writeByLink runs a transaction for the holder of a link.
func (s *Service) writeByLink(ctx context.Context, name string, do func(ctx context.Context, tx *store.Tx) error) error {
	_, err := s.Write(byLink(ctx), service.Verb{Name: name}, func(ctx context.Context, tx *store.Tx) (string, error) { return "", do(ctx, tx) })
	return err
}
