-- +goose Up
-- modify "hand_overs" table
ALTER TABLE "hand_overs" ADD COLUMN "tasks" bigint NOT NULL DEFAULT 0;
-- create "tasks" table
CREATE TABLE "tasks" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "title" character varying NOT NULL COLLATE "C", "why" character varying NULL COLLATE "C", "due_at" timestamptz NOT NULL, "kind" character varying NULL COLLATE "C", "channel" character varying NULL COLLATE "C", "purpose" character varying NULL COLLATE "C", "state" character varying NOT NULL DEFAULT 'OPEN' COLLATE "C", "done_at" timestamptz NULL, "cancelled_at" timestamptz NULL, "cancel_reason" character varying NULL COLLATE "C", "closed_by" character varying NULL COLLATE "C", "created_by" character varying NOT NULL COLLATE "C", "customer_id" character varying NOT NULL COLLATE "C", "owner_id" character varying NULL COLLATE "C", "team_id" character varying NULL COLLATE "C", "contact_id" character varying NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "tasks_contacts_contact" FOREIGN KEY ("contact_id") REFERENCES "contacts" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "tasks_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "tasks_teams_team" FOREIGN KEY ("team_id") REFERENCES "teams" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "tasks_users_owner" FOREIGN KEY ("owner_id") REFERENCES "users" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "task_contact_id" to table: "tasks"
CREATE INDEX "task_contact_id" ON "tasks" ("contact_id") WHERE (contact_id IS NOT NULL);
-- create index "task_created_at_id" to table: "tasks"
CREATE INDEX "task_created_at_id" ON "tasks" ("created_at", "id");
-- create index "task_customer_id_due_at_id" to table: "tasks"
CREATE INDEX "task_customer_id_due_at_id" ON "tasks" ("customer_id", "due_at", "id");
-- create index "task_due_at_id" to table: "tasks"
CREATE INDEX "task_due_at_id" ON "tasks" ("due_at", "id");
-- create index "task_owner_id_state_due_at" to table: "tasks"
CREATE INDEX "task_owner_id_state_due_at" ON "tasks" ("owner_id", "state", "due_at");
-- create index "task_state_due_at_id" to table: "tasks"
CREATE INDEX "task_state_due_at_id" ON "tasks" ("state", "due_at", "id");
-- create index "task_team_id" to table: "tasks"
CREATE INDEX "task_team_id" ON "tasks" ("team_id") WHERE (team_id IS NOT NULL);
-- create index "task_updated_at_id" to table: "tasks"
CREATE INDEX "task_updated_at_id" ON "tasks" ("updated_at", "id");
