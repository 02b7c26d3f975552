-- +goose Up
-- modify "price_rules" table
ALTER TABLE "price_rules" ADD COLUMN "cap" bigint NULL;
-- modify "product_options" table
ALTER TABLE "product_options" ADD COLUMN "measured" boolean NOT NULL DEFAULT false, ADD COLUMN "grade" boolean NOT NULL DEFAULT false;
