-- +goose Up
-- add column "partner_id" to table: "products"
ALTER TABLE `products` ADD COLUMN `partner_id` text NULL CONSTRAINT `products_partners_partner` REFERENCES `partners` (`id`) ON DELETE SET NULL;
