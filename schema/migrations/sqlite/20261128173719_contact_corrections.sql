-- +goose Up
-- add columns to table: "contacts"
ALTER TABLE `contacts` ADD COLUMN `corrected_at` datetime NULL;
ALTER TABLE `contacts` ADD COLUMN `voided_at` datetime NULL;
ALTER TABLE `contacts` ADD COLUMN `voided_by` text NULL;
ALTER TABLE `contacts` ADD COLUMN `void_reason` text NULL;
ALTER TABLE `contacts` ADD COLUMN `order_id` text NULL CONSTRAINT `contacts_orders_order` REFERENCES `orders` (`id`) ON DELETE SET NULL;
ALTER TABLE `contacts` ADD COLUMN `offer_id` text NULL CONSTRAINT `contacts_offers_offer` REFERENCES `offers` (`id`) ON DELETE SET NULL;
-- create index "contact_order_id" to table: "contacts"
CREATE INDEX `contact_order_id` ON `contacts` (`order_id`) WHERE order_id IS NOT NULL;
-- create index "contact_offer_id" to table: "contacts"
CREATE INDEX `contact_offer_id` ON `contacts` (`offer_id`) WHERE offer_id IS NOT NULL;
-- create "contact_corrections" table
CREATE TABLE `contact_corrections` (`id` text NOT NULL, `contact_id` text NOT NULL, `known_from` datetime NOT NULL, `recorded_at` datetime NOT NULL, `kind` text NOT NULL, `direction` text NOT NULL, `channel` text NOT NULL, `at` datetime NOT NULL, `minutes` integer NOT NULL, `exact_seconds` integer NULL, `staff_id` text NULL, `about_id` text NULL, `expense` integer NOT NULL, PRIMARY KEY (`id`));
-- create index "contactcorrection_contact_id_recorded_at" to table: "contact_corrections"
CREATE INDEX `contactcorrection_contact_id_recorded_at` ON `contact_corrections` (`contact_id`, `recorded_at`);
-- create index "contactcorrection_recorded_at" to table: "contact_corrections"
CREATE INDEX `contactcorrection_recorded_at` ON `contact_corrections` (`recorded_at`);
-- the contacts by which offers were sent are about these offers
UPDATE `contacts` SET `offer_id` = (SELECT min(`f`.`id`) FROM `offers` `f` WHERE `f`.`contact_id` = `contacts`.`id`) WHERE `id` IN (SELECT `contact_id` FROM `offers` WHERE `contact_id` IS NOT NULL);
