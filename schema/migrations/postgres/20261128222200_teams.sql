-- +goose Up
-- modify "partners" table
ALTER TABLE "partners" ADD COLUMN "version" bigint NOT NULL DEFAULT 1;
-- create index "partner_created_at_id" to table: "partners"
CREATE INDEX "partner_created_at_id" ON "partners" ("created_at", "id");
-- create index "partner_updated_at_id" to table: "partners"
CREATE INDEX "partner_updated_at_id" ON "partners" ("updated_at", "id");
-- create "hand_overs" table
CREATE TABLE "hand_overs" ("id" character varying NOT NULL COLLATE "C", "at" timestamptz NOT NULL, "by" character varying NOT NULL COLLATE "C", "reason" character varying NOT NULL COLLATE "C", "filter" jsonb NULL, "customers" bigint NOT NULL, "offers" bigint NOT NULL, "past" bigint NOT NULL, "future" bigint NOT NULL, "total" bigint NOT NULL, "year_margin" bigint NOT NULL, "from_user_id" character varying NOT NULL COLLATE "C", "to_user_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "hand_overs_users_from_user" FOREIGN KEY ("from_user_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "hand_overs_users_to_user" FOREIGN KEY ("to_user_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "handover_at_id" to table: "hand_overs"
CREATE INDEX "handover_at_id" ON "hand_overs" ("at", "id");
-- create index "handover_from_user_id" to table: "hand_overs"
CREATE INDEX "handover_from_user_id" ON "hand_overs" ("from_user_id");
-- create index "handover_to_user_id" to table: "hand_overs"
CREATE INDEX "handover_to_user_id" ON "hand_overs" ("to_user_id");
-- create "teams" table
CREATE TABLE "teams" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "name" character varying NOT NULL COLLATE "C", "name_key" character varying NOT NULL COLLATE "C", "lead_id" character varying NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "teams_users_lead" FOREIGN KEY ("lead_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "team_created_at_id" to table: "teams"
CREATE INDEX "team_created_at_id" ON "teams" ("created_at", "id");
-- create index "team_lead_id" to table: "teams"
CREATE INDEX "team_lead_id" ON "teams" ("lead_id");
-- create index "team_updated_at_id" to table: "teams"
CREATE INDEX "team_updated_at_id" ON "teams" ("updated_at", "id");
-- create index "teams_name_key_key" to table: "teams"
CREATE UNIQUE INDEX "teams_name_key_key" ON "teams" ("name_key");
-- create "team_memberships" table
CREATE TABLE "team_memberships" ("id" character varying NOT NULL COLLATE "C", "valid_from" timestamptz NOT NULL, "valid_to" timestamptz NULL, "recorded_at" timestamptz NOT NULL, "team_id" character varying NOT NULL COLLATE "C", "user_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "team_memberships_teams_team" FOREIGN KEY ("team_id") REFERENCES "teams" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "team_memberships_users_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "teammembership_team_id_user_id_valid_from" to table: "team_memberships"
CREATE INDEX "teammembership_team_id_user_id_valid_from" ON "team_memberships" ("team_id", "user_id", "valid_from");
-- create index "teammembership_user_id" to table: "team_memberships"
CREATE INDEX "teammembership_user_id" ON "team_memberships" ("user_id");
