-- +goose Up
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- create "new_contacts" table
CREATE TABLE `new_contacts` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `kind` text NOT NULL, `direction` text NOT NULL, `channel` text NOT NULL, `at` datetime NOT NULL, `minutes` integer NOT NULL, `exact_seconds` integer NULL, `subject` text NULL, `notes` text NULL, `purpose` text NULL, `stage` text NOT NULL, `segment` text NULL, `external_id` text NULL, `expense` integer NOT NULL, `cost` integer NOT NULL, `cost_lines` json NOT NULL, `uncosted` bool NOT NULL DEFAULT (false), `realised` integer NOT NULL, `recorded_at` datetime NOT NULL, `source` text NULL, `advertising` integer NOT NULL DEFAULT ('0'), `corrected_at` datetime NULL, `voided_at` datetime NULL, `voided_by` text NULL, `void_reason` text NULL, `customer_id` text NOT NULL, `staff_id` text NULL, `about_id` text NULL, `permission_id` text NULL, `order_id` text NULL, `offer_id` text NULL, `campaign_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `contacts_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION, CONSTRAINT `contacts_users_staff` FOREIGN KEY (`staff_id`) REFERENCES `users` (`id`) ON DELETE SET NULL, CONSTRAINT `contacts_customers_about` FOREIGN KEY (`about_id`) REFERENCES `customers` (`id`) ON DELETE SET NULL, CONSTRAINT `contacts_permissions_permission` FOREIGN KEY (`permission_id`) REFERENCES `permissions` (`id`) ON DELETE SET NULL, CONSTRAINT `contacts_orders_order` FOREIGN KEY (`order_id`) REFERENCES `orders` (`id`) ON DELETE SET NULL, CONSTRAINT `contacts_offers_offer` FOREIGN KEY (`offer_id`) REFERENCES `offers` (`id`) ON DELETE SET NULL, CONSTRAINT `contacts_campaigns_campaign` FOREIGN KEY (`campaign_id`) REFERENCES `campaigns` (`id`) ON DELETE SET NULL);
-- copy rows from old table "contacts" to new temporary table "new_contacts"
INSERT INTO `new_contacts` (`id`, `version`, `kind`, `direction`, `channel`, `at`, `minutes`, `exact_seconds`, `subject`, `notes`, `purpose`, `stage`, `segment`, `external_id`, `expense`, `cost`, `cost_lines`, `uncosted`, `realised`, `recorded_at`, `corrected_at`, `voided_at`, `voided_by`, `void_reason`, `customer_id`, `staff_id`, `about_id`, `permission_id`, `order_id`, `offer_id`) SELECT `id`, `version`, `kind`, `direction`, `channel`, `at`, `minutes`, `exact_seconds`, `subject`, `notes`, `purpose`, `stage`, `segment`, `external_id`, `expense`, `cost`, `cost_lines`, `uncosted`, `realised`, `recorded_at`, `corrected_at`, `voided_at`, `voided_by`, `void_reason`, `customer_id`, `staff_id`, `about_id`, `permission_id`, `order_id`, `offer_id` FROM `contacts`;
-- drop "contacts" table after copying rows
DROP TABLE `contacts`;
-- rename temporary table "new_contacts" to "contacts"
ALTER TABLE `new_contacts` RENAME TO `contacts`;
-- create index "contact_customer_id_at_id" to table: "contacts"
CREATE INDEX `contact_customer_id_at_id` ON `contacts` (`customer_id`, `at`, `id`);
-- create index "contact_at_id" to table: "contacts"
CREATE INDEX `contact_at_id` ON `contacts` (`at`, `id`);
-- create index "contact_staff_id_at" to table: "contacts"
CREATE INDEX `contact_staff_id_at` ON `contacts` (`staff_id`, `at`);
-- create index "contact_channel_at" to table: "contacts"
CREATE INDEX `contact_channel_at` ON `contacts` (`channel`, `at`);
-- create index "contact_about_id" to table: "contacts"
CREATE INDEX `contact_about_id` ON `contacts` (`about_id`) WHERE about_id IS NOT NULL;
-- create index "contact_permission_id" to table: "contacts"
CREATE INDEX `contact_permission_id` ON `contacts` (`permission_id`) WHERE permission_id IS NOT NULL;
-- create index "contact_order_id" to table: "contacts"
CREATE INDEX `contact_order_id` ON `contacts` (`order_id`) WHERE order_id IS NOT NULL;
-- create index "contact_offer_id" to table: "contacts"
CREATE INDEX `contact_offer_id` ON `contacts` (`offer_id`) WHERE offer_id IS NOT NULL;
-- create index "contact_external_id" to table: "contacts"
CREATE UNIQUE INDEX `contact_external_id` ON `contacts` (`external_id`) WHERE external_id IS NOT NULL;
-- create index "contact_campaign_id_at_id" to table: "contacts"
CREATE INDEX `contact_campaign_id_at_id` ON `contacts` (`campaign_id`, `at`, `id`) WHERE campaign_id IS NOT NULL;
-- create index "contact_source_at" to table: "contacts"
CREATE INDEX `contact_source_at` ON `contacts` (`source`, `at`) WHERE source IS NOT NULL;
-- create index "contact_customer_id" to table: "contacts"
CREATE INDEX `contact_customer_id` ON `contacts` (`customer_id`) WHERE advertising <> 0;
-- create "new_customers" table
CREATE TABLE `new_customers` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `kind` text NOT NULL DEFAULT ('PERSON'), `name` text NOT NULL, `name_key` text NOT NULL, `email` text NULL, `email_key` text NULL, `phone` text NULL, `external_id` text NULL, `stage` text NOT NULL DEFAULT ('STRANGER'), `segment` text NULL, `measurements` json NULL, `acquired_at` datetime NULL, `acquisition_cost` integer NOT NULL, `wallet` integer NULL, `birthday` integer NULL, `tax_exempt` text NULL, `source` text NULL, `email_twin` integer NOT NULL DEFAULT (0), `external_twin` integer NOT NULL DEFAULT (0), `departed_at` datetime NULL, `deleted_at` datetime NULL, `order_days` integer NOT NULL DEFAULT (0), `first_order_day` integer NOT NULL DEFAULT (0), `last_order_day` integer NOT NULL DEFAULT (0), `margin` integer NOT NULL, `repeat_margin` integer NOT NULL, `refunded_margin` integer NOT NULL DEFAULT ('0'), `recent_days` text NOT NULL DEFAULT (''), `contact_cost` integer NOT NULL, `last_order_at` datetime NOT NULL, `lifetime_value` integer NOT NULL, `shown_total` integer NOT NULL DEFAULT ('0'), `shown_earnings` json NULL, `owner_id` text NULL, `referred_by_id` text NULL, `campaign_id` text NULL, `partner_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `customers_users_owner` FOREIGN KEY (`owner_id`) REFERENCES `users` (`id`) ON DELETE SET NULL, CONSTRAINT `customers_customers_referrals` FOREIGN KEY (`referred_by_id`) REFERENCES `customers` (`id`) ON DELETE SET NULL, CONSTRAINT `customers_campaigns_campaign` FOREIGN KEY (`campaign_id`) REFERENCES `campaigns` (`id`) ON DELETE SET NULL, CONSTRAINT `customers_partners_partner` FOREIGN KEY (`partner_id`) REFERENCES `partners` (`id`) ON DELETE SET NULL);
-- copy rows from old table "customers" to new temporary table "new_customers"
INSERT INTO `new_customers` (`id`, `version`, `created_at`, `updated_at`, `kind`, `name`, `name_key`, `email`, `email_key`, `phone`, `external_id`, `stage`, `segment`, `measurements`, `acquired_at`, `acquisition_cost`, `wallet`, `birthday`, `tax_exempt`, `email_twin`, `external_twin`, `departed_at`, `deleted_at`, `order_days`, `first_order_day`, `last_order_day`, `margin`, `repeat_margin`, `refunded_margin`, `recent_days`, `contact_cost`, `last_order_at`, `lifetime_value`, `shown_total`, `shown_earnings`, `owner_id`, `referred_by_id`, `partner_id`) SELECT `id`, `version`, `created_at`, `updated_at`, `kind`, `name`, `name_key`, `email`, `email_key`, `phone`, `external_id`, `stage`, `segment`, `measurements`, `acquired_at`, `acquisition_cost`, `wallet`, `birthday`, `tax_exempt`, `email_twin`, `external_twin`, `departed_at`, `deleted_at`, `order_days`, `first_order_day`, `last_order_day`, `margin`, `repeat_margin`, `refunded_margin`, `recent_days`, `contact_cost`, `last_order_at`, `lifetime_value`, `shown_total`, `shown_earnings`, `owner_id`, `referred_by_id`, `partner_id` FROM `customers`;
-- drop "customers" table after copying rows
DROP TABLE `customers`;
-- rename temporary table "new_customers" to "customers"
ALTER TABLE `new_customers` RENAME TO `customers`;
-- create index "customer_email_key_email_twin" to table: "customers"
CREATE UNIQUE INDEX `customer_email_key_email_twin` ON `customers` (`email_key`, `email_twin`) WHERE email_key IS NOT NULL AND deleted_at IS NULL;
-- create index "customer_external_id_external_twin" to table: "customers"
CREATE UNIQUE INDEX `customer_external_id_external_twin` ON `customers` (`external_id`, `external_twin`) WHERE deleted_at IS NULL;
-- create index "customer_phone" to table: "customers"
CREATE INDEX `customer_phone` ON `customers` (`phone`) WHERE phone IS NOT NULL;
-- create index "customer_email_twin" to table: "customers"
CREATE INDEX `customer_email_twin` ON `customers` (`email_twin`) WHERE email_twin > 0;
-- create index "customer_external_twin" to table: "customers"
CREATE INDEX `customer_external_twin` ON `customers` (`external_twin`) WHERE external_twin > 0;
-- create index "customer_created_at_id" to table: "customers"
CREATE INDEX `customer_created_at_id` ON `customers` (`created_at`, `id`);
-- create index "customer_updated_at_id" to table: "customers"
CREATE INDEX `customer_updated_at_id` ON `customers` (`updated_at`, `id`);
-- create index "customer_name_key_id" to table: "customers"
CREATE INDEX `customer_name_key_id` ON `customers` (`name_key`, `id`);
-- create index "customer_last_order_at_id" to table: "customers"
CREATE INDEX `customer_last_order_at_id` ON `customers` (`last_order_at`, `id`);
-- create index "customer_lifetime_value_id" to table: "customers"
CREATE INDEX `customer_lifetime_value_id` ON `customers` (`lifetime_value`, `id`);
-- create index "customer_shown_total_id" to table: "customers"
CREATE INDEX `customer_shown_total_id` ON `customers` (`shown_total`, `id`);
-- create index "customer_owner_id" to table: "customers"
CREATE INDEX `customer_owner_id` ON `customers` (`owner_id`) WHERE owner_id IS NOT NULL;
-- create index "customer_partner_id" to table: "customers"
CREATE INDEX `customer_partner_id` ON `customers` (`partner_id`) WHERE partner_id IS NOT NULL;
-- create index "customer_referred_by_id" to table: "customers"
CREATE INDEX `customer_referred_by_id` ON `customers` (`referred_by_id`) WHERE referred_by_id IS NOT NULL;
-- create index "customer_campaign_id" to table: "customers"
CREATE INDEX `customer_campaign_id` ON `customers` (`campaign_id`) WHERE campaign_id IS NOT NULL;
-- create index "customer_source" to table: "customers"
CREATE INDEX `customer_source` ON `customers` (`source`) WHERE source IS NOT NULL;
-- create index "customer_stage_segment" to table: "customers"
CREATE INDEX `customer_stage_segment` ON `customers` (`stage`, `segment`);
-- create index "customer_id" to table: "customers"
CREATE INDEX `customer_id` ON `customers` (`id`) WHERE tax_exempt IS NOT NULL;
-- add column "campaign_id" to table: "contact_corrections"
ALTER TABLE `contact_corrections` ADD COLUMN `campaign_id` text NULL;
-- create "campaigns" table
CREATE TABLE `campaigns` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `code` text NOT NULL, `name` text NOT NULL, `source` text NOT NULL, `channel` text NULL, `first_day` integer NOT NULL, `last_day` integer NULL, `archived` bool NOT NULL DEFAULT (false), PRIMARY KEY (`id`));
-- create index "campaign_code" to table: "campaigns"
CREATE UNIQUE INDEX `campaign_code` ON `campaigns` (`code`);
-- create index "campaign_created_at_id" to table: "campaigns"
CREATE INDEX `campaign_created_at_id` ON `campaigns` (`created_at`, `id`);
-- create index "campaign_updated_at_id" to table: "campaigns"
CREATE INDEX `campaign_updated_at_id` ON `campaigns` (`updated_at`, `id`);
-- create "spends" table
CREATE TABLE `spends` (`id` text NOT NULL, `first_day` integer NOT NULL, `last_day` integer NOT NULL, `begins_at` datetime NOT NULL, `ends_at` datetime NOT NULL, `amount` integer NOT NULL, `reason` text NULL, `correction` bool NOT NULL DEFAULT (false), `recorded_at` datetime NOT NULL, `recorded_by` text NOT NULL, `campaign_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `spends_campaigns_campaign` FOREIGN KEY (`campaign_id`) REFERENCES `campaigns` (`id`) ON DELETE NO ACTION);
-- create index "spend_campaign_id_first_day_last_day_recorded_at" to table: "spends"
CREATE UNIQUE INDEX `spend_campaign_id_first_day_last_day_recorded_at` ON `spends` (`campaign_id`, `first_day`, `last_day`, `recorded_at`);
-- create index "spend_campaign_id_ends_at" to table: "spends"
CREATE INDEX `spend_campaign_id_ends_at` ON `spends` (`campaign_id`, `ends_at`);
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
