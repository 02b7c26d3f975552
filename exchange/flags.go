package exchange

// Flag is one flag of the commands import and export, for --help.
type Flag struct{ Name, Default, Help string }

// Flags lists the flags of import, in the order in which --help shows them.
func Flags() []Flag {
	return []Flag{
		{"format", "kopeck where the header is Kopeck's own, else csv", "kopeck, csv, or (orders) cdnow"},
		{"map", "", "csv: which column is what, like customer=customer_id,order=invoice,date=invoice_date,amount=amount[,cost=…,currency=…]; a name with a comma is quoted"},
		{"cost-share", "", "orders: what the goods had cost, as a share of the amount from 0 to 1; needed unless a column is mapped to cost"},
		{"currency", "the installation's", "of the amounts; another is refused"},
		{"errors", string(RejectAll), "reject-all: a bad row and nothing is written; reject-row: the good ones are"},
		{"customers", "create", "orders and contacts of customers that are not there: create them, or (known) reject the rows"},
		{"update", "false", "customers: change those that are there with other content; without it they are rejected"},
		{"dry-run", "false", "say what would happen and write nothing"},
		{"date-format", "YYYY-MM-DD, YYYYMMDD, DD.MM.YYYY or RFC 3339", "of dates and times, in YYYY YY MM M DD D HH H mm ss, like M/D/YYYY H:mm"},
		{"decimal-comma", "false", "amounts are written 12,50"},
		{"rejects", "<file>.rejects.csv in the working directory", "the file for rejected rows: line, reason, row"},
	}
}
