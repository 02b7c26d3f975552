-- +goose Up
-- modify "products" table
ALTER TABLE "products" ADD COLUMN "search_key" text NOT NULL DEFAULT '' COLLATE "C";
-- the keys of the products of an earlier version are written by `kopeck migrate`, in Go: the row says that it is to be done
INSERT INTO "settings" ("id", "value", "updated_at") SELECT 'rekeyed', '{"after":""}', now()
WHERE EXISTS (SELECT 1 FROM "products") ON CONFLICT ("id") DO NOTHING;
