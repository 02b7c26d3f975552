-- +goose Up
-- add column "participants" to table: "contact_corrections"
ALTER TABLE `contact_corrections` ADD COLUMN `participants` json NULL;
-- add column "participants" to table: "contacts"
ALTER TABLE `contacts` ADD COLUMN `participants` json NULL;
-- create "contact_participants" table
CREATE TABLE `contact_participants` (`id` text NOT NULL, `contact_id` text NOT NULL, `user_id` text NOT NULL, `minutes` integer NOT NULL, PRIMARY KEY (`id`));
-- create index "contactparticipant_contact_id_user_id" to table: "contact_participants"
CREATE UNIQUE INDEX `contactparticipant_contact_id_user_id` ON `contact_participants` (`contact_id`, `user_id`);
-- create index "contactparticipant_user_id_contact_id" to table: "contact_participants"
CREATE INDEX `contactparticipant_user_id_contact_id` ON `contact_participants` (`user_id`, `contact_id`);
-- create "contact_persons" table
CREATE TABLE `contact_persons` (`id` text NOT NULL, `contact_id` text NOT NULL, `customer_id` text NOT NULL, PRIMARY KEY (`id`));
-- create index "contactperson_contact_id" to table: "contact_persons"
CREATE INDEX `contactperson_contact_id` ON `contact_persons` (`contact_id`);
-- create index "contactperson_customer_id" to table: "contact_persons"
CREATE INDEX `contactperson_customer_id` ON `contact_persons` (`customer_id`);
-- create "customer_relations" table
CREATE TABLE `customer_relations` (`id` text NOT NULL, `person_id` text NOT NULL, `group_id` text NOT NULL, `role` text NULL, `valid_from` integer NOT NULL, `valid_to` integer NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- create index "customerrelation_person_id" to table: "customer_relations"
CREATE INDEX `customerrelation_person_id` ON `customer_relations` (`person_id`);
-- create index "customerrelation_group_id" to table: "customer_relations"
CREATE INDEX `customerrelation_group_id` ON `customer_relations` (`group_id`);
