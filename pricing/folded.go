package pricing

import "kopeck/money"

// FoldedLabel is what the line of lead time and floor in one is called.
const FoldedLabel = "lead time and capacity"

// Folded returns the lines of a price for viewers who may not see the floor: what the floor adds is not told apart from what the
// lead time does. Both follow from the capacity that is free. The rounding to the installation's step is told apart only where
// there is no floor, since it would give the floor away. The sum stays the same.
func Folded(lines []Line) ([]Line, error) {
	floor := false
	for _, line := range lines {
		floor = floor || line.Kind == FloorLine
	}
	var folded []Line
	var last *Line // the folded one
	for _, line := range lines {
		if line.Kind != LeadTimeLine && line.Kind != FloorLine && (line.Kind != RoundingLine || !floor) {
			folded = append(folded, line)
			continue
		}
		if last == nil {
			folded = append(folded, Line{Kind: LeadTimeLine, Label: FoldedLabel})
			last = &folded[len(folded)-1]
		}
		var err error
		if last.Amount, err = money.Sum(last.Amount, line.Amount); err != nil {
			return nil, err
		}
	}
	return folded, nil
}
