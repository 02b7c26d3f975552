-- +goose Up
-- create "messages" table
CREATE TABLE `messages` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `channel` text NOT NULL, `purpose` text NOT NULL, `level` text NULL, `recipient` text NOT NULL, `subject` text NOT NULL, `text` text NOT NULL, `html` text NULL, `headers` json NULL, `header_id` text NOT NULL, `state` text NOT NULL, `reason` text NULL, `due_at` datetime NOT NULL, `sent_at` datetime NULL, `tries` integer NOT NULL DEFAULT (0), `leased_by` text NULL, `leased_until` datetime NULL, `leaving_since` datetime NULL, `permission_id` text NULL, `staff_id` text NULL, `created_by` text NOT NULL, `customer_id` text NOT NULL, `contact_id` text NULL, `offer_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `messages_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION, CONSTRAINT `messages_contacts_contact` FOREIGN KEY (`contact_id`) REFERENCES `contacts` (`id`) ON DELETE SET NULL, CONSTRAINT `messages_offers_offer` FOREIGN KEY (`offer_id`) REFERENCES `offers` (`id`) ON DELETE SET NULL);
-- create index "message_customer_id_created_at_id" to table: "messages"
CREATE INDEX `message_customer_id_created_at_id` ON `messages` (`customer_id`, `created_at`, `id`);
-- create index "message_state_due_at_id" to table: "messages"
CREATE INDEX `message_state_due_at_id` ON `messages` (`state`, `due_at`, `id`);
-- create index "message_due_at_id" to table: "messages"
CREATE INDEX `message_due_at_id` ON `messages` (`due_at`, `id`);
-- create index "message_created_at_id" to table: "messages"
CREATE INDEX `message_created_at_id` ON `messages` (`created_at`, `id`);
-- create index "message_updated_at_id" to table: "messages"
CREATE INDEX `message_updated_at_id` ON `messages` (`updated_at`, `id`);
-- create index "message_contact_id" to table: "messages"
CREATE INDEX `message_contact_id` ON `messages` (`contact_id`) WHERE contact_id IS NOT NULL;
-- create index "message_offer_id" to table: "messages"
CREATE INDEX `message_offer_id` ON `messages` (`offer_id`) WHERE offer_id IS NOT NULL;
-- create "message_attempts" table
CREATE TABLE `message_attempts` (`id` text NOT NULL, `number` integer NOT NULL, `at` datetime NOT NULL, `ended_at` datetime NULL, `outcome` text NOT NULL, `code` integer NULL, `answer` text NULL, `message_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `message_attempts_messages_message` FOREIGN KEY (`message_id`) REFERENCES `messages` (`id`) ON DELETE NO ACTION);
-- create index "messageattempt_message_id_number" to table: "message_attempts"
CREATE UNIQUE INDEX `messageattempt_message_id_number` ON `message_attempts` (`message_id`, `number`);
-- create "message_pauses" table
CREATE TABLE `message_pauses` (`id` text NOT NULL, `channel` text NULL, `since` datetime NOT NULL, `by` text NOT NULL, `reason` text NULL, PRIMARY KEY (`id`));
