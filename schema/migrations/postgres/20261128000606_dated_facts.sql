-- +goose Up
-- modify "contacts" table
ALTER TABLE "contacts" ADD COLUMN "exact_seconds" bigint NULL;
-- drop index "stagechange_customer_id_at" from table: "stage_changes"
DROP INDEX "stagechange_customer_id_at";
-- modify "stage_changes" table: the kind was said by the reason
ALTER TABLE "stage_changes" ADD COLUMN "kind" character varying NULL COLLATE "C", ADD COLUMN "recorded_at" timestamptz NULL;
UPDATE "stage_changes" SET "recorded_at" = "at", "kind" = CASE WHEN "reason" LIKE 'overruled: %' THEN 'OVERRULED' WHEN "reason" LIKE 'as recorded%' THEN 'RECORDED' WHEN "reason" LIKE '%; imported' THEN 'IMPORTED'
	WHEN "reason" LIKE 'gave a permission%' THEN 'PERMISSION' WHEN "reason" LIKE 'left us%' THEN 'DEPARTURE' WHEN "reason" LIKE 'alive with%' THEN 'SILENCE'
	WHEN "reason" LIKE '%order days, alive with%' THEN 'ORDER' ELSE 'REVERSAL' END;
ALTER TABLE "stage_changes" ALTER COLUMN "kind" SET NOT NULL, ALTER COLUMN "recorded_at" SET NOT NULL;
-- create index "stagechange_customer_id_recorded_at" to table: "stage_changes"
CREATE INDEX "stagechange_customer_id_recorded_at" ON "stage_changes" ("customer_id", "recorded_at");
-- create index "order_customer_id_completed_at" to table: "orders"
CREATE INDEX "order_customer_id_completed_at" ON "orders" ("customer_id", "completed_at");
-- create "dated_values" table
CREATE TABLE "dated_values" ("id" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "subject" character varying NOT NULL COLLATE "C", "value" text NULL COLLATE "C", "valid_from" timestamptz NOT NULL, "recorded_at" timestamptz NOT NULL, "actor" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"));
-- create index "datedvalue_name_subject_valid_from" to table: "dated_values"
CREATE INDEX "datedvalue_name_subject_valid_from" ON "dated_values" ("name", "subject", "valid_from");
-- the grades that the audit has seen change: the value before the first change, then each new one
INSERT INTO "dated_values" ("id", "name", "subject", "value", "valid_from", "recorded_at", "actor")
SELECT 'dvl_' || substr(t.id, 5), 'grade', t.id, (SELECT a.detail -> 'fields' -> 'grade' ->> 'old' FROM "audit_entries" AS a WHERE a.subject = t.id AND a.action = 'user.update' AND jsonb_exists(a.detail -> 'fields', 'grade') ORDER BY a.at, a.id LIMIT 1), t.created_at, t.created_at, 'system'
FROM "users" AS t WHERE EXISTS (SELECT 1 FROM "audit_entries" AS a WHERE a.subject = t.id AND a.action = 'user.update' AND jsonb_exists(a.detail -> 'fields', 'grade'));
INSERT INTO "dated_values" ("id", "name", "subject", "value", "valid_from", "recorded_at", "actor")
SELECT 'dvl_' || substr(a.id, 5), 'grade', a.subject, a.detail -> 'fields' -> 'grade' ->> 'new', a.at, a.at, a.actor FROM "audit_entries" AS a WHERE a.action = 'user.update' AND jsonb_exists(a.detail -> 'fields', 'grade');
-- the segments that the audit has seen change: the value before the first change, then each new one
INSERT INTO "dated_values" ("id", "name", "subject", "value", "valid_from", "recorded_at", "actor")
SELECT 'dvl_' || substr(t.id, 5), 'segment', t.id, (SELECT a.detail -> 'fields' -> 'segment' ->> 'old' FROM "audit_entries" AS a WHERE a.subject = t.id AND a.action = 'customer.update' AND jsonb_exists(a.detail -> 'fields', 'segment') ORDER BY a.at, a.id LIMIT 1), t.created_at, t.created_at, 'system'
FROM "customers" AS t WHERE EXISTS (SELECT 1 FROM "audit_entries" AS a WHERE a.subject = t.id AND a.action = 'customer.update' AND jsonb_exists(a.detail -> 'fields', 'segment'));
INSERT INTO "dated_values" ("id", "name", "subject", "value", "valid_from", "recorded_at", "actor")
SELECT 'dvl_' || substr(a.id, 5), 'segment', a.subject, a.detail -> 'fields' -> 'segment' ->> 'new', a.at, a.at, a.actor FROM "audit_entries" AS a WHERE a.action = 'customer.update' AND jsonb_exists(a.detail -> 'fields', 'segment');
-- the settings that the audit has seen change
INSERT INTO "dated_values" ("id", "name", "subject", "value", "valid_from", "recorded_at", "actor")
SELECT 'dvl_' || substr(a.id, 5), 'setting', a.subject, (a.detail -> 'new')::text, a.at, a.at, a.actor FROM "audit_entries" AS a WHERE a.action = 'setting.change';
-- the departures that are known
INSERT INTO "dated_values" ("id", "name", "subject", "value", "valid_from", "recorded_at", "actor")
SELECT 'dvl_' || substr(max(s.id), 5), 'departure', s.customer_id, NULL, c.departed_at, max(s.at), 'system' FROM "stage_changes" AS s JOIN "customers" AS c ON c.id = s.customer_id
WHERE s.kind = 'DEPARTURE' AND c.departed_at IS NOT NULL GROUP BY s.customer_id, c.departed_at;
