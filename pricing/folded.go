package pricing

import "kopeck/money"

// foldedLabel is what a line is called that has what the floor adds and no lead time's.
const foldedLabel = "lead time and capacity"

// Folded returns the lines of a price for viewers who may not see the floor: what the floor adds is not told apart from what the
// lead time does, as both follow from the capacity that is free, nor from the rounding to the installation's step. The sum stays the
// same. Lines without a floor are returned as they are. Error: money.ErrOverflow.
func Folded(lines []Line) ([]Line, error) {
	if !hasFloor(lines) {
		return lines, nil
	}
	folded := make([]Line, 0, len(lines))
	at := -1 // the place of the line of all three
	for _, line := range lines {
		if line.Kind != LeadTimeLine && line.Kind != FloorLine && line.Kind != RoundingLine {
			folded = append(folded, line)
			continue
		}
		if at < 0 {
			at = len(folded)
			folded = append(folded, Line{Kind: LeadTimeLine, Label: foldedLabel})
		}
		if line.Kind == LeadTimeLine {
			folded[at].Label = line.Label
		}
		var err error
		if folded[at].Amount, err = folded[at].Amount.Plus(line.Amount); err != nil {
			return nil, err
		}
	}
	return folded, nil
}

// Coarse returns the lines of a price in whole steps of the installation, for viewers who may not see what things cost: full cost is a whole
// number of minor units, and a few amounts that are a markup on it, to the last unit, tell both. The sum stays the same: what is left over
// is in the line ROUNDING. Error: money.ErrOverflow.
func Coarse(lines []Line, step money.Amount) ([]Line, error) {
	if step.Compare(money.Minor(1)) <= 0 || len(lines) == 0 {
		return lines, nil
	}
	rounding, err := StepOf(RoundingLine)
	if err != nil {
		return nil, err
	}
	coarse, rest := make([]Line, 0, len(lines)+1), Line{Kind: RoundingLine, Label: rounding.Label}
	for _, line := range lines {
		left := line.Amount
		if line.Kind != RoundingLine {
			if line.Amount, err = RoundTo(step, line.Amount); err != nil {
				return nil, err
			}
			if left, err = left.Minus(line.Amount); err != nil {
				return nil, err
			}
			coarse = append(coarse, line)
		}
		if rest.Amount, err = rest.Amount.Plus(left); err != nil {
			return nil, err
		}
	}
	if rest.Amount.IsZero() {
		return coarse, nil
	}
	return append(coarse, rest), nil
}

func hasFloor(lines []Line) bool {
	for _, line := range lines {
		if line.Kind == FloorLine {
			return true
		}
	}
	return false
}
