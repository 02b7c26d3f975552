package sale

import (
	"context"
	"regexp"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/declinereason"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// otherReason is the key of the reason that stands for all that is not in the list; the customer's words say which it is.
const otherReason = "OTHER"

// maxReasonName is the length of a reason's name in characters.
const maxReasonName = 200

var reasonKey = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,39}$`)

// CreateDeclineReason adds a reason for which offers can be declined. Faults: FORBIDDEN; INVALID by field; ALREADY_EXISTS on key and id.
func (s *Service) CreateDeclineReason(ctx context.Context, in service.CreateDeclineReasonInput) (*ent.DeclineReason, error) {
	if _, err := auth.Writer(ctx, "DeclineReason"); err != nil {
		return nil, err
	}
	var faults fault.List
	newID, err := s.NewID(id.DeclineReason, in.ID)
	faults.Add(err)
	if !reasonKey.MatchString(in.Key) {
		faults.Add(fault.Invalidf("key", "want 1 to 40 capital letters, digits and underscores, beginning with a letter"))
	}
	english, err := input.Text("nameEn", in.NameEn, maxReasonName)
	faults.Add(err)
	russian, err := input.Text("nameRu", in.NameRu, maxReasonName)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "createDeclineReason", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		now := s.Now()
		err := tx.DeclineReason.Create().SetID(newID).SetKey(in.Key).SetNameEn(english).SetNameRu(russian).SetCreatedAt(now).SetUpdatedAt(now).Exec(ctx)
		if err != nil {
			return "", service.UniqueFault(err, in.ID != nil, service.UniqueColumn{Column: "key", Field: "key", Message: "there is a reason with this key"})
		}
		return newID, s.Audit(ctx, tx, "declineReason.create", newID, map[string]any{"key": in.Key, "nameEn": english, "nameRu": russian})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.DeclineReason.Get(ctx, made)
}

// UpdateDeclineReason renames or retires a reason, or brings it back. Faults: FORBIDDEN; INVALID by field; NOT_FOUND on id; WRONG_STATE on
// retired for OTHER; VERSION_CONFLICT.
func (s *Service) UpdateDeclineReason(ctx context.Context, in service.UpdateDeclineReasonInput) (*ent.DeclineReason, error) {
	if _, err := auth.Writer(ctx, "DeclineReason"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.DeclineReason, in.ID))
	for _, name := range []struct {
		field string
		text  *string
	}{{"nameEn", in.NameEn}, {"nameRu", in.NameRu}} {
		if name.text == nil {
			continue
		}
		checked, err := input.Text(name.field, *name.text, maxReasonName)
		faults.Add(err)
		*name.text = checked
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, service.Verb{Name: "updateDeclineReason"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		row, err := tx.DeclineReason.Query().Where(declinereason.ID(in.ID)).Only(ctx)
		switch {
		case ent.IsNotFound(err):
			return "", fault.NoSuch("id", "reason")
		case err != nil:
			return "", err
		case input.OrZero(in.Retired) && row.Key == otherReason:
			return "", fault.New(fault.WrongState, "retired", "%s stands for all that is not in the list and cannot be retired", otherReason)
		}
		if err := service.CheckVersion(in.ExpectedVersion, row.Version); err != nil {
			return "", err
		}
		// The version is a condition: of two changes at once the second is told of the first.
		update := tx.DeclineReason.Update().Where(declinereason.ID(row.ID), declinereason.VersionEQ(row.Version)).SetUpdatedAt(s.Now()).AddVersion(1)
		if in.NameEn != nil {
			update.SetNameEn(*in.NameEn)
		}
		if in.NameRu != nil {
			update.SetNameRu(*in.NameRu)
		}
		switch retired := in.Retired; {
		case retired != nil && *retired && row.RetiredAt == nil:
			update.SetRetiredAt(s.Now())
		case retired != nil && !*retired:
			update.ClearRetiredAt()
		}
		n, err := update.Save(ctx)
		if err != nil {
			return "", err
		}
		if n == 0 {
			return "", service.CheckVersion(&row.Version, row.Version+1)
		}
		return row.ID, s.Audit(ctx, tx, "declineReason.update", row.ID, map[string]any{"nameEn": in.NameEn, "nameRu": in.NameRu, "retired": in.Retired})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.DeclineReason.Get(ctx, in.ID)
}

// checkReason checks why an offer is declined: the key is of the list and not retired, and OTHER is explained. Faults: NOT_FOUND and
// WRONG_STATE on reasonKey; INVALID on reason.
func checkReason(ctx context.Context, tx *store.Tx, key string, words *string) error {
	row, err := tx.DeclineReason.Query().Where(declinereason.Key(key)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return fault.NoSuch("reasonKey", "reason of declineReasons")
	case err != nil:
		return err
	case row.RetiredAt != nil:
		return fault.New(fault.WrongState, "reasonKey", "the reason %s is retired", key)
	case key == otherReason && words == nil:
		return fault.Invalidf("reason", "must not be empty where reasonKey is %s", otherReason)
	}
	return nil
}

// ReasonName is the name of a reason in a language.
func ReasonName(r *ent.DeclineReason, language service.Language) string {
	if language == service.LanguageRu {
		return r.NameRu
	}
	return r.NameEn
}
