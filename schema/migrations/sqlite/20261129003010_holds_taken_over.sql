-- +goose Up
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- create "new_bookings" table
CREATE TABLE `new_bookings` (`id` text NOT NULL, `resource` text NOT NULL, `day` integer NOT NULL, `units` integer NOT NULL, `hold` text NULL, `held_for` text NULL, `held_by` text NULL, `booked_at` datetime NOT NULL, `freed_at` datetime NULL, `taken_by` text NULL, `held_until` datetime NULL, `order_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `bookings_orders_order` FOREIGN KEY (`order_id`) REFERENCES `orders` (`id`) ON DELETE SET NULL);
-- copy rows from old table "bookings" to new temporary table "new_bookings"
INSERT INTO `new_bookings` (`id`, `resource`, `day`, `units`, `hold`, `held_for`, `held_by`, `booked_at`, `freed_at`, `order_id`) SELECT `id`, `resource`, `day`, `units`, `hold`, `held_for`, `held_by`, `booked_at`, `freed_at`, `order_id` FROM `bookings`;
-- drop "bookings" table after copying rows
DROP TABLE `bookings`;
-- rename temporary table "new_bookings" to "bookings"
ALTER TABLE `new_bookings` RENAME TO `bookings`;
-- create index "booking_resource_day" to table: "bookings"
CREATE INDEX `booking_resource_day` ON `bookings` (`resource`, `day`);
-- create index "booking_order_id" to table: "bookings"
CREATE INDEX `booking_order_id` ON `bookings` (`order_id`);
-- create index "booking_hold" to table: "bookings"
CREATE INDEX `booking_hold` ON `bookings` (`hold`) WHERE hold IS NOT NULL;
-- create index "booking_held_by_freed_at" to table: "bookings"
CREATE INDEX `booking_held_by_freed_at` ON `bookings` (`held_by`, `freed_at`) WHERE hold IS NOT NULL;
-- create index "booking_taken_by" to table: "bookings"
CREATE INDEX `booking_taken_by` ON `bookings` (`taken_by`) WHERE taken_by IS NOT NULL;
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
