-- +goose Up
-- create "expected_prices" table
CREATE TABLE "expected_prices" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "unit" bigint NOT NULL, "at" timestamptz NOT NULL, "segment" character varying NULL COLLATE "C", "recorded_by" character varying NOT NULL COLLATE "C", "voided_at" timestamptz NULL, "void_reason" character varying NULL COLLATE "C", "customer_id" character varying NOT NULL COLLATE "C", "product_id" character varying NOT NULL COLLATE "C", "contact_id" character varying NULL COLLATE "C", "offer_id" character varying NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "expected_prices_contacts_contact" FOREIGN KEY ("contact_id") REFERENCES "contacts" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "expected_prices_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "expected_prices_offers_offer" FOREIGN KEY ("offer_id") REFERENCES "offers" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "expected_prices_products_product" FOREIGN KEY ("product_id") REFERENCES "products" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "expectedprice_at_id" to table: "expected_prices"
CREATE INDEX "expectedprice_at_id" ON "expected_prices" ("at", "id");
-- create index "expectedprice_contact_id" to table: "expected_prices"
CREATE INDEX "expectedprice_contact_id" ON "expected_prices" ("contact_id") WHERE (contact_id IS NOT NULL);
-- create index "expectedprice_customer_id_at_id" to table: "expected_prices"
CREATE INDEX "expectedprice_customer_id_at_id" ON "expected_prices" ("customer_id", "at", "id");
-- create index "expectedprice_offer_id" to table: "expected_prices"
CREATE INDEX "expectedprice_offer_id" ON "expected_prices" ("offer_id") WHERE (offer_id IS NOT NULL);
