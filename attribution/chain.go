package attribution

import (
	"cmp"
	"maps"
	"slices"
)

// chain is an absorbing Markov chain: from the start to nodes, from node to node, and at last to conversion or to nothing.
// It holds how often each transition occurred, not its probability.
//
// Transitions from a node to itself are left out. That changes no probability of ever reaching anything: whoever stays leaves
// later by the same odds.
type chain struct {
	nodes []node // by their key
}

type node struct {
	key       nodeKey
	starts    float64 // journeys that begin here
	converted float64 // journeys that convert from here
	leaves    float64 // all transitions from here: to other nodes, to conversion, to nothing; never 0
	ways      []way   // transitions to other nodes, by node
}

// nodeKey is where a journey is: at a state, and under order 2 after another. before is -1 at the first state, and always
// under order 1.
type nodeKey struct{ before, state int }

func (k nodeKey) compare(other nodeKey) int {
	return cmp.Or(cmp.Compare(k.state, other.state), cmp.Compare(k.before, other.before))
}

type way struct {
	to    int
	times float64
}

type edge struct{ from, to nodeKey }

type tally struct{ starts, converted, leaves int64 }

// newChain counts the transitions of journeys, remembering one state or two. They are added up as whole numbers, so that the
// order of the journeys does not matter.
func newChain(t travels, order int) chain {
	ways, tallies := map[edge]int64{}, map[nodeKey]*tally{}
	for _, p := range t.paths {
		times := p.converted + p.null
		var here *tally
		at := nodeKey{before: -1, state: -1}
		for i, state := range p.states {
			next := nodeKey{before: -1, state: state}
			if order == 2 && i > 0 {
				next.before = p.states[i-1]
			}
			if next == at {
				continue
			}
			if i > 0 {
				ways[edge{at, next}] += times
				here.leaves += times
			}
			at, here = next, tallies[next]
			if here == nil {
				here = new(tally)
				tallies[at] = here
			}
			if i == 0 {
				here.starts += times
			}
		}
		here.converted += p.converted
		here.leaves += times
	}
	var c chain
	place := map[nodeKey]int{}
	for _, key := range slices.SortedFunc(maps.Keys(tallies), nodeKey.compare) {
		place[key] = len(c.nodes)
		n := tallies[key]
		c.nodes = append(c.nodes, node{key: key, starts: float64(n.starts), converted: float64(n.converted), leaves: float64(n.leaves)})
	}
	byNodes := func(a, b edge) int { return cmp.Or(a.from.compare(b.from), a.to.compare(b.to)) }
	for _, e := range slices.SortedFunc(maps.Keys(ways), byNodes) {
		from := &c.nodes[place[e.from]]
		from.ways = append(from.ways, way{place[e.to], float64(ways[e])})
	}
	return c
}

// directNodes is the greatest number of nodes of a chain that is solved by elimination, whose time grows with the third power
// of their number. The time of sweeps grows with the number of transitions and the length of loops.
const directNodes = 600

// through returns for every state the number of journeys of this chain that pass it and then convert. Errors: ErrTooLong.
func (c chain) through(states int) ([]float64, error) {
	if len(c.nodes) <= directNodes {
		return c.eliminate(states), nil
	}
	return c.sweep(states)
}
