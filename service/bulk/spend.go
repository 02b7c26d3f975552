package bulk

import (
	"context"
	"maps"
	"slices"

	"kopeck/id"
	"kopeck/service/campaigns"
	"kopeck/store"
)

// spendImport is the work on the records of one call.
type spendImport struct {
	verdicts []Verdict
	fresh    []campaigns.SpendRecord // in their order
}

// Spends records spend of campaigns and spreads it once over the contacts that it caused: one transaction for all that it is given. Spend that is
// there with the same amount is left alone; one that RecordSpend would refuse is rejected for the same reason. Spend with its own id and moment
// of recording, of Kopeck's own format, keeps both.
func (i *Import) Spends(ctx context.Context, records []campaigns.SpendRecord) ([]Verdict, error) {
	s := i.service
	var w *spendImport
	work := func(ctx context.Context, tx *store.Tx) (err error) {
		w, err = s.placeSpends(ctx, tx, records, !i.Check)
		switch {
		case err != nil || i.Check || len(w.fresh) == 0:
			return err
		case i.AllOrNothing && slices.ContainsFunc(w.verdicts, func(v Verdict) bool { return v.Outcome == Rejected }):
			return ErrRejected
		}
		return s.campaigns.WriteSpends(ctx, tx, w.fresh)
	}
	run := s.Store.Write
	if i.Check {
		run = s.Store.Read
	}
	err := run(bypassGuard(ctx), work)
	if w == nil {
		return nil, err
	}
	return w.verdicts, err
}

// placeSpends decides what is done with each record. If they are to be written it holds their campaigns first.
func (s *Service) placeSpends(ctx context.Context, tx *store.Tx, records []campaigns.SpendRecord, writing bool) (*spendImport, error) {
	codes := map[string]bool{}
	for _, r := range records {
		codes[r.Campaign] = true
	}
	ids, err := campaigns.ByCodes(ctx, tx, slices.Sorted(maps.Keys(codes)))
	if err != nil {
		return nil, err
	}
	named := slices.Sorted(maps.Values(ids))
	if writing {
		if err := s.campaigns.HoldForSpend(ctx, tx, named...); err != nil {
			return nil, err
		}
	}
	there, err := s.campaigns.SpendsOf(ctx, tx, named)
	if err != nil {
		return nil, err
	}
	w, now := &spendImport{verdicts: make([]Verdict, len(records))}, s.Now()
	for n := range records {
		r := records[n]
		r.CampaignID = ids[r.Campaign]
		w.verdicts[n] = w.place(there, &r)
		if w.verdicts[n].Outcome != Added {
			continue
		}
		if r.ID == "" {
			r.ID = s.IDs.Make(id.Spend)
		}
		err := s.campaigns.CheckAhead("to", *r.Last)
		if err == nil {
			err = there.Place(&r, now)
		}
		if err != nil {
			w.verdicts[n] = rejected("%s", reason(err))
			continue
		}
		w.fresh = append(w.fresh, r)
	}
	return w, nil
}

// place decides what is done with a record, but for what its place among the others says.
func (w *spendImport) place(there *campaigns.RecordedSpends, r *campaigns.SpendRecord) Verdict {
	if err := campaigns.SpendFields().Check(r); err != nil {
		return rejected("%s", reason(err))
	}
	if r.CampaignID == "" {
		return unknownCampaign(r.Campaign)
	}
	if same, known := there.ByID(r.ID); known {
		if same.CampaignID == r.CampaignID && *same.First == *r.First && *same.Last == *r.Last && same.Amount == r.Amount {
			return Verdict{Outcome: Present}
		}
		return rejected("id: spend with this id and other content exists; omit the id to correct it")
	}
	if standing, known := there.Holding(r); known && standing.Amount == r.Amount && (r.RecordedAt.IsZero() || !r.Correction) {
		return Verdict{Outcome: Present}
	}
	return Verdict{Outcome: Added}
}

// ExportSpends calls each for all spend ever recorded, by campaign, period and recording. See ExportOrders.
func (s *Service) ExportSpends(ctx context.Context, each func(*campaigns.SpendRecord) error) error {
	return campaigns.EachSpend(bypassGuard(ctx), s.Store, each)
}
