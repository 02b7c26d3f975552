-- +goose Up
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- create "new_products" table
CREATE TABLE `new_products` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `sku` text NOT NULL, `name` text NOT NULL, `name_key` text NOT NULL, `search_key` text NOT NULL DEFAULT (''), `kind` text NOT NULL DEFAULT ('GOOD'), `active` bool NOT NULL DEFAULT (true), `standard_lead_days` integer NOT NULL DEFAULT (14), `partner_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `products_partners_partner` FOREIGN KEY (`partner_id`) REFERENCES `partners` (`id`) ON DELETE SET NULL);
-- copy rows from old table "products" to new temporary table "new_products"
INSERT INTO `new_products` (`id`, `version`, `created_at`, `updated_at`, `sku`, `name`, `name_key`, `kind`, `active`, `standard_lead_days`, `partner_id`) SELECT `id`, `version`, `created_at`, `updated_at`, `sku`, `name`, `name_key`, `kind`, `active`, `standard_lead_days`, `partner_id` FROM `products`;
-- drop "products" table after copying rows
DROP TABLE `products`;
-- rename temporary table "new_products" to "products"
ALTER TABLE `new_products` RENAME TO `products`;
-- create index "product_sku" to table: "products"
CREATE UNIQUE INDEX `product_sku` ON `products` (`sku`);
-- create index "product_name_key_id" to table: "products"
CREATE INDEX `product_name_key_id` ON `products` (`name_key`, `id`);
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
-- the keys of the products of an earlier version are written by `kopeck migrate`, in Go: the row says that it is to be done
INSERT INTO `settings` (`id`, `value`, `updated_at`) SELECT 'rekeyed', '{"after":""}', strftime('%Y-%m-%d %H:%M:%S+00:00', 'now')
WHERE EXISTS (SELECT 1 FROM `products`) ON CONFLICT (`id`) DO NOTHING;
