-- +goose Up
-- create "asked_questions" table
CREATE TABLE `asked_questions` (`id` text NOT NULL, `outcome` text NOT NULL, `at` datetime NOT NULL, `recorded_at` datetime NOT NULL, `recorded_by` text NOT NULL, `customer_id` text NOT NULL, `question_id` text NOT NULL, `contact_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `asked_questions_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION, CONSTRAINT `asked_questions_questions_question` FOREIGN KEY (`question_id`) REFERENCES `questions` (`id`) ON DELETE NO ACTION, CONSTRAINT `asked_questions_contacts_contact` FOREIGN KEY (`contact_id`) REFERENCES `contacts` (`id`) ON DELETE SET NULL);
-- create index "askedquestion_customer_id_at_id" to table: "asked_questions"
CREATE INDEX `askedquestion_customer_id_at_id` ON `asked_questions` (`customer_id`, `at`, `id`);
-- create index "askedquestion_question_id_customer_id" to table: "asked_questions"
CREATE INDEX `askedquestion_question_id_customer_id` ON `asked_questions` (`question_id`, `customer_id`);
-- create index "askedquestion_contact_id" to table: "asked_questions"
CREATE INDEX `askedquestion_contact_id` ON `asked_questions` (`contact_id`) WHERE contact_id IS NOT NULL;
-- create "experiments" table
CREATE TABLE `experiments` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `code` text NOT NULL, `name` text NOT NULL, `arms` json NOT NULL, `salt` text NOT NULL, `ended_at` datetime NULL, `end_reason` text NULL, PRIMARY KEY (`id`));
-- create index "experiment_code" to table: "experiments"
CREATE UNIQUE INDEX `experiment_code` ON `experiments` (`code`);
-- create "exposures" table
CREATE TABLE `exposures` (`id` text NOT NULL, `arm` text NOT NULL, `at` datetime NOT NULL, `recorded_by` text NOT NULL, `experiment_id` text NOT NULL, `customer_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `exposures_experiments_experiment` FOREIGN KEY (`experiment_id`) REFERENCES `experiments` (`id`) ON DELETE NO ACTION, CONSTRAINT `exposures_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION);
-- create index "exposure_experiment_id_customer_id" to table: "exposures"
CREATE UNIQUE INDEX `exposure_experiment_id_customer_id` ON `exposures` (`experiment_id`, `customer_id`);
-- create index "exposure_customer_id_at" to table: "exposures"
CREATE INDEX `exposure_customer_id_at` ON `exposures` (`customer_id`, `at`);
-- create "needs" table
CREATE TABLE `needs` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `code` text NOT NULL, `name` text NOT NULL, `unit` text NULL, `retired` bool NOT NULL DEFAULT (false), PRIMARY KEY (`id`));
-- create index "need_code" to table: "needs"
CREATE UNIQUE INDEX `need_code` ON `needs` (`code`);
-- create "need_facts" table
CREATE TABLE `need_facts` (`id` text NOT NULL, `kind` text NOT NULL, `supplier` text NULL, `wallet` integer NULL, `basis` text NOT NULL, `source` text NOT NULL, `at` datetime NOT NULL, `recorded_at` datetime NOT NULL, `recorded_by` text NOT NULL, `customer_id` text NOT NULL, `need_id` text NOT NULL, `contact_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `need_facts_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION, CONSTRAINT `need_facts_needs_need` FOREIGN KEY (`need_id`) REFERENCES `needs` (`id`) ON DELETE NO ACTION, CONSTRAINT `need_facts_contacts_contact` FOREIGN KEY (`contact_id`) REFERENCES `contacts` (`id`) ON DELETE SET NULL);
-- create index "needfact_customer_id_at_id" to table: "need_facts"
CREATE INDEX `needfact_customer_id_at_id` ON `need_facts` (`customer_id`, `at`, `id`);
-- create index "needfact_need_id_kind_customer_id" to table: "need_facts"
CREATE INDEX `needfact_need_id_kind_customer_id` ON `need_facts` (`need_id`, `kind`, `customer_id`);
-- create index "needfact_contact_id" to table: "need_facts"
CREATE INDEX `needfact_contact_id` ON `need_facts` (`contact_id`) WHERE contact_id IS NOT NULL;
-- create "questions" table
CREATE TABLE `questions` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `code` text NOT NULL, `texts` json NOT NULL, `kind` text NOT NULL, `pause_days` integer NOT NULL DEFAULT (90), `retired` bool NOT NULL DEFAULT (false), `need_id` text NULL, `definition_id` text NULL, `product_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `questions_needs_need` FOREIGN KEY (`need_id`) REFERENCES `needs` (`id`) ON DELETE SET NULL, CONSTRAINT `questions_field_definitions_field` FOREIGN KEY (`definition_id`) REFERENCES `field_definitions` (`id`) ON DELETE SET NULL, CONSTRAINT `questions_products_product` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`) ON DELETE SET NULL);
-- create index "question_code" to table: "questions"
CREATE UNIQUE INDEX `question_code` ON `questions` (`code`);
