-- +goose Up
-- add column "bundle_discount" to table: "list_prices"
ALTER TABLE `list_prices` ADD COLUMN `bundle_discount` integer NULL;
