-- +goose Up
-- modify "bookings" table
ALTER TABLE "bookings" DROP CONSTRAINT "bookings_orders_order", ALTER COLUMN "order_id" DROP NOT NULL, ADD COLUMN "hold" character varying NULL COLLATE "C", ADD COLUMN "held_for" character varying NULL COLLATE "C", ADD COLUMN "held_by" character varying NULL COLLATE "C", ADD CONSTRAINT "bookings_orders_order" FOREIGN KEY ("order_id") REFERENCES "orders" ("id") ON UPDATE NO ACTION ON DELETE SET NULL;
-- create index "booking_held_by_freed_at" to table: "bookings"
CREATE INDEX "booking_held_by_freed_at" ON "bookings" ("held_by", "freed_at") WHERE (hold IS NOT NULL);
-- create index "booking_hold" to table: "bookings"
CREATE INDEX "booking_hold" ON "bookings" ("hold") WHERE (hold IS NOT NULL);
