-- +goose Up
-- add column "excused_measurements" to table: "price_agreements"
ALTER TABLE `price_agreements` ADD COLUMN `excused_measurements` json NULL;
-- what a reason excused until now was by the measurements of the customer, whenever they were known
UPDATE `price_agreements` SET `excused_measurements` = (SELECT `measurements` FROM `customers` WHERE `customers`.`id` = `price_agreements`.`customer_id`) WHERE `override_floor_reason` IS NOT NULL;
