-- +goose Up
-- modify "contacts" table
ALTER TABLE "contacts" ADD COLUMN "awaited_order_id" character varying NULL COLLATE "C";
-- create index "contact_awaited_order_id" to table: "contacts"
CREATE INDEX "contact_awaited_order_id" ON "contacts" ("awaited_order_id") WHERE (awaited_order_id IS NOT NULL);
