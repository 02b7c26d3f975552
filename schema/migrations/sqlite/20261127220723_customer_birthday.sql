-- +goose Up
-- add column "birthday" to table: "customers"
ALTER TABLE `customers` ADD COLUMN `birthday` integer NULL;
