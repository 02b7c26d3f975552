-- +goose Up
-- modify "price_agreements" table
ALTER TABLE "price_agreements" ADD COLUMN "state" character varying NOT NULL DEFAULT 'AGREED' COLLATE "C", ADD COLUMN "proposed_at" timestamptz NULL, ADD COLUMN "decided_at" timestamptz NULL, ADD COLUMN "decided_by" character varying NULL COLLATE "C", ADD COLUMN "decline_reason" character varying NULL COLLATE "C";
-- create index "priceagreement_recorded_at_id" to table: "price_agreements"
CREATE INDEX "priceagreement_recorded_at_id" ON "price_agreements" ("recorded_at", "id");
-- create index "priceagreement_state_recorded_at" to table: "price_agreements"
CREATE INDEX "priceagreement_state_recorded_at" ON "price_agreements" ("state", "recorded_at") WHERE ((state)::text <> 'AGREED'::text);
