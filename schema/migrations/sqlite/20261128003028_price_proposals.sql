-- +goose Up
-- add columns "state", "proposed_at", "decided_at", "decided_by" and "decline_reason" to table: "price_agreements"
ALTER TABLE `price_agreements` ADD COLUMN `state` text NOT NULL DEFAULT ('AGREED');
ALTER TABLE `price_agreements` ADD COLUMN `proposed_at` datetime NULL;
ALTER TABLE `price_agreements` ADD COLUMN `decided_at` datetime NULL;
ALTER TABLE `price_agreements` ADD COLUMN `decided_by` text NULL;
ALTER TABLE `price_agreements` ADD COLUMN `decline_reason` text NULL;
-- create index "priceagreement_recorded_at_id" to table: "price_agreements"
CREATE INDEX `priceagreement_recorded_at_id` ON `price_agreements` (`recorded_at`, `id`);
-- create index "priceagreement_state_recorded_at" to table: "price_agreements"
CREATE INDEX `priceagreement_state_recorded_at` ON `price_agreements` (`state`, `recorded_at`) WHERE state <> 'AGREED';
