-- +goose Up
-- modify "price_agreements" table
ALTER TABLE "price_agreements" ADD COLUMN "excused_measurements" jsonb NULL;
-- what a reason excused until now was by the measurements of the customer, whenever they were known
UPDATE "price_agreements" SET "excused_measurements" = (SELECT "measurements" FROM "customers" WHERE "customers"."id" = "price_agreements"."customer_id") WHERE "override_floor_reason" IS NOT NULL;
