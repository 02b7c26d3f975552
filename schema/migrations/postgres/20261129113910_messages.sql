-- +goose Up
-- create "message_pauses" table
CREATE TABLE "message_pauses" ("id" character varying NOT NULL COLLATE "C", "channel" character varying NULL COLLATE "C", "since" timestamptz NOT NULL, "by" character varying NOT NULL COLLATE "C", "reason" character varying NULL COLLATE "C", PRIMARY KEY ("id"));
-- create "messages" table
CREATE TABLE "messages" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "channel" character varying NOT NULL COLLATE "C", "purpose" character varying NOT NULL COLLATE "C", "level" character varying NULL COLLATE "C", "recipient" character varying NOT NULL COLLATE "C", "subject" character varying NOT NULL COLLATE "C", "text" character varying NOT NULL COLLATE "C", "html" character varying NULL COLLATE "C", "headers" jsonb NULL, "header_id" character varying NOT NULL COLLATE "C", "state" character varying NOT NULL COLLATE "C", "reason" character varying NULL COLLATE "C", "due_at" timestamptz NOT NULL, "sent_at" timestamptz NULL, "tries" bigint NOT NULL DEFAULT 0, "leased_by" character varying NULL COLLATE "C", "leased_until" timestamptz NULL, "leaving_since" timestamptz NULL, "permission_id" character varying NULL COLLATE "C", "staff_id" character varying NULL COLLATE "C", "created_by" character varying NOT NULL COLLATE "C", "customer_id" character varying NOT NULL COLLATE "C", "contact_id" character varying NULL COLLATE "C", "offer_id" character varying NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "messages_contacts_contact" FOREIGN KEY ("contact_id") REFERENCES "contacts" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "messages_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "messages_offers_offer" FOREIGN KEY ("offer_id") REFERENCES "offers" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "message_contact_id" to table: "messages"
CREATE INDEX "message_contact_id" ON "messages" ("contact_id") WHERE (contact_id IS NOT NULL);
-- create index "message_created_at_id" to table: "messages"
CREATE INDEX "message_created_at_id" ON "messages" ("created_at", "id");
-- create index "message_customer_id_created_at_id" to table: "messages"
CREATE INDEX "message_customer_id_created_at_id" ON "messages" ("customer_id", "created_at", "id");
-- create index "message_due_at_id" to table: "messages"
CREATE INDEX "message_due_at_id" ON "messages" ("due_at", "id");
-- create index "message_offer_id" to table: "messages"
CREATE INDEX "message_offer_id" ON "messages" ("offer_id") WHERE (offer_id IS NOT NULL);
-- create index "message_state_due_at_id" to table: "messages"
CREATE INDEX "message_state_due_at_id" ON "messages" ("state", "due_at", "id");
-- create index "message_updated_at_id" to table: "messages"
CREATE INDEX "message_updated_at_id" ON "messages" ("updated_at", "id");
-- create "message_attempts" table
CREATE TABLE "message_attempts" ("id" character varying NOT NULL COLLATE "C", "number" bigint NOT NULL, "at" timestamptz NOT NULL, "ended_at" timestamptz NULL, "outcome" character varying NOT NULL COLLATE "C", "code" bigint NULL, "answer" character varying NULL COLLATE "C", "message_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "message_attempts_messages_message" FOREIGN KEY ("message_id") REFERENCES "messages" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "messageattempt_message_id_number" to table: "message_attempts"
CREATE UNIQUE INDEX "messageattempt_message_id_number" ON "message_attempts" ("message_id", "number");
