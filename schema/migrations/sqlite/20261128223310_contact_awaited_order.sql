-- +goose Up
-- add column "awaited_order_id" to table: "contacts"
ALTER TABLE `contacts` ADD COLUMN `awaited_order_id` text NULL;
-- create index "contact_awaited_order_id" to table: "contacts"
CREATE INDEX `contact_awaited_order_id` ON `contacts` (`awaited_order_id`) WHERE awaited_order_id IS NOT NULL;
