-- +goose Up
-- modify "customers" table
ALTER TABLE "customers" ADD COLUMN "wallet" bigint NULL;
-- modify "orders" table
ALTER TABLE "orders" ADD COLUMN "credit_fit" character varying NULL COLLATE "C";
-- create "attribution_fits" table
CREATE TABLE "attribution_fits" ("id" character varying NOT NULL COLLATE "C", "model" character varying NOT NULL COLLATE "C", "fitted_at" timestamptz NOT NULL, "fit" jsonb NOT NULL, PRIMARY KEY ("id"));
-- create index "attributionfit_model_fitted_at" to table: "attribution_fits"
CREATE INDEX "attributionfit_model_fitted_at" ON "attribution_fits" ("model", "fitted_at");
