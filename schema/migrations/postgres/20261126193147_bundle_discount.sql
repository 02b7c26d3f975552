-- +goose Up
-- modify "list_prices" table
ALTER TABLE "list_prices" ADD COLUMN "bundle_discount" bigint NULL;
