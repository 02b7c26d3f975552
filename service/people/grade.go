package people

import (
	"context"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// DatedGrade is the grade of a user from a moment on; nil for none.
type DatedGrade struct {
	Grade      *string
	ValidFrom  time.Time
	RecordedAt time.Time
}

// Grades returns the grades that a user has had, the newest first, from the snapshot. The caller may see what wages are.
func (s *Service) Grades(u *ent.User) []*DatedGrade {
	all, grades := []*DatedGrade{}, s.people.Load().grades[u.ID]
	if first := grades.First(); first != nil { // it has held before all others, whatever was recorded later
		from := first.ValidFrom
		if grades[0].ValidFrom.Before(from) {
			from = grades[0].ValidFrom
		}
		all = append(all, &DatedGrade{first.Value, from, first.RecordedAt})
		for _, one := range grades {
			if one != first {
				all = append(all, &DatedGrade{one.Value, one.ValidFrom, one.RecordedAt})
			}
		}
	}
	if len(all) == 0 && u.Grade != nil {
		all = append(all, &DatedGrade{u.Grade, u.CreatedAt, u.CreatedAt})
	}
	slices.Reverse(all)
	return all
}

// CodesAt returns a function for the codes under which the rate of a user's time at a moment is looked for, the closest first, by what was
// known at another, from the snapshot; nil for one who is not there.
func (s *Service) CodesAt(at, knownAt time.Time) func(userID string) []string {
	return func(userID string) []string {
		u := s.User(userID)
		if u == nil {
			return nil
		}
		return costing.StaffCodes(u.EmailKey, s.people.Load().grades[u.ID].At(at, knownAt, u.Grade))
	}
}

// changeGrade records that a user has a grade from a moment on, and returns the one that they have now: another, if a later change
// is known already.
func (s *Service) changeGrade(ctx context.Context, tx *store.Tx, u *ent.User, grade *string, from time.Time) (*string, error) {
	grades, err := s.ChangeDated(ctx, tx, schema.DatedGrade, u.ID, u.Grade, grade, u.CreatedAt, from)
	return grades.At(s.Now(), service.EndOfTime, grade), err
}
