-- +goose Up
-- modify "customers" table
ALTER TABLE "customers" ADD COLUMN "tax_exempt" character varying NULL COLLATE "C";
-- create index "customer_id" to table: "customers"
CREATE INDEX "customer_id" ON "customers" ("id") WHERE (tax_exempt IS NOT NULL);
-- modify "list_prices" table
ALTER TABLE "list_prices" ADD COLUMN "tax_code" character varying NULL COLLATE "C";
-- create index "listprice_product_id" to table: "list_prices"
CREATE INDEX "listprice_product_id" ON "list_prices" ("product_id") WHERE (tax_code IS NOT NULL);
-- modify "offer_lines" table
ALTER TABLE "offer_lines" ADD COLUMN "tax" bigint NOT NULL DEFAULT 0;
-- modify "offers" table
ALTER TABLE "offers" ADD COLUMN "tax" bigint NOT NULL DEFAULT 0;
-- modify "order_lines" table
ALTER TABLE "order_lines" ADD COLUMN "tax" bigint NOT NULL DEFAULT 0;
-- modify "orders" table
ALTER TABLE "orders" ADD COLUMN "tax" bigint NOT NULL DEFAULT 0, ADD COLUMN "refunded_tax" bigint NOT NULL DEFAULT 0;
-- modify "refund_lines" table
ALTER TABLE "refund_lines" ADD COLUMN "tax" bigint NOT NULL DEFAULT 0;
-- modify "refunds" table
ALTER TABLE "refunds" ADD COLUMN "tax" bigint NOT NULL DEFAULT 0;
