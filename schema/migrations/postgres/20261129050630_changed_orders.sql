-- +goose Up
-- create index "orderline_not_plain" to table: "order_lines"
CREATE INDEX "orderline_not_plain" ON "order_lines" ("order_id", "position") INCLUDE ("id", "product_id", "quantity", "total", "tax", "cost") WHERE (sold_at IS NULL);
-- create index "order_not_plain" to table: "orders"
CREATE INDEX "order_not_plain" ON "orders" ("id") INCLUDE ("customer_id", "seller_id", "at", "completed_at", "cancelled_at", "status", "uncosted", "stated_cost", "total", "refunded", "tax", "cost") WHERE ((completed_at IS NOT NULL) AND (NOT plain));
