-- +goose Up
-- add column "segment" to table: "contacts"
ALTER TABLE `contacts` ADD COLUMN `segment` text NULL;
-- contacts that are there have the segment that is known of their customers
UPDATE `contacts` SET `segment` = (SELECT `customers`.`segment` FROM `customers` WHERE `customers`.`id` = `contacts`.`customer_id`);
