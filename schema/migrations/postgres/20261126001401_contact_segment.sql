-- +goose Up
-- modify "contacts" table
ALTER TABLE "contacts" ADD COLUMN "segment" character varying NULL COLLATE "C";
-- contacts that are there have the segment that is known of their customers
UPDATE "contacts" SET "segment" = (SELECT "customers"."segment" FROM "customers" WHERE "customers"."id" = "contacts"."customer_id");
