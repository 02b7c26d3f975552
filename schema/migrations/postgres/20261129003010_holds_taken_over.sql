-- +goose Up
-- modify "bookings" table
ALTER TABLE "bookings" ADD COLUMN "taken_by" character varying NULL COLLATE "C", ADD COLUMN "held_until" timestamptz NULL;
-- create index "booking_taken_by" to table: "bookings"
CREATE INDEX "booking_taken_by" ON "bookings" ("taken_by") WHERE (taken_by IS NOT NULL);
