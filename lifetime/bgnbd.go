package lifetime

// BGNBD is the BG/NBD model (FHL 2005). While alive a customer orders as a Poisson process whose rate
// is Gamma(R, Alpha) over customers, Alpha in Unit; after each repeat order they leave with a
// probability that is Beta(A, B) over customers. A = 0 is the exact limit in which nobody leaves.
type BGNBD = BetaGeometric[afterRepeats]

// MBGNBD is the MBG/NBD model (Batislam, Denizel and Filiztekin 2007; Hoppe and Wagner 2007). It is
// BG/NBD with one more chance to leave, right after the first order, so that a one-time buyer's silence
// counts against them.
type MBGNBD = BetaGeometric[afterAll]

// leaving says after which orders a customer may leave: the length of the type is how many chances to leave the first order
// gives. The elements take no space, and the lengths are constants to the compiler.
type leaving interface{ afterRepeats | afterAll }

type (
	afterRepeats [0]struct{}
	afterAll     [1]struct{}
)

var _, _ CountModel = BGNBD{}, MBGNBD{}

// OneTimeBuyer is the note on a BG/NBD figure of a customer with x = 0: the model lets nobody leave
// before a second order, so their probability of being alive is 1 however long they have been silent.
// Their expected orders do fall with silence and can be used.
const OneTimeBuyer = "BG/NBD calls a one-time buyer surely alive, whatever their silence: the probability is an artefact"
