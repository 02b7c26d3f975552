-- +goose Up
-- modify "contact_corrections" table
ALTER TABLE "contact_corrections" ADD COLUMN "campaign_id" character varying NULL COLLATE "C";
-- create "campaigns" table
CREATE TABLE "campaigns" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "code" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "source" character varying NOT NULL COLLATE "C", "channel" character varying NULL COLLATE "C", "first_day" bigint NOT NULL, "last_day" bigint NULL, "archived" boolean NOT NULL DEFAULT false, PRIMARY KEY ("id"));
-- create index "campaign_code" to table: "campaigns"
CREATE UNIQUE INDEX "campaign_code" ON "campaigns" ("code");
-- create index "campaign_created_at_id" to table: "campaigns"
CREATE INDEX "campaign_created_at_id" ON "campaigns" ("created_at", "id");
-- create index "campaign_updated_at_id" to table: "campaigns"
CREATE INDEX "campaign_updated_at_id" ON "campaigns" ("updated_at", "id");
-- modify "contacts" table
ALTER TABLE "contacts" ADD COLUMN "source" character varying NULL COLLATE "C", ADD COLUMN "advertising" bigint NOT NULL DEFAULT 0, ADD COLUMN "campaign_id" character varying NULL COLLATE "C", ADD CONSTRAINT "contacts_campaigns_campaign" FOREIGN KEY ("campaign_id") REFERENCES "campaigns" ("id") ON UPDATE NO ACTION ON DELETE SET NULL;
-- create index "contact_campaign_id_at_id" to table: "contacts"
CREATE INDEX "contact_campaign_id_at_id" ON "contacts" ("campaign_id", "at", "id") WHERE (campaign_id IS NOT NULL);
-- create index "contact_customer_id" to table: "contacts"
CREATE INDEX "contact_customer_id" ON "contacts" ("customer_id") WHERE (advertising <> 0);
-- create index "contact_source_at" to table: "contacts"
CREATE INDEX "contact_source_at" ON "contacts" ("source", "at") WHERE (source IS NOT NULL);
-- modify "customers" table
ALTER TABLE "customers" ADD COLUMN "source" character varying NULL COLLATE "C", ADD COLUMN "campaign_id" character varying NULL COLLATE "C", ADD CONSTRAINT "customers_campaigns_campaign" FOREIGN KEY ("campaign_id") REFERENCES "campaigns" ("id") ON UPDATE NO ACTION ON DELETE SET NULL;
-- create index "customer_campaign_id" to table: "customers"
CREATE INDEX "customer_campaign_id" ON "customers" ("campaign_id") WHERE (campaign_id IS NOT NULL);
-- create index "customer_source" to table: "customers"
CREATE INDEX "customer_source" ON "customers" ("source") WHERE (source IS NOT NULL);
-- create "spends" table
CREATE TABLE "spends" ("id" character varying NOT NULL COLLATE "C", "first_day" bigint NOT NULL, "last_day" bigint NOT NULL, "begins_at" timestamptz NOT NULL, "ends_at" timestamptz NOT NULL, "amount" bigint NOT NULL, "reason" character varying NULL COLLATE "C", "correction" boolean NOT NULL DEFAULT false, "recorded_at" timestamptz NOT NULL, "recorded_by" character varying NOT NULL COLLATE "C", "campaign_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "spends_campaigns_campaign" FOREIGN KEY ("campaign_id") REFERENCES "campaigns" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "spend_campaign_id_ends_at" to table: "spends"
CREATE INDEX "spend_campaign_id_ends_at" ON "spends" ("campaign_id", "ends_at");
-- create index "spend_campaign_id_first_day_last_day_recorded_at" to table: "spends"
CREATE UNIQUE INDEX "spend_campaign_id_first_day_last_day_recorded_at" ON "spends" ("campaign_id", "first_day", "last_day", "recorded_at");
