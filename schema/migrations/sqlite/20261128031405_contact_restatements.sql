-- +goose Up
-- create "contact_restatements" table
CREATE TABLE `contact_restatements` (`id` text NOT NULL, `contact_id` text NOT NULL, `stage` text NOT NULL, `segment` text NULL, `recorded_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- create index "contactrestatement_contact_id_recorded_at" to table: "contact_restatements"
CREATE INDEX `contactrestatement_contact_id_recorded_at` ON `contact_restatements` (`contact_id`, `recorded_at`);
