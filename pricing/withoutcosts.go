package pricing

import "kopeck/money"

// foldedLabel is what a line is called that has what the floor adds and no lead time's.
const foldedLabel = "lead time and capacity"

// WithoutCosts returns the lines of a price for viewers who may not see what things cost: what the floor adds is in the line of the lead
// time, and all lines are in whole steps of the installation. The sum stays the same. Error: money.ErrOverflow.
func WithoutCosts(lines []Line, step money.Amount) ([]Line, error) {
	lines, err := folded(lines)
	if err != nil {
		return nil, err
	}
	return coarse(lines, step)
}

// folded does not tell apart what the floor adds from what the lead time does, as both follow from the capacity that is free, nor from
// the rounding to the installation's step. Lines without a floor are returned as they are.
func folded(lines []Line) ([]Line, error) {
	if !hasFloor(lines) {
		return lines, nil
	}
	all := make([]Line, 0, len(lines))
	at := -1 // the place of the line of all three
	for _, line := range lines {
		if line.Kind != LeadTimeLine && line.Kind != FloorLine && line.Kind != RoundingLine {
			all = append(all, line)
			continue
		}
		if at < 0 {
			at = len(all)
			all = append(all, Line{Kind: LeadTimeLine, Label: foldedLabel})
		}
		if line.Kind == LeadTimeLine {
			all[at].Label = line.Label
		}
		var err error
		if all[at].Amount, err = all[at].Amount.Plus(line.Amount); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// coarse rounds lines to whole steps: full cost is a whole number of minor units, and a few amounts that are a markup on it, to the last
// unit, tell both. What is left over is in the line ROUNDING.
func coarse(lines []Line, step money.Amount) ([]Line, error) {
	if step.Compare(money.Minor(1)) <= 0 || len(lines) == 0 {
		return lines, nil
	}
	rounding, err := StepOf(RoundingLine)
	if err != nil {
		return nil, err
	}
	whole, rest := make([]Line, 0, len(lines)+1), Line{Kind: RoundingLine, Label: rounding.Label}
	for _, line := range lines {
		left := line.Amount
		if line.Kind != RoundingLine {
			if line.Amount, err = RoundTo(step, line.Amount); err != nil {
				return nil, err
			}
			if left, err = left.Minus(line.Amount); err != nil {
				return nil, err
			}
			whole = append(whole, line)
		}
		if rest.Amount, err = rest.Amount.Plus(left); err != nil {
			return nil, err
		}
	}
	if rest.Amount.IsZero() {
		return whole, nil
	}
	return append(whole, rest), nil
}

func hasFloor(lines []Line) bool {
	for _, line := range lines {
		if line.Kind == FloorLine {
			return true
		}
	}
	return false
}
