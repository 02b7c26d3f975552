-- +goose Up
-- create index "customer_phone" to table: "customers"
CREATE INDEX "customer_phone" ON "customers" ("phone") WHERE (phone IS NOT NULL);
-- what an earlier version wrote is brought into the form of this one by `kopeck migrate`, in Go: the row says that it is to be done
INSERT INTO "settings" ("id", "value", "updated_at") SELECT 'rekeyed', '{"after":""}', now()
WHERE EXISTS (SELECT 1 FROM "customers") OR EXISTS (SELECT 1 FROM "users");
