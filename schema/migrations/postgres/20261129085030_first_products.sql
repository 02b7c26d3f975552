-- +goose Up
-- drop index "orderline_sold_at" from table: "order_lines"
DROP INDEX "orderline_sold_at";
-- modify "order_lines" table
ALTER TABLE "order_lines" ADD COLUMN "first_product_id" character varying NULL COLLATE "C";
-- the first products of the orders of which reports sum up the lines by themselves
UPDATE order_lines SET first_product_id = (SELECT e.product_id FROM order_lines e WHERE e.order_id = order_lines.order_id AND e.position = 0) WHERE sold_at IS NOT NULL AND position > 0;
-- create index "orderline_sold_at" to table: "order_lines"
CREATE INDEX "orderline_sold_at" ON "order_lines" ("sold_at") INCLUDE ("order_id", "position", "product_id", "first_product_id", "booked_at", "repeats", "quantity", "total", "tax", "cost") WHERE (sold_at IS NOT NULL);
-- drop index "order_id" from table: "orders"
DROP INDEX "order_id";
-- create index "order_id" to table: "orders"
CREATE INDEX "order_id" ON "orders" ("id") WHERE (((status)::text = 'COMPLETED'::text) AND (refunded = 0) AND (NOT plain));
