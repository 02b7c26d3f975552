-- +goose Up
-- modify "field_definitions" table
ALTER TABLE "field_definitions" ADD COLUMN "retired" boolean NOT NULL DEFAULT false;
