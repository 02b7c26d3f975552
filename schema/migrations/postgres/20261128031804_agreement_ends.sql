-- +goose Up
-- modify "price_agreements" table
ALTER TABLE "price_agreements" ADD COLUMN "ended_at" timestamptz NULL, ADD COLUMN "end_reason" character varying NULL COLLATE "C", ADD COLUMN "ended_by" character varying NULL COLLATE "C";
