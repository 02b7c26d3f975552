-- +goose Up
-- add column "first_product_id" to table: "order_lines"
ALTER TABLE `order_lines` ADD COLUMN `first_product_id` text NULL;
-- the first products of the orders of which reports sum up the lines by themselves
UPDATE order_lines SET first_product_id = (SELECT e.product_id FROM order_lines e WHERE e.order_id = order_lines.order_id AND e.position = 0) WHERE sold_at IS NOT NULL AND position > 0;
-- drop index "order_id" from table: "orders"
DROP INDEX `order_id`;
-- create index "order_id" to table: "orders"
CREATE INDEX `order_id` ON `orders` (`id`) WHERE status = 'COMPLETED' AND refunded = 0 AND NOT plain;
