-- +goose Up
-- drop index "order_at_id" from table: "orders"
DROP INDEX "order_at_id";
-- drop index "order_at_unattributed" from table: "orders"
DROP INDEX "order_at_unattributed";
-- create index "order_at_id_unattributed" to table: "orders"
CREATE INDEX "order_at_id_unattributed" ON "orders" ("at", "id", "unattributed");
