-- +goose Up
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- create "new_permission_events" table
CREATE TABLE `new_permission_events` (`id` text NOT NULL, `sequence` integer NOT NULL, `at` datetime NOT NULL, `kind` text NOT NULL, `level` text NULL, `expires_at` datetime NULL, `actor` text NOT NULL, `source` text NOT NULL, `wording` text NULL, `wording_version` text NULL, `wording_id` text NULL, `language` text NULL, `bundled_with` text NULL, `given_at` datetime NULL, `address` text NULL, `reason` text NULL, `previous_hash` text NOT NULL, `hash` text NOT NULL, `permission_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `permission_events_permissions_permission` FOREIGN KEY (`permission_id`) REFERENCES `permissions` (`id`) ON DELETE NO ACTION);
-- copy rows from old table "permission_events" to new temporary table "new_permission_events"
INSERT INTO `new_permission_events` (`id`, `sequence`, `at`, `kind`, `level`, `expires_at`, `actor`, `source`, `wording`, `wording_version`, `address`, `reason`, `previous_hash`, `hash`, `permission_id`) SELECT `id`, `sequence`, `at`, `kind`, `level`, `expires_at`, `actor`, `source`, `wording`, `wording_version`, `address`, `reason`, `previous_hash`, `hash`, `permission_id` FROM `permission_events`;
-- drop "permission_events" table after copying rows
DROP TABLE `permission_events`;
-- rename temporary table "new_permission_events" to "permission_events"
ALTER TABLE `new_permission_events` RENAME TO `permission_events`;
-- create index "permissionevent_permission_id_sequence" to table: "permission_events"
CREATE UNIQUE INDEX `permissionevent_permission_id_sequence` ON `permission_events` (`permission_id`, `sequence`);
-- create index "permissionevent_permission_id_at" to table: "permission_events"
CREATE INDEX `permissionevent_permission_id_at` ON `permission_events` (`permission_id`, `at`);
-- create index "permissionevent_at_id" to table: "permission_events"
CREATE INDEX `permissionevent_at_id` ON `permission_events` (`at`, `id`);
-- create index "permissionevent_wording_id_at" to table: "permission_events"
CREATE INDEX `permissionevent_wording_id_at` ON `permission_events` (`wording_id`, `at`) WHERE wording_id IS NOT NULL;
-- create "wordings" table
CREATE TABLE `wordings` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `code` text NOT NULL, `language` text NOT NULL, `version` text NOT NULL, `text` text NOT NULL, `channels` json NOT NULL, `purposes` json NOT NULL, `part_of` text NULL, `valid_from` datetime NOT NULL, `created_by` text NOT NULL, `retired_at` datetime NULL, `retired_by` text NULL, `retire_reason` text NULL, PRIMARY KEY (`id`));
-- create index "wording_code_language_version" to table: "wordings"
CREATE UNIQUE INDEX `wording_code_language_version` ON `wordings` (`code`, `language`, `version`);
-- create index "wording_code_id" to table: "wordings"
CREATE INDEX `wording_code_id` ON `wordings` (`code`, `id`);
-- create index "wording_created_at_id" to table: "wordings"
CREATE INDEX `wording_created_at_id` ON `wordings` (`created_at`, `id`);
-- create index "wording_updated_at_id" to table: "wordings"
CREATE INDEX `wording_updated_at_id` ON `wordings` (`updated_at`, `id`);
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
