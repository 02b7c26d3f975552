package consent

import (
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/wording"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// A wording is kept as it was shown, for as long as the permissions that were given by it can be asked about: nothing deletes one, and of its
// columns only those of its end ever change.

// CreateWording records a text by which customers are asked. Faults: FORBIDDEN for all but ADMIN; INVALID by field; ALREADY_EXISTS on version
// and id.
func (s *Service) CreateWording(ctx context.Context, in service.CreateWordingInput) (*ent.Wording, error) {
	actor, err := auth.Writer(ctx, "Wording")
	if err != nil {
		return nil, err
	}
	row, err := s.checkNewWording(in)
	if err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "createWording", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		now := s.Now()
		err := tx.Wording.Create().SetID(row.ID).SetCreatedAt(now).SetUpdatedAt(now).SetCode(row.Code).SetLanguage(row.Language).SetVersion(row.Version).
			SetText(row.Text).SetChannels(row.Channels).SetPurposes(row.Purposes).SetNillablePartOf(row.PartOf).SetValidFrom(row.ValidFrom).
			SetCreatedBy(actor.Name).Exec(ctx)
		if err != nil {
			return "", service.UniqueFault(err, in.ID != nil, service.UniqueColumn{Column: "version", Field: "version", Message: "the code has this version in the language already: a changed text is a new version"})
		}
		detail := map[string]any{"code": row.Code, "language": row.Language, "version": row.Version, "channels": row.Channels, "purposes": row.Purposes}
		return row.ID, s.Audit(ctx, tx, "wording.create", row.ID, detail)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Wording.Get(ctx, made)
}

func (s *Service) checkNewWording(in service.CreateWordingInput) (*ent.Wording, error) {
	var faults fault.List
	var row ent.Wording
	var err error
	row.ID, err = s.NewID(id.Wording, in.ID)
	faults.Add(err)
	row.Code, err = input.Text("code", in.Code, 100)
	faults.Add(err)
	row.Language, err = checkLanguage(in.Language)
	faults.Add(err)
	row.Version, err = input.Text("version", in.Version, 100)
	faults.Add(err)
	row.Text = in.Text
	faults.Add(checkText("text", in.Text))
	row.Channels, err = distinct("channels", in.Channels)
	faults.Add(err)
	row.Purposes, err = distinct("purposes", in.Purposes)
	faults.Add(err)
	row.PartOf, err = input.OptionalText("partOf", in.PartOf, 500)
	faults.Add(err)
	row.ValidFrom, err = s.HoldsFrom("validFrom", in.ValidFrom)
	faults.Add(err)
	return &row, faults.Or()
}

// distinct returns a list of at least one value in the order of the API, without repetitions.
func distinct[T interface {
	~string
	Values() []string
}](field string, values []T) ([]T, error) {
	var all []T
	for _, name := range T("").Values() {
		if slices.Contains(values, T(name)) {
			all = append(all, T(name))
		}
	}
	if len(all) == 0 {
		return nil, fault.Invalidf(field, "want at least one")
	}
	return all, nil
}

// checkLanguage returns a BCP 47 tag in its canonical spelling. Fault: INVALID on language.
func checkLanguage(text string) (string, error) {
	tag, err := language.Parse(strings.TrimSpace(text))
	if err != nil || tag == language.Und || len(text) > 35 {
		return "", fault.Invalidf("language", "want a BCP 47 tag, such as \"ru\" or \"en-GB\"")
	}
	return tag.String(), nil
}

// RetireWording ends the use of a wording from a moment on. Faults: FORBIDDEN for all but ADMIN; INVALID by field; NOT_FOUND on id; WRONG_STATE
// for one that is retired.
func (s *Service) RetireWording(ctx context.Context, in service.RetireWordingInput) (*ent.Wording, error) {
	actor, err := auth.Writer(ctx, "Wording")
	if err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.Wording, in.ID))
	reason, err := input.Text("reason", in.Reason, 2000)
	faults.Add(err)
	at, err := s.HoldsFrom("at", in.At)
	faults.Add(err)
	if now := s.Now(); at.Before(now) {
		if at = now; in.At != nil && in.At.Before(now.Add(-service.ClockSkew)) {
			faults.Add(fault.Invalidf("at", "want now or a moment in the future: permissions may have been given by it since then"))
		}
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "retireWording", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		row, err := lockWording(ctx, tx, "id", in.ID, false)
		switch {
		case err != nil:
			return "", err
		case row.RetiredAt != nil:
			return "", fault.New(fault.WrongState, "id", "the wording is retired since %s", row.RetiredAt.UTC().Format(time.RFC3339))
		case at.Before(row.ValidFrom):
			return "", fault.Invalidf("at", "want a moment from %s on, when the wording is shown first", row.ValidFrom.UTC().Format(time.RFC3339))
		}
		err = tx.Wording.UpdateOneID(row.ID).SetUpdatedAt(s.Now()).SetRetiredAt(at).SetRetiredBy(actor.Name).SetRetireReason(reason).Exec(ctx)
		if err != nil {
			return "", err
		}
		return row.ID, s.Audit(ctx, tx, "wording.retire", row.ID, map[string]any{"code": row.Code, "language": row.Language, "version": row.Version, "at": at, "reason": reason})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Wording.Get(ctx, in.ID)
}

// lockWording reads a wording. With shared it is not retired meanwhile; without, no permission is given by it either. NOT_FOUND on a field.
func lockWording(ctx context.Context, tx *store.Tx, field, wordingID string, shared bool) (*ent.Wording, error) {
	if err := tx.Lock(ctx, store.LockOn("wording", wordingID), shared); err != nil {
		return nil, err
	}
	row, err := tx.Wording.Query().Where(wording.ID(wordingID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch(field, "wording")
	}
	return row, err
}

// isShown reports whether a wording is shown at a moment.
func isShown(w *ent.Wording, at time.Time) bool {
	return !at.Before(w.ValidFrom) && (w.RetiredAt == nil || at.Before(*w.RetiredAt))
}
