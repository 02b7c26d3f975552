package table

import "kopeck/files/cell"

// sampledRows is how many rows of a file are looked at to find the format of its numbers.
const sampledRows = 10_000

// SampleNumbers finds the format of the numbers in some columns of a table.
func SampleNumbers(t *Table, columns []int) (cell.NumberFormat, bool) {
	var all cell.Evidence
	for range sampledRows {
		r, err := t.Scanner.Next()
		if err != nil {
			break // it will come again when the rows are read
		}
		if r.Fault != "" || len(r.Fields) != len(t.Columns) {
			continue
		}
		for _, at := range columns {
			all.Add(t.clean(r.Fields[at]))
		}
	}
	return all.Format()
}
