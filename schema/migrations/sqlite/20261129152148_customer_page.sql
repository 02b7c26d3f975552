-- +goose Up
-- add column "erased_at" to table: "customers"
ALTER TABLE `customers` ADD COLUMN `erased_at` datetime NULL;
-- add column "erased_hash" to table: "permission_events"
ALTER TABLE `permission_events` ADD COLUMN `erased_hash` text NULL;
-- create "customer_links" table
CREATE TABLE `customer_links` (`id` text NOT NULL, `created_at` datetime NOT NULL, `created_by` text NOT NULL, `expires_at` datetime NOT NULL, `ended_at` datetime NULL, `ended_by` text NULL, `end_reason` text NULL, `customer_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `customer_links_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION);
-- create index "customerlink_customer_id_created_at_id" to table: "customer_links"
CREATE INDEX `customerlink_customer_id_created_at_id` ON `customer_links` (`customer_id`, `created_at`, `id`);
-- create "link_codes" table
CREATE TABLE `link_codes` (`id` text NOT NULL, `link_id` text NOT NULL, `customer_id` text NOT NULL, `message_id` text NOT NULL, `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `tries` integer NOT NULL DEFAULT (0), `used_at` datetime NULL, PRIMARY KEY (`id`));
-- create index "linkcode_customer_id_created_at" to table: "link_codes"
CREATE INDEX `linkcode_customer_id_created_at` ON `link_codes` (`customer_id`, `created_at`);
-- create index "linkcode_link_id_created_at" to table: "link_codes"
CREATE INDEX `linkcode_link_id_created_at` ON `link_codes` (`link_id`, `created_at`);
-- create index "linkcode_message_id" to table: "link_codes"
CREATE UNIQUE INDEX `linkcode_message_id` ON `link_codes` (`message_id`);
-- create "personal_data_requests" table
CREATE TABLE `personal_data_requests` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `kind` text NOT NULL, `state` text NOT NULL, `asked_at` datetime NOT NULL, `due_at` datetime NOT NULL, `source` text NOT NULL, `text` text NULL, `recorded_by` text NOT NULL, `closed_at` datetime NULL, `closed_by` text NULL, `report` text NULL, `customer_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `personal_data_requests_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION);
-- create index "personaldatarequest_customer_id_created_at_id" to table: "personal_data_requests"
CREATE INDEX `personaldatarequest_customer_id_created_at_id` ON `personal_data_requests` (`customer_id`, `created_at`, `id`);
-- create index "personaldatarequest_state_due_at_id" to table: "personal_data_requests"
CREATE INDEX `personaldatarequest_state_due_at_id` ON `personal_data_requests` (`state`, `due_at`, `id`);
-- create index "personaldatarequest_due_at_id" to table: "personal_data_requests"
CREATE INDEX `personaldatarequest_due_at_id` ON `personal_data_requests` (`due_at`, `id`);
-- create index "personaldatarequest_created_at_id" to table: "personal_data_requests"
CREATE INDEX `personaldatarequest_created_at_id` ON `personal_data_requests` (`created_at`, `id`);
-- create index "personaldatarequest_updated_at_id" to table: "personal_data_requests"
CREATE INDEX `personaldatarequest_updated_at_id` ON `personal_data_requests` (`updated_at`, `id`);
