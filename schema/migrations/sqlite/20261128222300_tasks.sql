-- +goose Up
-- add column "tasks" to table: "hand_overs"
ALTER TABLE `hand_overs` ADD COLUMN `tasks` integer NOT NULL DEFAULT (0);
-- create "tasks" table
CREATE TABLE `tasks` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `title` text NOT NULL, `why` text NULL, `due_at` datetime NOT NULL, `kind` text NULL, `channel` text NULL, `purpose` text NULL, `state` text NOT NULL DEFAULT ('OPEN'), `done_at` datetime NULL, `cancelled_at` datetime NULL, `cancel_reason` text NULL, `closed_by` text NULL, `created_by` text NOT NULL, `customer_id` text NOT NULL, `owner_id` text NULL, `team_id` text NULL, `contact_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `tasks_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION, CONSTRAINT `tasks_users_owner` FOREIGN KEY (`owner_id`) REFERENCES `users` (`id`) ON DELETE SET NULL, CONSTRAINT `tasks_teams_team` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`) ON DELETE SET NULL, CONSTRAINT `tasks_contacts_contact` FOREIGN KEY (`contact_id`) REFERENCES `contacts` (`id`) ON DELETE SET NULL);
-- create index "task_customer_id_due_at_id" to table: "tasks"
CREATE INDEX `task_customer_id_due_at_id` ON `tasks` (`customer_id`, `due_at`, `id`);
-- create index "task_state_due_at_id" to table: "tasks"
CREATE INDEX `task_state_due_at_id` ON `tasks` (`state`, `due_at`, `id`);
-- create index "task_due_at_id" to table: "tasks"
CREATE INDEX `task_due_at_id` ON `tasks` (`due_at`, `id`);
-- create index "task_created_at_id" to table: "tasks"
CREATE INDEX `task_created_at_id` ON `tasks` (`created_at`, `id`);
-- create index "task_updated_at_id" to table: "tasks"
CREATE INDEX `task_updated_at_id` ON `tasks` (`updated_at`, `id`);
-- create index "task_owner_id_state_due_at" to table: "tasks"
CREATE INDEX `task_owner_id_state_due_at` ON `tasks` (`owner_id`, `state`, `due_at`);
-- create index "task_team_id" to table: "tasks"
CREATE INDEX `task_team_id` ON `tasks` (`team_id`) WHERE team_id IS NOT NULL;
-- create index "task_contact_id" to table: "tasks"
CREATE INDEX `task_contact_id` ON `tasks` (`contact_id`) WHERE contact_id IS NOT NULL;
