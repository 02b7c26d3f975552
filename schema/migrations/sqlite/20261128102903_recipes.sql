-- +goose Up
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- create "new_components" table
CREATE TABLE `new_components` (`id` text NOT NULL, `position` integer NOT NULL, `material` text NULL, `resource` text NULL, `quantity` integer NOT NULL, `formula` text NULL, `product_id` text NOT NULL, `recipe_id` text NOT NULL, `option_id` text NULL, `part_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `components_products_product` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`) ON DELETE NO ACTION, CONSTRAINT `components_recipes_recipe` FOREIGN KEY (`recipe_id`) REFERENCES `recipes` (`id`) ON DELETE NO ACTION, CONSTRAINT `components_product_options_option` FOREIGN KEY (`option_id`) REFERENCES `product_options` (`id`) ON DELETE SET NULL, CONSTRAINT `components_products_part` FOREIGN KEY (`part_id`) REFERENCES `products` (`id`) ON DELETE SET NULL);
-- copy rows from old table "components" to new temporary table "new_components"
INSERT INTO `new_components` (`id`, `position`, `material`, `resource`, `quantity`, `product_id`, `recipe_id`, `option_id`, `part_id`) SELECT `id`, `position`, `material`, `resource`, `quantity`, `product_id`, 'rcp' || substr(`product_id`, 4), `option_id`, `part_id` FROM `components`;
-- drop "components" table after copying rows
DROP TABLE `components`;
-- rename temporary table "new_components" to "components"
ALTER TABLE `new_components` RENAME TO `components`;
-- create index "component_product_id" to table: "components"
CREATE INDEX `component_product_id` ON `components` (`product_id`);
-- create index "component_recipe_id_position" to table: "components"
CREATE INDEX `component_recipe_id_position` ON `components` (`recipe_id`, `position`);
-- create index "component_material" to table: "components"
CREATE INDEX `component_material` ON `components` (`material`);
-- create index "component_resource" to table: "components"
CREATE INDEX `component_resource` ON `components` (`resource`);
-- create index "component_part_id" to table: "components"
CREATE INDEX `component_part_id` ON `components` (`part_id`);
-- create "new_product_options" table
CREATE TABLE `new_product_options` (`id` text NOT NULL, `code` text NOT NULL, `name` text NOT NULL, `position` integer NOT NULL, `surcharge` integer NOT NULL, `measured` bool NOT NULL DEFAULT (false), `grade` bool NOT NULL DEFAULT (false), `product_id` text NOT NULL, `recipe_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `product_options_products_product` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`) ON DELETE NO ACTION, CONSTRAINT `product_options_recipes_recipe` FOREIGN KEY (`recipe_id`) REFERENCES `recipes` (`id`) ON DELETE NO ACTION);
-- copy rows from old table "product_options" to new temporary table "new_product_options"
INSERT INTO `new_product_options` (`id`, `code`, `name`, `position`, `surcharge`, `measured`, `grade`, `product_id`, `recipe_id`) SELECT `id`, `code`, `name`, `position`, `surcharge`, `measured`, `grade`, `product_id`, 'rcp' || substr(`product_id`, 4) FROM `product_options`;
-- drop "product_options" table after copying rows
DROP TABLE `product_options`;
-- rename temporary table "new_product_options" to "product_options"
ALTER TABLE `new_product_options` RENAME TO `product_options`;
-- create index "productoption_recipe_id_code" to table: "product_options"
CREATE UNIQUE INDEX `productoption_recipe_id_code` ON `product_options` (`recipe_id`, `code`);
-- create index "productoption_product_id" to table: "product_options"
CREATE INDEX `productoption_product_id` ON `product_options` (`product_id`);
-- create "new_products" table
CREATE TABLE `new_products` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `sku` text NOT NULL, `name` text NOT NULL, `name_key` text NOT NULL, `search_key` text NOT NULL DEFAULT (''), `kind` text NOT NULL DEFAULT ('GOOD'), `active` bool NOT NULL DEFAULT (true), `standard_lead_days` integer NOT NULL DEFAULT (14), `unit` text NULL, `category` text NULL, `partner_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `products_partners_partner` FOREIGN KEY (`partner_id`) REFERENCES `partners` (`id`) ON DELETE SET NULL);
-- copy rows from old table "products" to new temporary table "new_products"
INSERT INTO `new_products` (`id`, `version`, `created_at`, `updated_at`, `sku`, `name`, `name_key`, `search_key`, `kind`, `active`, `standard_lead_days`, `partner_id`) SELECT `id`, `version`, `created_at`, `updated_at`, `sku`, `name`, `name_key`, `search_key`, `kind`, `active`, `standard_lead_days`, `partner_id` FROM `products`;
-- drop "products" table after copying rows
DROP TABLE `products`;
-- rename temporary table "new_products" to "products"
ALTER TABLE `new_products` RENAME TO `products`;
-- create index "product_sku" to table: "products"
CREATE UNIQUE INDEX `product_sku` ON `products` (`sku`);
-- create index "product_name_key_id" to table: "products"
CREATE INDEX `product_name_key_id` ON `products` (`name_key`, `id`);
-- create index "product_category_sku" to table: "products"
CREATE INDEX `product_category_sku` ON `products` (`category`, `sku`);
-- create "measurement_definitions" table
CREATE TABLE `measurement_definitions` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `code` text NOT NULL, `name` text NOT NULL, `unit` text NOT NULL, `least` integer NOT NULL, `most` integer NOT NULL, PRIMARY KEY (`id`));
-- create index "measurementdefinition_code" to table: "measurement_definitions"
CREATE UNIQUE INDEX `measurementdefinition_code` ON `measurement_definitions` (`code`);
-- create "recipes" table
CREATE TABLE `recipes` (`id` text NOT NULL, `valid_from` datetime NOT NULL, `recorded_at` datetime NOT NULL, `recorded_by` text NOT NULL, `reason` text NULL, `product_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `recipes_products_product` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`) ON DELETE NO ACTION);
-- create index "recipe_product_id_valid_from_recorded_at" to table: "recipes"
CREATE INDEX `recipe_product_id_valid_from_recorded_at` ON `recipes` (`product_id`, `valid_from`, `recorded_at`);
-- each product that exists has one recipe, which has always held
INSERT INTO `recipes` (`id`, `valid_from`, `recorded_at`, `recorded_by`, `product_id`) SELECT 'rcp' || substr(`id`, 4), '1900-01-01 00:00:00+00:00', `created_at`, 'system', `id` FROM `products`;
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
