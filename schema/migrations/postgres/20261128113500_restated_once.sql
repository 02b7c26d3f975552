-- +goose Up
-- short codes are searched for, and the stages and credits of an earlier version restated, by `kopeck migrate`, in Go: the row says that it is to be done
INSERT INTO "settings" ("id", "value", "updated_at") SELECT 'rekeyed', '{"after":""}', now()
WHERE EXISTS (SELECT 1 FROM "customers") ON CONFLICT ("id") DO UPDATE SET "value" = excluded."value";
