package customers

import "kopeck/store"

// place is where a field lies in a record.
type place[V any] struct {
	at          func(r *Record) *V     // nil where there is no value
	given       func(r *Record) *V     // nil also where a file gave none, and a default applies
	set         func(r *Record, to *V) // nil: no value, or the default where there must be one
	destination func(r *Record) any
	optional    bool
}

// optional is the place of a field that may be empty.
func optional[V any](at func(r *Record) **V) place[V] {
	get := func(r *Record) *V { return *at(r) }
	return place[V]{
		at: get, given: get, optional: true,
		set:         func(r *Record, to *V) { *at(r) = to },
		destination: func(r *Record) any { return at(r) },
	}
}

// always is the place of a field that always has a value: by default the one given. The zero of its type in a file is none.
func always[V comparable](at func(r *Record) *V, standard V) place[V] {
	var zero V
	return place[V]{
		at: at,
		given: func(r *Record) *V {
			if *at(r) == zero {
				return nil
			}
			return at(r)
		},
		set: func(r *Record, to *V) {
			if to == nil {
				to = &standard
			}
			*at(r) = *to
		},
		destination: func(r *Record) any { return at(r) },
	}
}

// object is the place of an object of JSON, nil for none.
func object(at func(r *Record) *map[string]any) place[map[string]any] {
	get := func(r *Record) *map[string]any {
		if *at(r) == nil {
			return nil
		}
		return at(r)
	}
	return place[map[string]any]{
		at: get, given: get, optional: true,
		set: func(r *Record, to *map[string]any) {
			if to == nil {
				*at(r) = nil
				return
			}
			*at(r) = *to
		},
		destination: func(r *Record) any { return store.FromJSON{To: at(r)} },
	}
}
