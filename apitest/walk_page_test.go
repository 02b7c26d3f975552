package apitest

import (
	"context"

	"kopeck/id"
	"kopeck/schema"
	"kopeck/store"
)

// addPages gives each of the customers a link of their own page and a request, of which every field has a value, and erases what is personal in the
// consent log of one.
func (s *seeded) addPages() {
	ctx, client, now := s.w.System(), s.w.App.Client, s.w.Clock.Now()
	for _, customer := range []string{s.mine, s.theirs, s.shared, s.kept, s.young} {
		client.CustomerLink.Create().SetID(s.w.App.IDs.Make(id.Link)).SetCustomerID(customer).SetCreatedAt(now).SetCreatedBy("system").SetExpiresAt(now.AddDate(0, 0, 90)).
			SetEndedAt(now).SetEndedBy("system").SetEndReason("lost").ExecX(ctx)
		client.PersonalDataRequest.Create().SetID(s.w.App.IDs.Make(id.DataRequest)).SetCustomerID(customer).SetKind(schema.RequestObject).SetState(schema.RequestRefused).SetAskedAt(now).
			SetDueAt(now.AddDate(0, 0, 10)).SetSource("a letter").SetText("No more").SetRecordedBy("system").SetClosedAt(now).SetClosedBy("system").SetReport("Not they").SetCreatedAt(now).SetUpdatedAt(now).ExecX(ctx)
	}
	err := s.w.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := s.w.App.Consent.EraseLogs(ctx, tx, []string{s.kept})
		return err
	})
	if err != nil {
		s.w.T.Fatal(err)
	}
}
