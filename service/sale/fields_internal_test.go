package sale

import (
	"testing"

	"kopeck/ent/order"
	"kopeck/ent/orderline"
	"kopeck/ent/refund"
	"kopeck/ent/refundline"
	"kopeck/service/field/fieldtest"
)

func TestFieldsOfColumns(t *testing.T) {
	t.Parallel()
	fieldtest.Columns(t, Fields().Columns(), map[string]string{
		"external_twin": "0 of an order that is imported: an import makes no possible duplicates",
		"offer_id":      "files hold no offers",
		"version":       "begins at 1 in each database",
	}, order.Columns)
	fieldtest.Columns(t, LineFields().Columns(), nil, orderline.Columns)
	fieldtest.Columns(t, RefundFields().Columns(), nil, refund.Columns)
	fieldtest.Columns(t, RefundLineFields().Columns(), nil, refundline.Columns)
}

func TestFieldsOfFiles(t *testing.T) {
	t.Parallel()
	fieldtest.Files(t, Fields(), map[string]string{
		"updated_at":   "when it was written to this database",
		"day":          "the day of the moment in the time zone of the installation",
		"refunded_tax": "the tax of the refunds, which the import computes",
		"margin":       "the total less the refunds and the cost",
		"unattributed": "what the credits leave, which the import settles",
		"credit_fit":   "a fit is of one database",
		"seller_id":    "files have the e-mail",
		"plain":        "it follows from the status, the refunds, the cost and the lines",
	})
	fieldtest.Files(t, LineFields(), map[string]string{
		"order_id":   "a row has the order, too",
		"position":   "the lines are in their order",
		"product_id": "files have the SKU",
		"priced_at":  "the rules and agreements of another database do not price the line again",
		"returned":   "the sum of the refunds whose goods came back",
		"stated_tax": "the line_tax of the file",
		"sold_at":    "the moment of the order",
		"booked_at":  "that of its completion",
		"repeats":    "the lines before it have their SKUs",

		"first_product_id": "the first line has its SKU",
	})
}
