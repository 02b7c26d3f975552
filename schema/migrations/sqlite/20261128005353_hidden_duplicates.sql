-- +goose Up
-- drop index "customer_email_key" from table: "customers"
DROP INDEX `customer_email_key`;
-- drop index "customer_external_id" from table: "customers"
DROP INDEX `customer_external_id`;
-- add columns "email_twin" and "external_twin" to table: "customers"
ALTER TABLE `customers` ADD COLUMN `email_twin` integer NOT NULL DEFAULT (0);
ALTER TABLE `customers` ADD COLUMN `external_twin` integer NOT NULL DEFAULT (0);
-- create index "customer_email_key_email_twin" to table: "customers"
CREATE UNIQUE INDEX `customer_email_key_email_twin` ON `customers` (`email_key`, `email_twin`) WHERE email_key IS NOT NULL AND deleted_at IS NULL;
-- create index "customer_external_id_external_twin" to table: "customers"
CREATE UNIQUE INDEX `customer_external_id_external_twin` ON `customers` (`external_id`, `external_twin`) WHERE deleted_at IS NULL;
-- create index "customer_email_twin" to table: "customers"
CREATE INDEX `customer_email_twin` ON `customers` (`email_twin`) WHERE email_twin > 0;
-- create index "customer_external_twin" to table: "customers"
CREATE INDEX `customer_external_twin` ON `customers` (`external_twin`) WHERE external_twin > 0;
-- drop index "order_external_id" from table: "orders"
DROP INDEX `order_external_id`;
-- add column "external_twin" to table: "orders"
ALTER TABLE `orders` ADD COLUMN `external_twin` integer NOT NULL DEFAULT (0);
-- create index "order_external_id_external_twin" to table: "orders"
CREATE UNIQUE INDEX `order_external_id_external_twin` ON `orders` (`external_id`, `external_twin`) WHERE external_id IS NOT NULL;
