-- +goose Up
-- modify "customers" table
ALTER TABLE "customers" ADD COLUMN "erased_at" timestamptz NULL;
-- modify "permission_events" table
ALTER TABLE "permission_events" ADD COLUMN "erased_hash" character varying NULL COLLATE "C";
-- create "link_codes" table
CREATE TABLE "link_codes" ("id" character varying NOT NULL COLLATE "C", "link_id" character varying NOT NULL COLLATE "C", "customer_id" character varying NOT NULL COLLATE "C", "message_id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "expires_at" timestamptz NOT NULL, "tries" bigint NOT NULL DEFAULT 0, "used_at" timestamptz NULL, PRIMARY KEY ("id"));
-- create index "linkcode_customer_id_created_at" to table: "link_codes"
CREATE INDEX "linkcode_customer_id_created_at" ON "link_codes" ("customer_id", "created_at");
-- create index "linkcode_link_id_created_at" to table: "link_codes"
CREATE INDEX "linkcode_link_id_created_at" ON "link_codes" ("link_id", "created_at");
-- create index "linkcode_message_id" to table: "link_codes"
CREATE UNIQUE INDEX "linkcode_message_id" ON "link_codes" ("message_id");
-- create "customer_links" table
CREATE TABLE "customer_links" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "created_by" character varying NOT NULL COLLATE "C", "expires_at" timestamptz NOT NULL, "ended_at" timestamptz NULL, "ended_by" character varying NULL COLLATE "C", "end_reason" character varying NULL COLLATE "C", "customer_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "customer_links_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "customerlink_customer_id_created_at_id" to table: "customer_links"
CREATE INDEX "customerlink_customer_id_created_at_id" ON "customer_links" ("customer_id", "created_at", "id");
-- create "personal_data_requests" table
CREATE TABLE "personal_data_requests" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "kind" character varying NOT NULL COLLATE "C", "state" character varying NOT NULL COLLATE "C", "asked_at" timestamptz NOT NULL, "due_at" timestamptz NOT NULL, "source" character varying NOT NULL COLLATE "C", "text" character varying NULL COLLATE "C", "recorded_by" character varying NOT NULL COLLATE "C", "closed_at" timestamptz NULL, "closed_by" character varying NULL COLLATE "C", "report" character varying NULL COLLATE "C", "customer_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "personal_data_requests_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "personaldatarequest_created_at_id" to table: "personal_data_requests"
CREATE INDEX "personaldatarequest_created_at_id" ON "personal_data_requests" ("created_at", "id");
-- create index "personaldatarequest_customer_id_created_at_id" to table: "personal_data_requests"
CREATE INDEX "personaldatarequest_customer_id_created_at_id" ON "personal_data_requests" ("customer_id", "created_at", "id");
-- create index "personaldatarequest_due_at_id" to table: "personal_data_requests"
CREATE INDEX "personaldatarequest_due_at_id" ON "personal_data_requests" ("due_at", "id");
-- create index "personaldatarequest_state_due_at_id" to table: "personal_data_requests"
CREATE INDEX "personaldatarequest_state_due_at_id" ON "personal_data_requests" ("state", "due_at", "id");
-- create index "personaldatarequest_updated_at_id" to table: "personal_data_requests"
CREATE INDEX "personaldatarequest_updated_at_id" ON "personal_data_requests" ("updated_at", "id");
