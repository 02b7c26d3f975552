package attribution

import (
	"errors"
	"slices"
)

// ErrTooLong says that a chain of more than directNodes nodes, which is likely to be of order 2, was not solved in maxSweeps
// sweeps, because some journeys are hundreds of contacts long. Use order 1 for these.
var ErrTooLong = errors.New("attribution: the journeys are too long for a chain of this many nodes; use order 1")

const maxSweeps = 4096

// sweep returns what eliminate does, for large chains. It solves for the probability of conversion from every node, then, for
// every state, of coming to it and converting from there. The latter is computed directly and not as a difference of two
// probabilities, so that it is as precise for a state that hardly any journey passes. Errors: ErrTooLong.
func (c chain) sweep(states int) ([]float64, error) {
	atOnce := make([]float64, len(c.nodes))
	all := make([]int, len(c.nodes))
	for i, n := range c.nodes {
		atOnce[i], all[i] = n.converted, i
	}
	conversion := make([]float64, len(c.nodes))
	if err := c.settle(conversion, atOnce, all); err != nil {
		return nil, err
	}
	through, none := make([]float64, states), make([]float64, len(c.nodes))
	for state := range through {
		chances := make([]float64, len(c.nodes))
		var free []int
		for i, n := range c.nodes {
			if n.key.state == state {
				chances[i] = conversion[i]
			} else {
				free = append(free, i)
			}
		}
		if err := c.settle(chances, none, free); err != nil {
			return nil, err
		}
		for i, n := range c.nodes {
			through[state] += float64(n.starts * chances[i])
		}
	}
	return through, nil
}

// settle solves the linear equations
//
//	chance of a node = (what it has at once + sum over its transitions of times x chance there) / all its transitions
//
// for the chances of the free nodes, which must be 0 when it begins; the others are given. Errors: ErrTooLong.
//
// It is the Gauss-Seidel method, with alternating forward and backward sweeps, until no chance changes in its last bit. Nothing is ever
// subtracted, and rounding keeps order, so that the bounded chances only rise from sweep to sweep: the method
// terminates. Then the equations hold to the rounding of one sum each, and the relative error is that times the length of a
// journey. Products are rounded before they are added, so that it is the same to the bit on every machine.
func (c chain) settle(chances, atOnce []float64, free []int) error {
	for range maxSweeps {
		changed := false
		for _, i := range free {
			n := &c.nodes[i]
			sum := atOnce[i]
			for _, w := range n.ways {
				sum += float64(w.times * chances[w.to])
			}
			if chance := sum / n.leaves; chance != chances[i] {
				chances[i] = chance
				changed = true
			}
		}
		if !changed {
			return nil
		}
		slices.Reverse(free)
	}
	return ErrTooLong
}
