-- +goose Up
-- add column "merged_into_id" to table: "customers"
ALTER TABLE `customers` ADD COLUMN `merged_into_id` text NULL;
-- create index "customer_merged_into_id" to table: "customers"
CREATE INDEX `customer_merged_into_id` ON `customers` (`merged_into_id`) WHERE merged_into_id IS NOT NULL;
-- add column "sealed_for" to table: "permissions"
ALTER TABLE `permissions` ADD COLUMN `sealed_for` text NULL;
-- create "customer_identities" table
CREATE TABLE `customer_identities` (`id` text NOT NULL, `kind` text NOT NULL, `value` text NOT NULL, `value_key` text NOT NULL, `customer_id` text NOT NULL, `merge_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `customer_identities_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION, CONSTRAINT `customer_identities_customer_merges_merge` FOREIGN KEY (`merge_id`) REFERENCES `customer_merges` (`id`) ON DELETE NO ACTION);
-- create index "customeridentity_customer_id" to table: "customer_identities"
CREATE INDEX `customeridentity_customer_id` ON `customer_identities` (`customer_id`);
-- create index "customeridentity_kind_value_key" to table: "customer_identities"
CREATE INDEX `customeridentity_kind_value_key` ON `customer_identities` (`kind`, `value_key`);
-- create index "customeridentity_merge_id" to table: "customer_identities"
CREATE INDEX `customeridentity_merge_id` ON `customer_identities` (`merge_id`);
-- create "customer_merges" table
CREATE TABLE `customer_merges` (`id` text NOT NULL, `at` datetime NOT NULL, `actor` text NOT NULL, `reason` text NULL, `before` json NOT NULL, `undone_at` datetime NULL, `undone_by` text NULL, `undo_reason` text NULL, `kept_id` text NOT NULL, `merged_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `customer_merges_customers_kept` FOREIGN KEY (`kept_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION, CONSTRAINT `customer_merges_customers_merged` FOREIGN KEY (`merged_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION);
-- create index "customermerge_kept_id_at" to table: "customer_merges"
CREATE INDEX `customermerge_kept_id_at` ON `customer_merges` (`kept_id`, `at`);
-- create index "customermerge_merged_id" to table: "customer_merges"
CREATE UNIQUE INDEX `customermerge_merged_id` ON `customer_merges` (`merged_id`) WHERE undone_at IS NULL;
-- create "duplicate_decisions" table
CREATE TABLE `duplicate_decisions` (`id` text NOT NULL, `at` datetime NOT NULL, `actor` text NOT NULL, `reason` text NULL, `revoked_at` datetime NULL, `revoked_by` text NULL, `first_id` text NOT NULL, `second_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `duplicate_decisions_customers_first` FOREIGN KEY (`first_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION, CONSTRAINT `duplicate_decisions_customers_second` FOREIGN KEY (`second_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION);
-- create index "duplicatedecision_first_id_second_id" to table: "duplicate_decisions"
CREATE UNIQUE INDEX `duplicatedecision_first_id_second_id` ON `duplicate_decisions` (`first_id`, `second_id`) WHERE revoked_at IS NULL;
-- create index "duplicatedecision_second_id" to table: "duplicate_decisions"
CREATE INDEX `duplicatedecision_second_id` ON `duplicate_decisions` (`second_id`);
-- create "merged_rows" table
CREATE TABLE `merged_rows` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `place` text NOT NULL, `row_id` text NOT NULL, `belongs_to` text NOT NULL, `merge_id` text NOT NULL, CONSTRAINT `merged_rows_customer_merges_merge` FOREIGN KEY (`merge_id`) REFERENCES `customer_merges` (`id`) ON DELETE NO ACTION);
-- create index "mergedrow_merge_id_place_row_id" to table: "merged_rows"
CREATE UNIQUE INDEX `mergedrow_merge_id_place_row_id` ON `merged_rows` (`merge_id`, `place`, `row_id`);
