-- +goose Up
-- modify "credits" table
ALTER TABLE "credits" ADD COLUMN "shown_amount" bigint NOT NULL DEFAULT 0;
-- what is shown begins with what is there, so that nothing is shown as nothing until the server's first refresh
UPDATE "credits" SET "shown_amount" = "amount";
-- create index "credit_id" to table: "credits"
CREATE INDEX "credit_id" ON "credits" ("id") WHERE (shown_amount <> amount);
-- modify "customers" table
ALTER TABLE "customers" ADD COLUMN "shown_total" bigint NOT NULL DEFAULT 0, ADD COLUMN "shown_earnings" jsonb NULL;
-- how a value is rounded follows from a key: until the refresh, which the server begins when it starts, lists have the order of whole
-- thousands
UPDATE "customers" SET "shown_total" = "lifetime_value" / 100000 * 100000,
	"shown_earnings" = jsonb_build_object('orderDays', "order_days", 'firstDay', "first_order_day", 'lastDay', "last_order_day", 'margin', "margin",
		'repeatMargin', "repeat_margin", 'refundedMargin', "refunded_margin", 'contactCost', "contact_cost", 'acquisitionCost', "acquisition_cost", 'recent', "recent_days");
-- create index "customer_shown_total_id" to table: "customers"
CREATE INDEX "customer_shown_total_id" ON "customers" ("shown_total", "id");
