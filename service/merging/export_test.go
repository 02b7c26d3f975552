package merging

// ListedPlaces returns the names of all places, and whether the rows of each move by themselves and why they do not.
func ListedPlaces() map[string]struct {
	Moves bool
	Why   string
} {
	all := map[string]struct {
		Moves bool
		Why   string
	}{}
	for _, p := range places {
		all[p.String()] = struct {
			Moves bool
			Why   string
		}{p.how == moves, p.why}
	}
	return all
}
