package bulk

import (
	"context"

	"kopeck/store"
)

// RekeyTogether sets how many customers a transaction of Rekey reads.
func (s *Service) RekeyTogether(n int) { s.rekeyTogether = n }

// RekeyNext runs one transaction of Rekey.
func (s *Service) RekeyNext(ctx context.Context) (looked int, more bool, err error) {
	err = s.Store.Session(bypassGuard(ctx), func(ctx context.Context, session *store.Session) error {
		looked, more, err = s.rekeyNext(ctx, session)
		return err
	})
	return looked, more, err
}
