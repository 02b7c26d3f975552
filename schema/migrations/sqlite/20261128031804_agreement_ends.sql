-- +goose Up
-- add column "ended_at" to table: "price_agreements"
ALTER TABLE `price_agreements` ADD COLUMN `ended_at` datetime NULL;
-- add column "end_reason" to table: "price_agreements"
ALTER TABLE `price_agreements` ADD COLUMN `end_reason` text NULL;
-- add column "ended_by" to table: "price_agreements"
ALTER TABLE `price_agreements` ADD COLUMN `ended_by` text NULL;
