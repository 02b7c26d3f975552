-- +goose Up
-- modify "order_lines" table
ALTER TABLE "order_lines" ADD COLUMN "priced_at" timestamptz NULL, ADD COLUMN "returned" bigint NOT NULL DEFAULT 0;
-- modify "refunds" table
ALTER TABLE "refunds" ADD COLUMN "recorded_at" timestamptz NULL, ADD COLUMN "goods_returned" boolean NOT NULL DEFAULT false;
-- refunds were recorded at their moments
UPDATE "refunds" SET "recorded_at" = "at";
ALTER TABLE "refunds" ALTER COLUMN "recorded_at" SET NOT NULL;
-- create "refund_lines" table
CREATE TABLE "refund_lines" ("id" character varying NOT NULL COLLATE "C", "position" bigint NOT NULL, "quantity" bigint NOT NULL, "amount" bigint NOT NULL, "stated" boolean NOT NULL, "refund_id" character varying NOT NULL COLLATE "C", "line_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "refund_lines_order_lines_line" FOREIGN KEY ("line_id") REFERENCES "order_lines" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "refund_lines_refunds_refund" FOREIGN KEY ("refund_id") REFERENCES "refunds" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "refundline_line_id" to table: "refund_lines"
CREATE INDEX "refundline_line_id" ON "refund_lines" ("line_id");
-- create index "refundline_refund_id_line_id" to table: "refund_lines"
CREATE UNIQUE INDEX "refundline_refund_id_line_id" ON "refund_lines" ("refund_id", "line_id");
-- a line of an order that came of an offer was priced when the offer's was
UPDATE "order_lines" SET "priced_at" = "l"."priced_at" FROM "orders" AS "o" JOIN "offer_lines" AS "l" ON "l"."offer_id" = "o"."offer_id"
WHERE "o"."id" = "order_lines"."order_id" AND "l"."position" = "order_lines"."position";
