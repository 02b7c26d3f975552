-- +goose Up
-- add column "version" to table: "partners"
ALTER TABLE `partners` ADD COLUMN `version` integer NOT NULL DEFAULT (1);
-- create index "partner_created_at_id" to table: "partners"
CREATE INDEX `partner_created_at_id` ON `partners` (`created_at`, `id`);
-- create index "partner_updated_at_id" to table: "partners"
CREATE INDEX `partner_updated_at_id` ON `partners` (`updated_at`, `id`);
-- create "hand_overs" table
CREATE TABLE `hand_overs` (`id` text NOT NULL, `at` datetime NOT NULL, `by` text NOT NULL, `reason` text NOT NULL, `filter` json NULL, `customers` integer NOT NULL, `offers` integer NOT NULL, `past` integer NOT NULL, `future` integer NOT NULL, `total` integer NOT NULL, `year_margin` integer NOT NULL, `from_user_id` text NOT NULL, `to_user_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `hand_overs_users_from_user` FOREIGN KEY (`from_user_id`) REFERENCES `users` (`id`) ON DELETE NO ACTION, CONSTRAINT `hand_overs_users_to_user` FOREIGN KEY (`to_user_id`) REFERENCES `users` (`id`) ON DELETE NO ACTION);
-- create index "handover_at_id" to table: "hand_overs"
CREATE INDEX `handover_at_id` ON `hand_overs` (`at`, `id`);
-- create index "handover_from_user_id" to table: "hand_overs"
CREATE INDEX `handover_from_user_id` ON `hand_overs` (`from_user_id`);
-- create index "handover_to_user_id" to table: "hand_overs"
CREATE INDEX `handover_to_user_id` ON `hand_overs` (`to_user_id`);
-- create "teams" table
CREATE TABLE `teams` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `name` text NOT NULL, `name_key` text NOT NULL, `lead_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `teams_users_lead` FOREIGN KEY (`lead_id`) REFERENCES `users` (`id`) ON DELETE SET NULL);
-- create index "teams_name_key_key" to table: "teams"
CREATE UNIQUE INDEX `teams_name_key_key` ON `teams` (`name_key`);
-- create index "team_created_at_id" to table: "teams"
CREATE INDEX `team_created_at_id` ON `teams` (`created_at`, `id`);
-- create index "team_updated_at_id" to table: "teams"
CREATE INDEX `team_updated_at_id` ON `teams` (`updated_at`, `id`);
-- create index "team_lead_id" to table: "teams"
CREATE INDEX `team_lead_id` ON `teams` (`lead_id`);
-- create "team_memberships" table
CREATE TABLE `team_memberships` (`id` text NOT NULL, `valid_from` datetime NOT NULL, `valid_to` datetime NULL, `recorded_at` datetime NOT NULL, `team_id` text NOT NULL, `user_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `team_memberships_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE NO ACTION, CONSTRAINT `team_memberships_users_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE NO ACTION);
-- create index "teammembership_team_id_user_id_valid_from" to table: "team_memberships"
CREATE INDEX `teammembership_team_id_user_id_valid_from` ON `team_memberships` (`team_id`, `user_id`, `valid_from`);
-- create index "teammembership_user_id" to table: "team_memberships"
CREATE INDEX `teammembership_user_id` ON `team_memberships` (`user_id`);
