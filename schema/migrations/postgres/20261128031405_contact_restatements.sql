-- +goose Up
-- create "contact_restatements" table
CREATE TABLE "contact_restatements" ("id" character varying NOT NULL COLLATE "C", "contact_id" character varying NOT NULL COLLATE "C", "stage" character varying NOT NULL COLLATE "C", "segment" character varying NULL COLLATE "C", "recorded_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "contactrestatement_contact_id_recorded_at" to table: "contact_restatements"
CREATE INDEX "contactrestatement_contact_id_recorded_at" ON "contact_restatements" ("contact_id", "recorded_at");
