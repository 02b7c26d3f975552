-- +goose Up
-- create "needs" table
CREATE TABLE "needs" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "code" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "unit" character varying NULL COLLATE "C", "retired" boolean NOT NULL DEFAULT false, PRIMARY KEY ("id"));
-- create index "need_code" to table: "needs"
CREATE UNIQUE INDEX "need_code" ON "needs" ("code");
-- create "questions" table
CREATE TABLE "questions" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "code" character varying NOT NULL COLLATE "C", "texts" jsonb NOT NULL, "kind" character varying NOT NULL COLLATE "C", "pause_days" bigint NOT NULL DEFAULT 90, "retired" boolean NOT NULL DEFAULT false, "need_id" character varying NULL COLLATE "C", "definition_id" character varying NULL COLLATE "C", "product_id" character varying NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "questions_field_definitions_field" FOREIGN KEY ("definition_id") REFERENCES "field_definitions" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "questions_needs_need" FOREIGN KEY ("need_id") REFERENCES "needs" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "questions_products_product" FOREIGN KEY ("product_id") REFERENCES "products" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "question_code" to table: "questions"
CREATE UNIQUE INDEX "question_code" ON "questions" ("code");
-- create "asked_questions" table
CREATE TABLE "asked_questions" ("id" character varying NOT NULL COLLATE "C", "outcome" character varying NOT NULL COLLATE "C", "at" timestamptz NOT NULL, "recorded_at" timestamptz NOT NULL, "recorded_by" character varying NOT NULL COLLATE "C", "customer_id" character varying NOT NULL COLLATE "C", "question_id" character varying NOT NULL COLLATE "C", "contact_id" character varying NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "asked_questions_contacts_contact" FOREIGN KEY ("contact_id") REFERENCES "contacts" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "asked_questions_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "asked_questions_questions_question" FOREIGN KEY ("question_id") REFERENCES "questions" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "askedquestion_contact_id" to table: "asked_questions"
CREATE INDEX "askedquestion_contact_id" ON "asked_questions" ("contact_id") WHERE (contact_id IS NOT NULL);
-- create index "askedquestion_customer_id_at_id" to table: "asked_questions"
CREATE INDEX "askedquestion_customer_id_at_id" ON "asked_questions" ("customer_id", "at", "id");
-- create index "askedquestion_question_id_customer_id" to table: "asked_questions"
CREATE INDEX "askedquestion_question_id_customer_id" ON "asked_questions" ("question_id", "customer_id");
-- create "experiments" table
CREATE TABLE "experiments" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "code" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "arms" jsonb NOT NULL, "salt" character varying NOT NULL COLLATE "C", "ended_at" timestamptz NULL, "end_reason" character varying NULL COLLATE "C", PRIMARY KEY ("id"));
-- create index "experiment_code" to table: "experiments"
CREATE UNIQUE INDEX "experiment_code" ON "experiments" ("code");
-- create "exposures" table
CREATE TABLE "exposures" ("id" character varying NOT NULL COLLATE "C", "arm" character varying NOT NULL COLLATE "C", "at" timestamptz NOT NULL, "recorded_by" character varying NOT NULL COLLATE "C", "experiment_id" character varying NOT NULL COLLATE "C", "customer_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "exposures_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "exposures_experiments_experiment" FOREIGN KEY ("experiment_id") REFERENCES "experiments" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "exposure_customer_id_at" to table: "exposures"
CREATE INDEX "exposure_customer_id_at" ON "exposures" ("customer_id", "at");
-- create index "exposure_experiment_id_customer_id" to table: "exposures"
CREATE UNIQUE INDEX "exposure_experiment_id_customer_id" ON "exposures" ("experiment_id", "customer_id");
-- create "need_facts" table
CREATE TABLE "need_facts" ("id" character varying NOT NULL COLLATE "C", "kind" character varying NOT NULL COLLATE "C", "supplier" character varying NULL COLLATE "C", "wallet" bigint NULL, "basis" character varying NOT NULL COLLATE "C", "source" character varying NOT NULL COLLATE "C", "at" timestamptz NOT NULL, "recorded_at" timestamptz NOT NULL, "recorded_by" character varying NOT NULL COLLATE "C", "customer_id" character varying NOT NULL COLLATE "C", "need_id" character varying NOT NULL COLLATE "C", "contact_id" character varying NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "need_facts_contacts_contact" FOREIGN KEY ("contact_id") REFERENCES "contacts" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "need_facts_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION, CONSTRAINT "need_facts_needs_need" FOREIGN KEY ("need_id") REFERENCES "needs" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "needfact_contact_id" to table: "need_facts"
CREATE INDEX "needfact_contact_id" ON "need_facts" ("contact_id") WHERE (contact_id IS NOT NULL);
-- create index "needfact_customer_id_at_id" to table: "need_facts"
CREATE INDEX "needfact_customer_id_at_id" ON "need_facts" ("customer_id", "at", "id");
-- create index "needfact_need_id_kind_customer_id" to table: "need_facts"
CREATE INDEX "needfact_need_id_kind_customer_id" ON "need_facts" ("need_id", "kind", "customer_id");
