-- +goose Up
-- create index "order_at_unattributed" to table: "orders"
CREATE INDEX "order_at_unattributed" ON "orders" ("at", "unattributed") WHERE (unattributed <> 0);
