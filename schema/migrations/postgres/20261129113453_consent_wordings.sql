-- +goose Up
-- modify "permission_events" table
ALTER TABLE "permission_events" ADD COLUMN "wording_id" character varying NULL COLLATE "C", ADD COLUMN "language" character varying NULL COLLATE "C", ADD COLUMN "bundled_with" character varying NULL COLLATE "C", ADD COLUMN "given_at" timestamptz NULL;
-- create index "permissionevent_at_id" to table: "permission_events"
CREATE INDEX "permissionevent_at_id" ON "permission_events" ("at", "id");
-- create index "permissionevent_wording_id_at" to table: "permission_events"
CREATE INDEX "permissionevent_wording_id_at" ON "permission_events" ("wording_id", "at") WHERE (wording_id IS NOT NULL);
-- create "wordings" table
CREATE TABLE "wordings" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "code" character varying NOT NULL COLLATE "C", "language" character varying NOT NULL COLLATE "C", "version" character varying NOT NULL COLLATE "C", "text" character varying NOT NULL COLLATE "C", "channels" jsonb NOT NULL, "purposes" jsonb NOT NULL, "part_of" character varying NULL COLLATE "C", "valid_from" timestamptz NOT NULL, "created_by" character varying NOT NULL COLLATE "C", "retired_at" timestamptz NULL, "retired_by" character varying NULL COLLATE "C", "retire_reason" character varying NULL COLLATE "C", PRIMARY KEY ("id"));
-- create index "wording_code_id" to table: "wordings"
CREATE INDEX "wording_code_id" ON "wordings" ("code", "id");
-- create index "wording_code_language_version" to table: "wordings"
CREATE UNIQUE INDEX "wording_code_language_version" ON "wordings" ("code", "language", "version");
-- create index "wording_created_at_id" to table: "wordings"
CREATE INDEX "wording_created_at_id" ON "wordings" ("created_at", "id");
-- create index "wording_updated_at_id" to table: "wordings"
CREATE INDEX "wording_updated_at_id" ON "wordings" ("updated_at", "id");
