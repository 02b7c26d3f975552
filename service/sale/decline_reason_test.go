package sale_test

import (
	"testing"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/ent/declinereason"
	"kopeck/schema"
	"kopeck/service"
)

// TestDeclineReasons extends the list of reasons, declines offers by them, and retires one.
func TestDeclineReasons(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		manager := s.As(schema.RoleManager)
		decline := func(key, words string) (*ent.Offer, string) {
			o, err := s.Sale.DeclineOffer(s.As(schema.RoleSales), service.DeclineOfferInput{ID: s.offer().ID, Reason: words, ReasonKey: key})
			return o, apptest.Faults(err)
		}
		for _, in := range []service.CreateDeclineReasonInput{{Key: "colour", NameEn: "a", NameRu: "b"}, {Key: "", NameEn: "a", NameRu: "b"}, {Key: "1A", NameEn: "a", NameRu: "b"}} {
			if _, err := s.Sale.CreateDeclineReason(manager, in); apptest.Faults(err) != "INVALID key" {
				t.Errorf("%q: %v", in.Key, err)
			}
		}
		if _, err := s.Sale.CreateDeclineReason(manager, service.CreateDeclineReasonInput{Key: "COLOUR"}); apptest.Faults(err) != "INVALID nameEn, INVALID nameRu" {
			t.Errorf("without names: %v", err)
		}
		if _, err := s.Sale.CreateDeclineReason(manager, service.CreateDeclineReasonInput{Key: "PRICE", NameEn: "a", NameRu: "b"}); apptest.Faults(err) != "ALREADY_EXISTS key" {
			t.Errorf("a key twice: %v", err)
		}
		if _, err := s.Sale.CreateDeclineReason(s.As(schema.RoleSales), service.CreateDeclineReasonInput{Key: "X", NameEn: "a", NameRu: "b"}); apptest.Faults(err) != "FORBIDDEN" {
			t.Errorf("by SALES: %v", err)
		}
		colour, err := s.Sale.CreateDeclineReason(manager, service.CreateDeclineReasonInput{Key: "COLOUR", NameEn: "The colour", NameRu: "Цвет"})
		s.Must(err)

		for _, c := range []struct{ key, words, want string }{
			{"PRICE", "", ""},
			{"PRICE", "800 elsewhere", ""},
			{"", "they moved", ""},
			{"OTHER", "they moved", ""},
			{"COLOUR", "", ""},
			{"", "", "INVALID reason"},
			{"OTHER", " ", "INVALID reason"},
			{"SHAPE", "x", "NOT_FOUND reasonKey"},
		} {
			o, got := decline(c.key, c.words)
			if got != c.want {
				t.Errorf("%+v: %q", c, got)
			}
			if got == "" && (*o.DeclineKey != max(c.key, "OTHER") && c.key == "" || c.key != "" && *o.DeclineKey != c.key || (o.DeclineReason != nil) != (c.words != "")) {
				t.Errorf("%+v: %v", c, o)
			}
		}

		retired, err := s.Sale.UpdateDeclineReason(manager, service.UpdateDeclineReasonInput{ID: colour.ID, ExpectedVersion: &colour.Version, Retired: new(true)})
		if err != nil || retired.RetiredAt == nil || retired.NameEn != "The colour" {
			t.Errorf("retired: %v, %v", retired, err)
		}
		if _, got := decline("COLOUR", "x"); got != "WRONG_STATE reasonKey" {
			t.Errorf("declined by a retired reason: %q", got)
		}
		if _, err := s.Sale.UpdateDeclineReason(manager, service.UpdateDeclineReasonInput{ID: colour.ID, ExpectedVersion: &colour.Version}); apptest.Faults(err) != "VERSION_CONFLICT expectedVersion" {
			t.Errorf("an old version: %v", err)
		}
		back, err := s.Sale.UpdateDeclineReason(manager, service.UpdateDeclineReasonInput{ID: colour.ID, Retired: new(false), NameRu: new("Не тот цвет")})
		if err != nil || back.RetiredAt != nil || back.NameRu != "Не тот цвет" {
			t.Errorf("brought back: %v, %v", back, err)
		}
		other := s.Client.DeclineReason.Query().Where(declinereason.Key("OTHER")).OnlyX(s.System())
		if _, err := s.Sale.UpdateDeclineReason(manager, service.UpdateDeclineReasonInput{ID: other.ID, Retired: new(true)}); apptest.Faults(err) != "WRONG_STATE retired" {
			t.Errorf("OTHER was retired: %v", err)
		}
	})
}
