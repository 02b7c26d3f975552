-- +goose Up
-- add column "cap" to table: "price_rules"
ALTER TABLE `price_rules` ADD COLUMN `cap` integer NULL;
-- add columns "measured" and "grade" to table: "product_options"
ALTER TABLE `product_options` ADD COLUMN `measured` bool NOT NULL DEFAULT false;
ALTER TABLE `product_options` ADD COLUMN `grade` bool NOT NULL DEFAULT false;
