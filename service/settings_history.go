package service

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"sort"
	"time"
)

// settingsVersion is the settings as they were from a moment on.
type settingsVersion struct {
	from time.Time
	*Settings
}

// SettingsAt returns the settings that held at a moment. A figure that rests on a moment is computed by them, so that a change of
// a setting holds for what happens from then on.
func (s *Core) SettingsAt(at time.Time) *Settings { return s.Settings().at(at) }

func (s *Settings) at(at time.Time) *Settings {
	next := sort.Search(len(s.earlier), func(i int) bool { return s.earlier[i].from.After(at) })
	if next == 0 || next == len(s.earlier) {
		if len(s.earlier) == 0 || next > 0 {
			return s
		}
		return s.earlier[0].Settings
	}
	return s.earlier[next-1].Settings
}

// Turns returns the moments after one and up to another from which settings were others.
func (s *Settings) Turns(after, to time.Time) (moments []time.Time) {
	for _, one := range s.earlier {
		if one.from.After(after) && !one.from.After(to) {
			moments = append(moments, one.from)
		}
	}
	return moments
}

// PricesAs reports whether prices are computed as by other settings.
func (s *Settings) PricesAs(other *Settings) bool {
	if s == other {
		return true
	}
	for _, name := range []string{"priceStep", "load", "workingDays", "daysOff"} {
		if !bytes.Equal(s.values[name], other.values[name]) {
			return false
		}
	}
	return true
}

// CreditingChanged reports whether the window or the half-life has ever been another.
func (s *Settings) CreditingChanged() bool {
	for _, one := range s.earlier {
		if one.LookBackDays != s.LookBackDays || one.HalfLifeDays != s.HalfLifeDays {
			return true
		}
	}
	return false
}

// MaxLookBack returns the longest window in which a contact of any time can have earned of an order.
func (s *Settings) MaxLookBack() int {
	longest := s.LookBackDays
	for _, one := range s.earlier {
		longest = max(longest, one.LookBackDays)
	}
	return longest
}

// addHistory adds what settings were at earlier moments. Those whose changes are not dated have always been as they are stored.
func (s *Settings) addHistory(stored map[string]json.RawMessage, dated map[string]Dated) error {
	values, changes := maps.Clone(stored), Dated{}
	s.since = map[string]time.Time{}
	for name, of := range dated {
		delete(values, name)
		changes = append(changes, of...)
		s.since[name] = of[len(of)-1].ValidFrom
	}
	if len(changes) == 0 {
		return nil
	}
	begin, err := ParseSettings(values)
	if err != nil {
		return err
	}
	s.earlier = []*settingsVersion{{time.Time{}, begin}}
	for _, change := range NewDated(slices.Clone(changes)) {
		values[change.Subject] = json.RawMessage(*change.Value)
		version, err := ParseSettings(values)
		if err != nil {
			return err
		}
		s.earlier = append(s.earlier, &settingsVersion{change.ValidFrom, version})
	}
	return nil
}
