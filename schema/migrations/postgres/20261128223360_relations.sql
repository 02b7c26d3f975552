-- +goose Up
-- modify "contact_corrections" table
ALTER TABLE "contact_corrections" ADD COLUMN "participants" jsonb NULL;
-- modify "contacts" table
ALTER TABLE "contacts" ADD COLUMN "participants" jsonb NULL;
-- create "contact_participants" table
CREATE TABLE "contact_participants" ("id" character varying NOT NULL COLLATE "C", "contact_id" character varying NOT NULL COLLATE "C", "user_id" character varying NOT NULL COLLATE "C", "minutes" bigint NOT NULL, PRIMARY KEY ("id"));
-- create index "contactparticipant_contact_id_user_id" to table: "contact_participants"
CREATE UNIQUE INDEX "contactparticipant_contact_id_user_id" ON "contact_participants" ("contact_id", "user_id");
-- create index "contactparticipant_user_id_contact_id" to table: "contact_participants"
CREATE INDEX "contactparticipant_user_id_contact_id" ON "contact_participants" ("user_id", "contact_id");
-- create "contact_persons" table
CREATE TABLE "contact_persons" ("id" character varying NOT NULL COLLATE "C", "contact_id" character varying NOT NULL COLLATE "C", "customer_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"));
-- create index "contactperson_contact_id" to table: "contact_persons"
CREATE INDEX "contactperson_contact_id" ON "contact_persons" ("contact_id");
-- create index "contactperson_customer_id" to table: "contact_persons"
CREATE INDEX "contactperson_customer_id" ON "contact_persons" ("customer_id");
-- create "customer_relations" table
CREATE TABLE "customer_relations" ("id" character varying NOT NULL COLLATE "C", "person_id" character varying NOT NULL COLLATE "C", "group_id" character varying NOT NULL COLLATE "C", "role" character varying NULL COLLATE "C", "valid_from" bigint NOT NULL, "valid_to" bigint NULL, "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "customerrelation_group_id" to table: "customer_relations"
CREATE INDEX "customerrelation_group_id" ON "customer_relations" ("group_id");
-- create index "customerrelation_person_id" to table: "customer_relations"
CREATE INDEX "customerrelation_person_id" ON "customer_relations" ("person_id");
