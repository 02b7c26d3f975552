-- +goose Up
-- add column "tax_exempt" to table: "customers"
ALTER TABLE `customers` ADD COLUMN `tax_exempt` text NULL;
-- create index "customer_id" to table: "customers"
CREATE INDEX `customer_id` ON `customers` (`id`) WHERE tax_exempt IS NOT NULL;
-- add column "tax_code" to table: "list_prices"
ALTER TABLE `list_prices` ADD COLUMN `tax_code` text NULL;
-- create index "listprice_product_id" to table: "list_prices"
CREATE INDEX `listprice_product_id` ON `list_prices` (`product_id`) WHERE tax_code IS NOT NULL;
-- add column "tax" to table: "offers"
ALTER TABLE `offers` ADD COLUMN `tax` integer NOT NULL DEFAULT ('0');
-- add column "tax" to table: "offer_lines"
ALTER TABLE `offer_lines` ADD COLUMN `tax` integer NOT NULL DEFAULT ('0');
-- add column "tax" to table: "orders"
ALTER TABLE `orders` ADD COLUMN `tax` integer NOT NULL DEFAULT ('0');
-- add column "refunded_tax" to table: "orders"
ALTER TABLE `orders` ADD COLUMN `refunded_tax` integer NOT NULL DEFAULT ('0');
-- add column "tax" to table: "order_lines"
ALTER TABLE `order_lines` ADD COLUMN `tax` integer NOT NULL DEFAULT ('0');
-- add column "tax" to table: "refunds"
ALTER TABLE `refunds` ADD COLUMN `tax` integer NOT NULL DEFAULT ('0');
-- add column "tax" to table: "refund_lines"
ALTER TABLE `refund_lines` ADD COLUMN `tax` integer NOT NULL DEFAULT ('0');
