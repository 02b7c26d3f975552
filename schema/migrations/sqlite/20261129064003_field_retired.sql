-- +goose Up
-- add column "retired" to table: "field_definitions"
ALTER TABLE `field_definitions` ADD COLUMN `retired` bool NOT NULL DEFAULT (false);
