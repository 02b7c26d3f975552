package rates

import (
	"slices"
	"strings"
	"testing"

	"kopeck/ent/rate"
)

// A column of the table that rates are not read with would be lost in every figure and every file.
func TestColumnsOfRates(t *testing.T) {
	t.Parallel()
	read := strings.Split(rateColumns, ", ")
	for _, column := range rate.Columns {
		if column == rate.FieldCurrencyCode { // that of the installation, which has one
			continue
		}
		if !slices.Contains(read, column) {
			t.Errorf("rates are read without their column %s", column)
		}
	}
}
