package report

// What the tests of package report_test compare with the rules.
var (
	PaidBackAt      = paidBackAt
	SumsOfCustomers = sumsOfCustomers
)

// Figures returns the sums as the tests compare them.
func (s customerSums) Figures() [6]int64 {
	return [6]int64{int64(s.orders), int64(s.contacts), s.revenue.Minor(), s.margin.Minor(), s.contactCost.Minor(), s.yearRevenue.Minor()}
}
