-- +goose Up
-- drop index "contact_about_id" from table: "contacts"
DROP INDEX `contact_about_id`;
-- drop index "contact_external_id" from table: "contacts"
DROP INDEX `contact_external_id`;
-- drop index "contact_permission_id" from table: "contacts"
DROP INDEX `contact_permission_id`;
-- create index "contact_about_id" to table: "contacts"
CREATE INDEX `contact_about_id` ON `contacts` (`about_id`) WHERE about_id IS NOT NULL;
-- create index "contact_external_id" to table: "contacts"
CREATE UNIQUE INDEX `contact_external_id` ON `contacts` (`external_id`) WHERE external_id IS NOT NULL;
-- create index "contact_permission_id" to table: "contacts"
CREATE INDEX `contact_permission_id` ON `contacts` (`permission_id`) WHERE permission_id IS NOT NULL;
-- drop index "customer_email_key" from table: "customers"
DROP INDEX `customer_email_key`;
-- drop index "customer_owner_id" from table: "customers"
DROP INDEX `customer_owner_id`;
-- drop index "customer_partner_id" from table: "customers"
DROP INDEX `customer_partner_id`;
-- drop index "customer_referred_by_id" from table: "customers"
DROP INDEX `customer_referred_by_id`;
-- create index "customer_email_key" to table: "customers"
CREATE UNIQUE INDEX `customer_email_key` ON `customers` (`email_key`) WHERE email_key IS NOT NULL AND deleted_at IS NULL;
-- create index "customer_owner_id" to table: "customers"
CREATE INDEX `customer_owner_id` ON `customers` (`owner_id`) WHERE owner_id IS NOT NULL;
-- create index "customer_partner_id" to table: "customers"
CREATE INDEX `customer_partner_id` ON `customers` (`partner_id`) WHERE partner_id IS NOT NULL;
-- create index "customer_referred_by_id" to table: "customers"
CREATE INDEX `customer_referred_by_id` ON `customers` (`referred_by_id`) WHERE referred_by_id IS NOT NULL;
-- drop index "order_customer_id_completed_at" from table: "orders"
DROP INDEX `order_customer_id_completed_at`;
-- drop index "order_external_id" from table: "orders"
DROP INDEX `order_external_id`;
-- create index "order_external_id" to table: "orders"
CREATE UNIQUE INDEX `order_external_id` ON `orders` (`external_id`) WHERE external_id IS NOT NULL;
