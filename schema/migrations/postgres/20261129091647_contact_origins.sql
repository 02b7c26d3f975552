-- +goose Up
-- drop index "contact_customer_id" from table: "contacts"
DROP INDEX "contact_customer_id";
-- create index "contact_customer_id" to table: "contacts"
CREATE INDEX "contact_customer_id" ON "contacts" ("customer_id") INCLUDE ("at", "advertising", "voided_at") WHERE (advertising <> 0);
-- create index "contact_inbound" to table: "contacts"
CREATE INDEX "contact_inbound" ON "contacts" ("customer_id", "at", "id") INCLUDE ("campaign_id", "source") WHERE (((direction)::text = 'INBOUND'::text) AND (voided_at IS NULL));
