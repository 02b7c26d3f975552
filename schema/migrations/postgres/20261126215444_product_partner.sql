-- +goose Up
-- modify "products" table
ALTER TABLE "products" ADD COLUMN "partner_id" character varying NULL COLLATE "C", ADD CONSTRAINT "products_partners_partner" FOREIGN KEY ("partner_id") REFERENCES "partners" ("id") ON UPDATE NO ACTION ON DELETE SET NULL;
