-- +goose Up
-- create "field_definitions" table
CREATE TABLE "field_definitions" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "noun" character varying NOT NULL COLLATE "C", "code" character varying NOT NULL COLLATE "C", "label" character varying NOT NULL COLLATE "C", "type" character varying NOT NULL COLLATE "C", "least" bigint NULL, "most" bigint NULL, "earliest" bigint NULL, "latest" bigint NULL, "max_length" bigint NULL, "words" jsonb NULL, "for_sales" boolean NOT NULL, "for_partners" boolean NOT NULL, PRIMARY KEY ("id"));
-- create index "fielddefinition_noun_code" to table: "field_definitions"
CREATE UNIQUE INDEX "fielddefinition_noun_code" ON "field_definitions" ("noun", "code");
-- create "field_entries" table
CREATE TABLE "field_entries" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "subject" character varying NOT NULL COLLATE "C", "value" character varying NULL COLLATE "C", "number" bigint NULL, "set_at" timestamptz NOT NULL, "definition_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "field_entries_field_definitions_definition" FOREIGN KEY ("definition_id") REFERENCES "field_definitions" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "fieldentry_definition_id_number" to table: "field_entries"
CREATE INDEX "fieldentry_definition_id_number" ON "field_entries" ("definition_id", "number");
-- create index "fieldentry_definition_id_value" to table: "field_entries"
CREATE INDEX "fieldentry_definition_id_value" ON "field_entries" ("definition_id", "value");
-- create index "fieldentry_subject_definition_id" to table: "field_entries"
CREATE UNIQUE INDEX "fieldentry_subject_definition_id" ON "field_entries" ("subject", "definition_id");
