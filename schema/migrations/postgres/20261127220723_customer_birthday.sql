-- +goose Up
-- modify "customers" table
ALTER TABLE "customers" ADD COLUMN "birthday" bigint NULL;
