package pricing

import "fmt"

// Step is a step of a price's waterfall: what its lines are called, in the API, in price tokens and to a reader.
type Step struct {
	Kind   LineKind
	Number uint8  // in price tokens, from 1 to 254; a number is never given to another step, because tokens outlive a release
	Label  string // of a line that carries no label of its own, such as one read from a price token
}

// step is a step together with what it does to a price in the making. It adds a line of the step, or none.
type step struct {
	Step

	take func(*waterfall, Step) error
}

// steps are all steps of a price, in the order in which they are taken. It is the one place where a step is declared: the
// waterfall, the numbers in price tokens, the labels and the oracle of the tests are driven by it. The fields are written
// without their names, so that a step without a number or a label does not compile.
var steps = [...]step{
	{Step{ListLine, 1, "list price"}, (*waterfall).list},
	{Step{OptionLine, 7, "option"}, (*waterfall).options},
	{Step{ExemptionLine, 8, "exempt from tax"}, (*waterfall).exempt},
	{Step{AgreementLine, 2, "agreed price"}, (*waterfall).agree},
	{Step{RuleLine, 3, "price rule"}, (*waterfall).rules},
	{Step{LeadTimeLine, 4, "lead time"}, (*waterfall).leadTime},
	{Step{FloorLine, 5, "floor: marginal cost + minimum margin"}, (*waterfall).floor},
	{Step{RoundingLine, 6, "rounded"}, (*waterfall).rounding},
}

// Steps returns the steps of a price in the order in which they are taken.
func Steps() []Step {
	all := make([]Step, len(steps))
	for i := range steps {
		all[i] = steps[i].Step
	}
	return all
}

// StepOf returns the step that makes lines of a kind. The error says that there is no such step.
func StepOf(kind LineKind) (Step, error) {
	for i := range steps {
		if steps[i].Kind == kind {
			return steps[i].Step, nil
		}
	}
	return Step{}, fmt.Errorf("pricing: no step makes lines of kind %q", kind)
}

// StepNumbered returns the step that has a number in price tokens. The error says that there is no such step.
func StepNumbered(number uint8) (Step, error) {
	for i := range steps {
		if steps[i].Number == number {
			return steps[i].Step, nil
		}
	}
	return Step{}, fmt.Errorf("pricing: no step has number %d", number)
}
