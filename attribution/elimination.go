package attribution

// matrix has a row for the start and one for each node, with how often the transitions from there go to conversion, to nothing, and
// to each node: row i + 1 and column i + 2 are node i's.
type matrix [][]float64

const (
	toConversion = iota
	toNothing
	toNodes
)

// eliminate returns for every state the number of journeys of this chain that pass it and then convert: it is what the
// fundamental matrix says, without the matrix. A node is removed from a chain by passing on what comes to it, by the odds of
// what leaves it; nothing else changes. When all nodes but those of one state are removed, the rest says how many journeys
// come to the state, and how they end. Nodes are removed by halves of the states, each half for all states of the other.
//
// Nothing is ever subtracted (Grassmann, Taksar and Heyman, "Regenerative analysis and steady state distributions for Markov
// chains", 1985), so that every figure is good to some 1e-14 of itself, even that of a state that hardly any journey passes.
// Products are rounded before they are added, so that it is the same to the bit on every machine.
func (c chain) eliminate(states int) []float64 {
	m := newMatrix(len(c.nodes))
	of := make([]int, len(c.nodes)) // the state of each node, ascending
	for i, n := range c.nodes {
		of[i] = n.key.state
		null := n.leaves - n.converted
		m[0][toNodes+i] = n.starts
		row := m[i+1]
		for _, w := range n.ways {
			row[toNodes+w.to] = w.times
			null -= w.times // of whole numbers: exact
		}
		row[toConversion], row[toNothing] = n.converted, null
	}
	through := make([]float64, states)
	m.halve(of, through)
	return through
}

func newMatrix(nodes int) matrix {
	m := make(matrix, nodes+1)
	cells := make([]float64, (nodes+1)*(nodes+toNodes))
	for i := range m {
		m[i] = cells[i*(nodes+toNodes) : (i+1)*(nodes+toNodes)]
	}
	return m
}

// halve computes the number of journeys that pass and then convert for each of the states that the nodes are of. The matrix is
// not needed afterwards.
func (m matrix) halve(of []int, through []float64) {
	if len(of) == 0 {
		return
	}
	if of[0] == of[len(of)-1] {
		m[0][toConversion] = 0 // these did not pass
		m.keep(0)
		through[of[0]] = m[0][toConversion]
		return
	}
	cut := len(of) / 2 // then to the nearest place between states
	for up, down := cut, cut; ; up, down = up+1, down-1 {
		if down > 0 && of[down-1] != of[down] {
			cut = down
			break
		}
		if up < len(of) && of[up-1] != of[up] {
			cut = up
			break
		}
	}
	other := m.turned(cut)
	other.keep(len(of) - cut)
	other.halve(of[cut:], through)
	m.keep(cut)
	m.halve(of[:cut], through)
}

// turned returns a copy with the nodes from cut on before the others.
func (m matrix) turned(cut int) matrix {
	nodes := len(m) - 1
	turned := newMatrix(nodes)
	for i := range m {
		from := m[0]
		if i > 0 {
			from = m[1+(i-1+cut)%nodes]
		}
		to := turned[i]
		copy(to, from[:toNodes])
		copy(to[copy(to[toNodes:], from[toNodes+cut:toNodes+nodes])+toNodes:], from[toNodes:toNodes+cut])
	}
	return turned
}

// keep removes all nodes from the chain but the first ones, from the last down.
func (m *matrix) keep(nodes int) {
	rows := *m
	for x := len(rows) - 2; x >= nodes; x-- {
		leaving := rows[x+1][:toNodes+x]
		var all float64
		for _, times := range leaving {
			all += times
		}
		for _, row := range rows[:x+1] {
			if coming := row[toNodes+x]; coming > 0 {
				odds := coming / all
				for j, times := range leaving {
					row[j] += float64(odds * times) // also who comes back to where they were: nobody looks there
				}
			}
		}
	}
	*m = rows[:nodes+1]
}
