-- +goose Up
-- modify "offer_lines" table
ALTER TABLE "offer_lines" ADD COLUMN "variant" bigint NOT NULL DEFAULT 0, ADD COLUMN "used_data" jsonb NULL, ADD COLUMN "is_personal" boolean NOT NULL DEFAULT false;
-- create "decline_reasons" table
CREATE TABLE "decline_reasons" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "key" character varying NOT NULL COLLATE "C", "name_en" character varying NOT NULL COLLATE "C", "name_ru" character varying NOT NULL COLLATE "C", "retired_at" timestamptz NULL, PRIMARY KEY ("id"));
-- create index "decline_reasons_key_key" to table: "decline_reasons"
CREATE UNIQUE INDEX "decline_reasons_key_key" ON "decline_reasons" ("key");
-- create index "declinereason_created_at_id" to table: "decline_reasons"
CREATE INDEX "declinereason_created_at_id" ON "decline_reasons" ("created_at", "id");
-- create index "declinereason_key_id" to table: "decline_reasons"
CREATE INDEX "declinereason_key_id" ON "decline_reasons" ("key", "id");
-- create index "declinereason_updated_at_id" to table: "decline_reasons"
CREATE INDEX "declinereason_updated_at_id" ON "decline_reasons" ("updated_at", "id");
-- modify "offers" table
ALTER TABLE "offers" ADD COLUMN "variant" bigint NOT NULL DEFAULT 0, ADD COLUMN "variant_names" jsonb NULL, ADD COLUMN "why" character varying NULL COLLATE "C", ADD COLUMN "decline_key" character varying NULL COLLATE "C", ADD COLUMN "countered_at" timestamptz NULL, ADD COLUMN "completes_order_id" character varying NULL COLLATE "C", ADD COLUMN "completes_product_id" character varying NULL COLLATE "C", ADD CONSTRAINT "offers_orders_completes_order" FOREIGN KEY ("completes_order_id") REFERENCES "orders" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, ADD CONSTRAINT "offers_products_completes_product" FOREIGN KEY ("completes_product_id") REFERENCES "products" ("id") ON UPDATE NO ACTION ON DELETE SET NULL;
-- create index "offer_completes_order_id" to table: "offers"
CREATE INDEX "offer_completes_order_id" ON "offers" ("completes_order_id") WHERE (completes_order_id IS NOT NULL);
-- create index "offer_completes_product_id" to table: "offers"
CREATE INDEX "offer_completes_product_id" ON "offers" ("completes_product_id") WHERE (completes_product_id IS NOT NULL);
-- create "product_of_the_months" table
CREATE TABLE "product_of_the_months" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "month" character varying NOT NULL COLLATE "C", "chosen_by" character varying NOT NULL COLLATE "C", "product_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "product_of_the_months_products_product" FOREIGN KEY ("product_id") REFERENCES "products" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "productofthemonth_created_at_id" to table: "product_of_the_months"
CREATE INDEX "productofthemonth_created_at_id" ON "product_of_the_months" ("created_at", "id");
-- create index "productofthemonth_month_id" to table: "product_of_the_months"
CREATE INDEX "productofthemonth_month_id" ON "product_of_the_months" ("month", "id");
-- create index "productofthemonth_product_id" to table: "product_of_the_months"
CREATE INDEX "productofthemonth_product_id" ON "product_of_the_months" ("product_id");
-- create index "productofthemonth_updated_at_id" to table: "product_of_the_months"
CREATE INDEX "productofthemonth_updated_at_id" ON "product_of_the_months" ("updated_at", "id");
-- the reasons there are from the beginning
INSERT INTO "decline_reasons" ("id", "version", "created_at", "updated_at", "key", "name_en", "name_ru") VALUES
('dcr_01kdvdna00ec180hpbsbpvf6b4', 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'PRICE', 'Too expensive', 'Дорого'),
('dcr_01kdvdna00fd1r72w9t3vndbbf', 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'TIMING', 'Not now', 'Не сейчас'),
('dcr_01kdvdna00ee2tdstjw340jc9h', 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'LEAD_TIME', 'The date does not suit', 'Не устроил срок'),
('dcr_01kdvdna00fc18j6pw4k5v1zs2', 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'COMPETITOR', 'Bought elsewhere', 'Купили у других'),
('dcr_01kdvdna00fx5t9j8t7z2fhdv8', 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'NOT_NEEDED', 'Not needed any more', 'Больше не нужно'),
('dcr_01kdvdna00e898a1mrrzdksfnn', 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'PRODUCT', 'The product does not suit', 'Не подошёл товар'),
('dcr_01kdvdna00fhaske16x3ftk51q', 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'OTHER', 'Another reason', 'Другая причина');
