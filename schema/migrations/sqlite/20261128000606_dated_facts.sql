-- +goose Up
-- add column "exact_seconds" to table: "contacts"
ALTER TABLE `contacts` ADD COLUMN `exact_seconds` integer NULL;
-- create "new_stage_changes" table
CREATE TABLE `new_stage_changes` (`id` text NOT NULL, `from_stage` text NOT NULL, `to_stage` text NOT NULL, `kind` text NOT NULL, `at` datetime NOT NULL, `recorded_at` datetime NOT NULL, `reason` text NOT NULL, `actor` text NOT NULL, `customer_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `stage_changes_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION);
-- copy rows from old table "stage_changes" to new temporary table "new_stage_changes": the kind was said by the reason
INSERT INTO `new_stage_changes` (`id`, `from_stage`, `to_stage`, `kind`, `at`, `recorded_at`, `reason`, `actor`, `customer_id`) SELECT `id`, `from_stage`, `to_stage`,
	CASE WHEN `reason` LIKE 'overruled: %' THEN 'OVERRULED' WHEN `reason` LIKE 'as recorded%' THEN 'RECORDED' WHEN `reason` LIKE '%; imported' THEN 'IMPORTED'
	WHEN `reason` LIKE 'gave a permission%' THEN 'PERMISSION' WHEN `reason` LIKE 'left us%' THEN 'DEPARTURE' WHEN `reason` LIKE 'alive with%' THEN 'SILENCE'
	WHEN `reason` LIKE '%order days, alive with%' THEN 'ORDER' ELSE 'REVERSAL' END, `at`, `at`, `reason`, `actor`, `customer_id` FROM `stage_changes`;
-- drop "stage_changes" table after copying rows
DROP TABLE `stage_changes`;
-- rename temporary table "new_stage_changes" to "stage_changes"
ALTER TABLE `new_stage_changes` RENAME TO `stage_changes`;
-- create index "stagechange_customer_id_recorded_at" to table: "stage_changes"
CREATE INDEX `stagechange_customer_id_recorded_at` ON `stage_changes` (`customer_id`, `recorded_at`);
-- create index "order_customer_id_completed_at" to table: "orders"
CREATE INDEX `order_customer_id_completed_at` ON `orders` (`customer_id`, `completed_at`);
-- create "dated_values" table
CREATE TABLE `dated_values` (`id` text NOT NULL, `name` text NOT NULL, `subject` text NOT NULL, `value` text NULL, `valid_from` datetime NOT NULL, `recorded_at` datetime NOT NULL, `actor` text NOT NULL, PRIMARY KEY (`id`));
-- create index "datedvalue_name_subject_valid_from" to table: "dated_values"
CREATE INDEX `datedvalue_name_subject_valid_from` ON `dated_values` (`name`, `subject`, `valid_from`);
-- the grades that the audit has seen change: the value before the first change, then each new one
INSERT INTO `dated_values` (`id`, `name`, `subject`, `value`, `valid_from`, `recorded_at`, `actor`)
SELECT 'dvl_' || substr(t.id, 5), 'grade', t.id, (SELECT json_extract(a.detail, '$.fields.grade.old') FROM `audit_entries` AS a WHERE a.subject = t.id AND a.action = 'user.update' AND json_type(a.detail, '$.fields.grade') IS NOT NULL ORDER BY a.at, a.id LIMIT 1), t.created_at, t.created_at, 'system'
FROM `users` AS t WHERE EXISTS (SELECT 1 FROM `audit_entries` AS a WHERE a.subject = t.id AND a.action = 'user.update' AND json_type(a.detail, '$.fields.grade') IS NOT NULL);
INSERT INTO `dated_values` (`id`, `name`, `subject`, `value`, `valid_from`, `recorded_at`, `actor`)
SELECT 'dvl_' || substr(a.id, 5), 'grade', a.subject, json_extract(a.detail, '$.fields.grade.new'), a.at, a.at, a.actor FROM `audit_entries` AS a WHERE a.action = 'user.update' AND json_type(a.detail, '$.fields.grade') IS NOT NULL;
-- the segments that the audit has seen change: the value before the first change, then each new one
INSERT INTO `dated_values` (`id`, `name`, `subject`, `value`, `valid_from`, `recorded_at`, `actor`)
SELECT 'dvl_' || substr(t.id, 5), 'segment', t.id, (SELECT json_extract(a.detail, '$.fields.segment.old') FROM `audit_entries` AS a WHERE a.subject = t.id AND a.action = 'customer.update' AND json_type(a.detail, '$.fields.segment') IS NOT NULL ORDER BY a.at, a.id LIMIT 1), t.created_at, t.created_at, 'system'
FROM `customers` AS t WHERE EXISTS (SELECT 1 FROM `audit_entries` AS a WHERE a.subject = t.id AND a.action = 'customer.update' AND json_type(a.detail, '$.fields.segment') IS NOT NULL);
INSERT INTO `dated_values` (`id`, `name`, `subject`, `value`, `valid_from`, `recorded_at`, `actor`)
SELECT 'dvl_' || substr(a.id, 5), 'segment', a.subject, json_extract(a.detail, '$.fields.segment.new'), a.at, a.at, a.actor FROM `audit_entries` AS a WHERE a.action = 'customer.update' AND json_type(a.detail, '$.fields.segment') IS NOT NULL;
-- the settings that the audit has seen change
INSERT INTO `dated_values` (`id`, `name`, `subject`, `value`, `valid_from`, `recorded_at`, `actor`)
SELECT 'dvl_' || substr(a.id, 5), 'setting', a.subject, a.detail -> '$.new', a.at, a.at, a.actor FROM `audit_entries` AS a WHERE a.action = 'setting.change';
-- the departures that are known
INSERT INTO `dated_values` (`id`, `name`, `subject`, `value`, `valid_from`, `recorded_at`, `actor`)
SELECT 'dvl_' || substr(max(s.id), 5), 'departure', s.customer_id, NULL, c.departed_at, max(s.at), 'system' FROM `stage_changes` AS s JOIN `customers` AS c ON c.id = s.customer_id
WHERE s.kind = 'DEPARTURE' AND c.departed_at IS NOT NULL GROUP BY s.customer_id, c.departed_at;
