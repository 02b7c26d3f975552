-- +goose Up
-- create "field_definitions" table
CREATE TABLE `field_definitions` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `noun` text NOT NULL, `code` text NOT NULL, `label` text NOT NULL, `type` text NOT NULL, `least` integer NULL, `most` integer NULL, `earliest` integer NULL, `latest` integer NULL, `max_length` integer NULL, `words` json NULL, `for_sales` bool NOT NULL, `for_partners` bool NOT NULL, PRIMARY KEY (`id`));
-- create index "fielddefinition_noun_code" to table: "field_definitions"
CREATE UNIQUE INDEX `fielddefinition_noun_code` ON `field_definitions` (`noun`, `code`);
-- create "field_entries" table
CREATE TABLE `field_entries` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `subject` text NOT NULL, `value` text NULL, `number` integer NULL, `set_at` datetime NOT NULL, `definition_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `field_entries_field_definitions_definition` FOREIGN KEY (`definition_id`) REFERENCES `field_definitions` (`id`) ON DELETE NO ACTION);
-- create index "fieldentry_subject_definition_id" to table: "field_entries"
CREATE UNIQUE INDEX `fieldentry_subject_definition_id` ON `field_entries` (`subject`, `definition_id`);
-- create index "fieldentry_definition_id_value" to table: "field_entries"
CREATE INDEX `fieldentry_definition_id_value` ON `field_entries` (`definition_id`, `value`);
-- create index "fieldentry_definition_id_number" to table: "field_entries"
CREATE INDEX `fieldentry_definition_id_number` ON `field_entries` (`definition_id`, `number`);
