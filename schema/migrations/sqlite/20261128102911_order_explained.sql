-- +goose Up
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- add column "priced_at" to table: "order_lines"
ALTER TABLE `order_lines` ADD COLUMN `priced_at` datetime NULL;
-- add column "returned" to table: "order_lines"
ALTER TABLE `order_lines` ADD COLUMN `returned` integer NOT NULL DEFAULT ('0');
-- create "new_refunds" table
CREATE TABLE `new_refunds` (`id` text NOT NULL, `amount` integer NOT NULL, `reason` text NOT NULL, `at` datetime NOT NULL, `recorded_at` datetime NOT NULL, `goods_returned` bool NOT NULL DEFAULT (false), `actor` text NOT NULL, `order_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `refunds_orders_order` FOREIGN KEY (`order_id`) REFERENCES `orders` (`id`) ON DELETE NO ACTION);
-- copy rows from old table "refunds", which were recorded at their moments, to new temporary table "new_refunds"
INSERT INTO `new_refunds` (`id`, `amount`, `reason`, `at`, `recorded_at`, `actor`, `order_id`) SELECT `id`, `amount`, `reason`, `at`, `at`, `actor`, `order_id` FROM `refunds`;
-- drop "refunds" table after copying rows
DROP TABLE `refunds`;
-- rename temporary table "new_refunds" to "refunds"
ALTER TABLE `new_refunds` RENAME TO `refunds`;
-- create index "refund_order_id" to table: "refunds"
CREATE INDEX `refund_order_id` ON `refunds` (`order_id`);
-- create "refund_lines" table
CREATE TABLE `refund_lines` (`id` text NOT NULL, `position` integer NOT NULL, `quantity` integer NOT NULL, `amount` integer NOT NULL, `stated` bool NOT NULL, `refund_id` text NOT NULL, `line_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `refund_lines_refunds_refund` FOREIGN KEY (`refund_id`) REFERENCES `refunds` (`id`) ON DELETE NO ACTION, CONSTRAINT `refund_lines_order_lines_line` FOREIGN KEY (`line_id`) REFERENCES `order_lines` (`id`) ON DELETE NO ACTION);
-- create index "refundline_refund_id_line_id" to table: "refund_lines"
CREATE UNIQUE INDEX `refundline_refund_id_line_id` ON `refund_lines` (`refund_id`, `line_id`);
-- create index "refundline_line_id" to table: "refund_lines"
CREATE INDEX `refundline_line_id` ON `refund_lines` (`line_id`);
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
-- a line of an order that came of an offer was priced when the offer's was
UPDATE `order_lines` SET `priced_at` = (SELECT `l`.`priced_at` FROM `orders` AS `o` JOIN `offer_lines` AS `l` ON `l`.`offer_id` = `o`.`offer_id` AND `l`.`position` = `order_lines`.`position` WHERE `o`.`id` = `order_lines`.`order_id`)
WHERE `order_id` IN (SELECT `id` FROM `orders` WHERE `offer_id` IS NOT NULL);
