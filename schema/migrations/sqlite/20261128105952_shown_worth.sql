-- +goose Up
-- add column "shown_amount" to table: "credits"
ALTER TABLE `credits` ADD COLUMN `shown_amount` integer NOT NULL DEFAULT '0';
-- what is shown begins with what is there, so that nothing is shown as nothing until the server's first refresh
UPDATE `credits` SET `shown_amount` = `amount`;
-- create index "credit_id" to table: "credits"
CREATE INDEX `credit_id` ON `credits` (`id`) WHERE shown_amount <> amount;
-- add columns "shown_total" and "shown_earnings" to table: "customers"
ALTER TABLE `customers` ADD COLUMN `shown_total` integer NOT NULL DEFAULT '0';
ALTER TABLE `customers` ADD COLUMN `shown_earnings` json NULL;
-- how a value is rounded follows from a key: until the refresh, which the server begins when it starts, lists have the order of whole
-- thousands
UPDATE `customers` SET `shown_total` = `lifetime_value` / 100000 * 100000,
	`shown_earnings` = json_object('orderDays', `order_days`, 'firstDay', `first_order_day`, 'lastDay', `last_order_day`, 'margin', `margin`,
		'repeatMargin', `repeat_margin`, 'refundedMargin', `refunded_margin`, 'contactCost', `contact_cost`, 'acquisitionCost', `acquisition_cost`, 'recent', `recent_days`);
-- create index "customer_shown_total_id" to table: "customers"
CREATE INDEX `customer_shown_total_id` ON `customers` (`shown_total`, `id`);
