package attribution

// Transitions returns the shares of the ways out of each state, and out of the start, in a chain of order 1; those from a
// state to itself are not counted.
func Transitions(journeys []Journey) (map[string]map[string]float64, error) {
	t, err := number(journeys)
	if err != nil {
		return nil, err
	}
	c := newChain(t, 1)
	const start, conversion, null = "(start)", "(conversion)", "(null)"
	shares := map[string]map[string]float64{start: {}}
	for _, n := range c.nodes {
		from := map[string]float64{}
		for _, w := range n.ways {
			from[t.names[c.nodes[w.to].key.state]] = w.times / n.leaves
			from[null] -= w.times / n.leaves
		}
		from[conversion] = n.converted / n.leaves
		from[null] += 1 - from[conversion]
		shares[t.names[n.key.state]] = from
		shares[start][t.names[n.key.state]] = n.starts / float64(t.converted+t.null)
	}
	return shares, nil
}

// Random returns the first numbers of a seed, and the first below a bound.
func Random(seed uint64, n int, bound uint64) (raw, bounded []uint64) {
	one, other := splitMix(seed), splitMix(seed)
	for range n {
		raw, bounded = append(raw, one.next()), append(bounded, other.below(bound))
	}
	return raw, bounded
}

// Shuffled returns the first random order of a seed.
func Shuffled(seed uint64, order []int) []int {
	dice := splitMix(seed)
	dice.shuffle(order)
	return order
}

// Solved returns for every state how many journeys pass it and convert, by elimination and by sweeps, and how many convert at
// all in the chain of the journeys, by sweeps.
func Solved(journeys []Journey, order int) (eliminated, swept []float64, conversions float64, err error) {
	t, err := number(journeys)
	if err != nil {
		return nil, nil, 0, err
	}
	c := newChain(t, order)
	if swept, err = c.sweep(len(t.names)); err != nil {
		return nil, nil, 0, err
	}
	chances, atOnce, all := make([]float64, len(c.nodes)), make([]float64, len(c.nodes)), make([]int, len(c.nodes))
	for i, n := range c.nodes {
		atOnce[i], all[i] = n.converted, i
	}
	err = c.settle(chances, atOnce, all)
	for i, n := range c.nodes {
		conversions += n.starts * chances[i]
	}
	return c.eliminate(len(t.names)), swept, conversions, err
}
