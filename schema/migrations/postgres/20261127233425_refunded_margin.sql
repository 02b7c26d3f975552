-- +goose Up
-- modify "customers" table
ALTER TABLE "customers" ADD COLUMN "refunded_margin" bigint NOT NULL DEFAULT 0;
-- what the goods of orders given back in full had cost is part of customers' margins
UPDATE "customers" SET "refunded_margin" = (SELECT sum("o"."margin") FROM "orders" AS "o" WHERE "o"."customer_id" = "customers"."id" AND "o"."status" = 'REFUNDED')
WHERE "id" IN (SELECT "customer_id" FROM "orders" WHERE "status" = 'REFUNDED');
-- an order that was cancelled has no margin
UPDATE "orders" SET "margin" = 0 WHERE "status" = 'CANCELLED' AND "margin" <> 0;
