package lifetime

// Reach returns the probability that a state is ever reached from each state, in an absorbing Markov chain: moves[i][j] is
// how often the transition from i to j occurred, stays[i] how often somebody stayed in i for good. Both may include a prior, and
// need not be whole numbers. From a state that nobody was ever in no other state is reached; each state reaches itself.
//
// With the target made absorbing it is the column of B = (I - Q)^-1 R that belongs to it (Kemeny and Snell, "Finite Markov
// Chains", 1960, theorem 3.3.7), found by elimination. moves is square, and no count is negative.
func Reach(moves [][]float64, stays []float64, target int) []float64 {
	n := len(stays)
	a := make([][]float64, n) // (I - Q | R)
	for i := range a {
		a[i] = make([]float64, n+1)
		a[i][i] = 1
		if i == target {
			a[i][n] = 1
			continue
		}
		left := stays[i]
		for j, count := range moves[i] {
			if j != i {
				left += count
			}
		}
		for j, count := range moves[i] {
			if j != i && count > 0 {
				a[i][j] -= count / left
			}
		}
	}
	// Each row's diagonal is at least the sum of the rest of the row, so no pivoting is needed; one that is 0 belongs to
	// states that only lead to each other, and reach nothing.
	for i := range a {
		if a[i][i] < 1e-12 {
			continue
		}
		for k := range a {
			if k == i || a[k][i] == 0 {
				continue
			}
			factor := a[k][i] / a[i][i]
			for j := range a[k] {
				a[k][j] -= factor * a[i][j]
			}
		}
	}
	reached := make([]float64, n)
	for i := range a {
		if a[i][i] >= 1e-12 {
			reached[i] = min(1, max(0, a[i][n]/a[i][i]))
		}
	}
	return reached
}
