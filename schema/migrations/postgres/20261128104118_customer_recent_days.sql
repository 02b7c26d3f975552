-- +goose Up
-- modify "customers" table
ALTER TABLE "customers" ADD COLUMN "recent_days" character varying NOT NULL DEFAULT '' COLLATE "C";
-- the completed order days of the last year before the last one, with their margins: lifetime.Recent
UPDATE "customers" SET "recent_days" = coalesce((SELECT string_agg("d"."day" || ':' || "d"."margin", ',' ORDER BY "d"."day") FROM (SELECT "o"."day", sum("o"."margin") AS "margin" FROM "orders" AS "o" WHERE "o"."customer_id" = "customers"."id" AND "o"."status" = 'COMPLETED' AND "o"."day" > "customers"."last_order_day" - 365 GROUP BY "o"."day") AS "d"), '') WHERE "order_days" > 0;
