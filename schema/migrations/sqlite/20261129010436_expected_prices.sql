-- +goose Up
-- create "expected_prices" table
CREATE TABLE `expected_prices` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `unit` integer NOT NULL, `at` datetime NOT NULL, `segment` text NULL, `recorded_by` text NOT NULL, `voided_at` datetime NULL, `void_reason` text NULL, `customer_id` text NOT NULL, `product_id` text NOT NULL, `contact_id` text NULL, `offer_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `expected_prices_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION, CONSTRAINT `expected_prices_products_product` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`) ON DELETE NO ACTION, CONSTRAINT `expected_prices_contacts_contact` FOREIGN KEY (`contact_id`) REFERENCES `contacts` (`id`) ON DELETE SET NULL, CONSTRAINT `expected_prices_offers_offer` FOREIGN KEY (`offer_id`) REFERENCES `offers` (`id`) ON DELETE SET NULL);
-- create index "expectedprice_customer_id_at_id" to table: "expected_prices"
CREATE INDEX `expectedprice_customer_id_at_id` ON `expected_prices` (`customer_id`, `at`, `id`);
-- create index "expectedprice_at_id" to table: "expected_prices"
CREATE INDEX `expectedprice_at_id` ON `expected_prices` (`at`, `id`);
-- create index "expectedprice_contact_id" to table: "expected_prices"
CREATE INDEX `expectedprice_contact_id` ON `expected_prices` (`contact_id`) WHERE contact_id IS NOT NULL;
-- create index "expectedprice_offer_id" to table: "expected_prices"
CREATE INDEX `expectedprice_offer_id` ON `expected_prices` (`offer_id`) WHERE offer_id IS NOT NULL;
