package bulk

// stored are the records of a noun that exist, and those that the call has given so far: a later one with the same id is compared with
// them.
type stored[R any] struct {
	byID, byExternal map[string]*R

	names func(r *R) (id, external string)
}

func newStored[R any](records int, names func(r *R) (id, external string)) *stored[R] {
	return &stored[R]{make(map[string]*R, records), make(map[string]*R, records), names}
}

// add adds a record that has an id.
func (s *stored[R]) add(r *R) {
	id, external := s.names(r)
	s.byID[id] = r
	if external != "" {
		s.byExternal[external] = r
	}
}

// like returns the record with the id of a given one, or else with its external id; nil for none.
func (s *stored[R]) like(given *R) *R {
	id, external := s.names(given)
	if found := s.byID[id]; found != nil && id != "" {
		return found
	}
	return s.byExternal[external]
}

// all lists the ids and the external ids of records that are to be looked up. external is the one by which a record is looked up, "" for none.
func (s *stored[R]) all(records int, at func(n int) *R, external func(r *R) string) (ids, externals []string) {
	for n := range records {
		r := at(n)
		if id, _ := s.names(r); id != "" {
			ids = append(ids, id)
		}
		if name := external(r); name != "" {
			externals = append(externals, name)
		}
	}
	return ids, externals
}
