-- +goose Up
-- modify "order_lines" table
ALTER TABLE "order_lines" ADD COLUMN "sold_at" timestamptz NULL, ADD COLUMN "booked_at" timestamptz NULL, ADD COLUMN "repeats" boolean NOT NULL DEFAULT false;
-- modify "orders" table
ALTER TABLE "orders" ADD COLUMN "plain" boolean NOT NULL DEFAULT false;
-- the orders of which reports sum up the lines by themselves
UPDATE orders SET plain = TRUE WHERE status = 'COMPLETED' AND completed_at IS NOT NULL AND refunded = 0 AND NOT uncosted AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = orders.id);
UPDATE order_lines SET sold_at = (SELECT o.at FROM orders o WHERE o.id = order_lines.order_id), booked_at = (SELECT o.completed_at FROM orders o WHERE o.id = order_lines.order_id),
	repeats = EXISTS (SELECT 1 FROM order_lines e WHERE e.order_id = order_lines.order_id AND e.position < order_lines.position AND e.product_id = order_lines.product_id)
	WHERE order_id IN (SELECT id FROM orders WHERE plain);
-- create index "orderline_sold_at" to table: "order_lines"
CREATE INDEX "orderline_sold_at" ON "order_lines" ("sold_at") INCLUDE ("order_id", "position", "product_id", "booked_at", "repeats", "quantity", "total", "tax", "cost") WHERE (sold_at IS NOT NULL);
-- create index "order_id" to table: "orders"
CREATE INDEX "order_id" ON "orders" ("id") WHERE (((status)::text = 'COMPLETED'::text) AND (NOT plain));
