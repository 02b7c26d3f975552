-- +goose Up
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- create "new_offers" table
CREATE TABLE `new_offers` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `kind` text NOT NULL, `status` text NOT NULL, `total` integer NOT NULL, `tax` integer NOT NULL DEFAULT ('0'), `variant` integer NOT NULL DEFAULT (0), `variant_names` json NULL, `why` text NULL, `expires_at` datetime NOT NULL, `sent_at` datetime NULL, `viewed_at` datetime NULL, `decided_at` datetime NULL, `decline_reason` text NULL, `decline_key` text NULL, `countered_at` datetime NULL, `customer_id` text NOT NULL, `contact_id` text NULL, `order_id` text NULL, `completes_order_id` text NULL, `completes_product_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `offers_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION, CONSTRAINT `offers_contacts_contact` FOREIGN KEY (`contact_id`) REFERENCES `contacts` (`id`) ON DELETE SET NULL, CONSTRAINT `offers_orders_order` FOREIGN KEY (`order_id`) REFERENCES `orders` (`id`) ON DELETE SET NULL, CONSTRAINT `offers_orders_completes_order` FOREIGN KEY (`completes_order_id`) REFERENCES `orders` (`id`) ON DELETE SET NULL, CONSTRAINT `offers_products_completes_product` FOREIGN KEY (`completes_product_id`) REFERENCES `products` (`id`) ON DELETE SET NULL);
-- copy rows from old table "offers" to new temporary table "new_offers"
INSERT INTO `new_offers` (`id`, `version`, `created_at`, `updated_at`, `kind`, `status`, `total`, `tax`, `expires_at`, `sent_at`, `viewed_at`, `decided_at`, `decline_reason`, `customer_id`, `contact_id`, `order_id`) SELECT `id`, `version`, `created_at`, `updated_at`, `kind`, `status`, `total`, `tax`, `expires_at`, `sent_at`, `viewed_at`, `decided_at`, `decline_reason`, `customer_id`, `contact_id`, `order_id` FROM `offers`;
-- drop "offers" table after copying rows
DROP TABLE `offers`;
-- rename temporary table "new_offers" to "offers"
ALTER TABLE `new_offers` RENAME TO `offers`;
-- create index "offer_customer_id_created_at_id" to table: "offers"
CREATE INDEX `offer_customer_id_created_at_id` ON `offers` (`customer_id`, `created_at`, `id`);
-- create index "offer_created_at_id" to table: "offers"
CREATE INDEX `offer_created_at_id` ON `offers` (`created_at`, `id`);
-- create index "offer_expires_at_id" to table: "offers"
CREATE INDEX `offer_expires_at_id` ON `offers` (`expires_at`, `id`);
-- create index "offer_contact_id" to table: "offers"
CREATE INDEX `offer_contact_id` ON `offers` (`contact_id`);
-- create index "offer_order_id" to table: "offers"
CREATE INDEX `offer_order_id` ON `offers` (`order_id`);
-- create index "offer_completes_order_id" to table: "offers"
CREATE INDEX `offer_completes_order_id` ON `offers` (`completes_order_id`) WHERE completes_order_id IS NOT NULL;
-- create index "offer_completes_product_id" to table: "offers"
CREATE INDEX `offer_completes_product_id` ON `offers` (`completes_product_id`) WHERE completes_product_id IS NOT NULL;
-- create "new_offer_lines" table
CREATE TABLE `new_offer_lines` (`id` text NOT NULL, `variant` integer NOT NULL DEFAULT (0), `position` integer NOT NULL, `quantity` integer NOT NULL, `unit` integer NOT NULL, `total` integer NOT NULL, `tax` integer NOT NULL DEFAULT ('0'), `price_lines` json NOT NULL, `options` json NOT NULL, `used_data` json NULL, `is_personal` bool NOT NULL DEFAULT (false), `lead_days` integer NOT NULL, `priced_at` datetime NOT NULL, `offer_id` text NOT NULL, `product_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `offer_lines_offers_offer` FOREIGN KEY (`offer_id`) REFERENCES `offers` (`id`) ON DELETE NO ACTION, CONSTRAINT `offer_lines_products_product` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`) ON DELETE NO ACTION);
-- copy rows from old table "offer_lines" to new temporary table "new_offer_lines"
INSERT INTO `new_offer_lines` (`id`, `position`, `quantity`, `unit`, `total`, `tax`, `price_lines`, `options`, `lead_days`, `priced_at`, `offer_id`, `product_id`) SELECT `id`, `position`, `quantity`, `unit`, `total`, `tax`, `price_lines`, `options`, `lead_days`, `priced_at`, `offer_id`, `product_id` FROM `offer_lines`;
-- drop "offer_lines" table after copying rows
DROP TABLE `offer_lines`;
-- rename temporary table "new_offer_lines" to "offer_lines"
ALTER TABLE `new_offer_lines` RENAME TO `offer_lines`;
-- create index "offerline_offer_id_position" to table: "offer_lines"
CREATE UNIQUE INDEX `offerline_offer_id_position` ON `offer_lines` (`offer_id`, `position`);
-- create index "offerline_product_id" to table: "offer_lines"
CREATE INDEX `offerline_product_id` ON `offer_lines` (`product_id`);
-- create "decline_reasons" table
CREATE TABLE `decline_reasons` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `key` text NOT NULL, `name_en` text NOT NULL, `name_ru` text NOT NULL, `retired_at` datetime NULL, PRIMARY KEY (`id`));
-- create index "decline_reasons_key_key" to table: "decline_reasons"
CREATE UNIQUE INDEX `decline_reasons_key_key` ON `decline_reasons` (`key`);
-- create index "declinereason_key_id" to table: "decline_reasons"
CREATE INDEX `declinereason_key_id` ON `decline_reasons` (`key`, `id`);
-- create index "declinereason_created_at_id" to table: "decline_reasons"
CREATE INDEX `declinereason_created_at_id` ON `decline_reasons` (`created_at`, `id`);
-- create index "declinereason_updated_at_id" to table: "decline_reasons"
CREATE INDEX `declinereason_updated_at_id` ON `decline_reasons` (`updated_at`, `id`);
-- create "product_of_the_months" table
CREATE TABLE `product_of_the_months` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `month` text NOT NULL, `chosen_by` text NOT NULL, `product_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `product_of_the_months_products_product` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`) ON DELETE NO ACTION);
-- create index "productofthemonth_month_id" to table: "product_of_the_months"
CREATE INDEX `productofthemonth_month_id` ON `product_of_the_months` (`month`, `id`);
-- create index "productofthemonth_created_at_id" to table: "product_of_the_months"
CREATE INDEX `productofthemonth_created_at_id` ON `product_of_the_months` (`created_at`, `id`);
-- create index "productofthemonth_updated_at_id" to table: "product_of_the_months"
CREATE INDEX `productofthemonth_updated_at_id` ON `product_of_the_months` (`updated_at`, `id`);
-- create index "productofthemonth_product_id" to table: "product_of_the_months"
CREATE INDEX `productofthemonth_product_id` ON `product_of_the_months` (`product_id`);
-- the reasons there are from the beginning
INSERT INTO `decline_reasons` (`id`, `version`, `created_at`, `updated_at`, `key`, `name_en`, `name_ru`) VALUES
('dcr_01kdvdna00ec180hpbsbpvf6b4', 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'PRICE', 'Too expensive', 'Дорого'),
('dcr_01kdvdna00fd1r72w9t3vndbbf', 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'TIMING', 'Not now', 'Не сейчас'),
('dcr_01kdvdna00ee2tdstjw340jc9h', 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'LEAD_TIME', 'The date does not suit', 'Не устроил срок'),
('dcr_01kdvdna00fc18j6pw4k5v1zs2', 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'COMPETITOR', 'Bought elsewhere', 'Купили у других'),
('dcr_01kdvdna00fx5t9j8t7z2fhdv8', 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'NOT_NEEDED', 'Not needed any more', 'Больше не нужно'),
('dcr_01kdvdna00e898a1mrrzdksfnn', 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'PRODUCT', 'The product does not suit', 'Не подошёл товар'),
('dcr_01kdvdna00fhaske16x3ftk51q', 1, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'OTHER', 'Another reason', 'Другая причина');
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
