package lifetime

// monthBlocks cuts cumulative figures, of which element i is about the end of month i+1 from now, into blocks of
// consecutive months.
type monthBlocks struct {
	rest  []float64 // the elements of the months after those that next has returned
	month float64   // its length in the unit
	begun int       // months before rest
	ends  [block]float64
}

func newMonthBlocks(cumulative []float64, unit Unit) monthBlocks {
	return monthBlocks{rest: cumulative, month: DaysPerMonth / unit.Days()}
}

// next returns the elements of the next block and the ends of their months; none after the last. The ends hold
// until the next call.
func (b *monthBlocks) next() (part, ends []float64) {
	n := min(block, len(b.rest))
	for i := range n {
		b.ends[i] = float64(b.begun+i+1) * b.month
	}
	part = b.rest[:n]
	b.rest, b.begun = b.rest[n:], b.begun+n
	return part, b.ends[:n]
}

// multiply multiplies all values by a factor.
func multiply(values []float64, factor float64) {
	for i := range values {
		values[i] *= factor
	}
}
