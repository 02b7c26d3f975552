package pricing

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

func hasFloor(lines []Line) bool {
	for _, line := range lines {
		if line.Kind == FloorLine {
			return true
		}
	}
	return false
}
