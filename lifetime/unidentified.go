package lifetime

import "fmt"

// The least data a fit accepts. Four parameters from fewer customers have standard errors as wide as
// the parameters themselves; the documented prior is then the better guess.
const (
	MinCustomers = 50 // for a count model
	MinRepeaters = 10 // of them with an order after the first order day, for a count model
	MinMargins   = 30 // repeaters with a positive mean margin, for Gamma-Gamma
)

// Reason says why data does not identify a model.
type Reason string

// The reasons; each is a sentence for the notes.
const (
	TooFewCustomers Reason = "too few customers to fit a model"
	NoRepeaters     Reason = "nobody has ordered on a second day yet"
	TooFewRepeaters Reason = "too few customers have ordered on a second day"
	NoTimePassed    Reason = "no time has passed since the first orders"
	NoGaps          Reason = "the times between orders, which show how regular they are, are not known"
	TooFewMargins   Reason = "too few repeat customers with a positive margin"
	EqualMargins    Reason = "all repeat customers have the same mean margin"
	NoMeanMargin    Reason = "the margins are spread so widely that they have no numeric.Finite mean (q <= 1)"
	NoMargin        Reason = "there is no positive mean margin to start from"
)

// Unidentified is the error of a fit, or of a prior, that the data does not support. It is not a failure
// of the arithmetic: the caller uses the documented prior and says so.
type Unidentified struct {
	Reason    Reason
	Customers int // customers in the data
	Repeaters int // of them usable repeaters
}

func (e *Unidentified) Error() string {
	return fmt.Sprintf("lifetime: %s (%d customers, %d repeaters)", e.Reason, e.Customers, e.Repeaters)
}
