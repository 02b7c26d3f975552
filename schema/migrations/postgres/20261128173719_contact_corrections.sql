-- +goose Up
-- create "contact_corrections" table
CREATE TABLE "contact_corrections" ("id" character varying NOT NULL COLLATE "C", "contact_id" character varying NOT NULL COLLATE "C", "known_from" timestamptz NOT NULL, "recorded_at" timestamptz NOT NULL, "kind" character varying NOT NULL COLLATE "C", "direction" character varying NOT NULL COLLATE "C", "channel" character varying NOT NULL COLLATE "C", "at" timestamptz NOT NULL, "minutes" bigint NOT NULL, "exact_seconds" bigint NULL, "staff_id" character varying NULL COLLATE "C", "about_id" character varying NULL COLLATE "C", "expense" bigint NOT NULL, PRIMARY KEY ("id"));
-- create index "contactcorrection_contact_id_recorded_at" to table: "contact_corrections"
CREATE INDEX "contactcorrection_contact_id_recorded_at" ON "contact_corrections" ("contact_id", "recorded_at");
-- create index "contactcorrection_recorded_at" to table: "contact_corrections"
CREATE INDEX "contactcorrection_recorded_at" ON "contact_corrections" ("recorded_at");
-- modify "contacts" table
ALTER TABLE "contacts" ADD COLUMN "corrected_at" timestamptz NULL, ADD COLUMN "voided_at" timestamptz NULL, ADD COLUMN "voided_by" character varying NULL COLLATE "C", ADD COLUMN "void_reason" character varying NULL COLLATE "C", ADD COLUMN "order_id" character varying NULL COLLATE "C", ADD COLUMN "offer_id" character varying NULL COLLATE "C", ADD CONSTRAINT "contacts_offers_offer" FOREIGN KEY ("offer_id") REFERENCES "offers" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, ADD CONSTRAINT "contacts_orders_order" FOREIGN KEY ("order_id") REFERENCES "orders" ("id") ON UPDATE NO ACTION ON DELETE SET NULL;
-- create index "contact_offer_id" to table: "contacts"
CREATE INDEX "contact_offer_id" ON "contacts" ("offer_id") WHERE (offer_id IS NOT NULL);
-- create index "contact_order_id" to table: "contacts"
CREATE INDEX "contact_order_id" ON "contacts" ("order_id") WHERE (order_id IS NOT NULL);
-- the contacts by which offers were sent are about these offers
UPDATE "contacts" SET "offer_id" = (SELECT min("f"."id") FROM "offers" "f" WHERE "f"."contact_id" = "contacts"."id") WHERE "id" IN (SELECT "contact_id" FROM "offers" WHERE "contact_id" IS NOT NULL);
