-- +goose Up
-- create "addresses" table
CREATE TABLE "addresses" ("id" character varying NOT NULL COLLATE "C", "kind" character varying NOT NULL DEFAULT 'OTHER' COLLATE "C", "country" character varying NULL COLLATE "C", "region" character varying NULL COLLATE "C", "city" character varying NULL COLLATE "C", "street" character varying NULL COLLATE "C", "postal_code" character varying NULL COLLATE "C", "created_at" timestamptz NOT NULL, "customer_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "addresses_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "address_customer_id" to table: "addresses"
CREATE INDEX "address_customer_id" ON "addresses" ("customer_id");
-- create "contact_points" table
CREATE TABLE "contact_points" ("id" character varying NOT NULL COLLATE "C", "type" character varying NOT NULL COLLATE "C", "value" character varying NOT NULL COLLATE "C", "value_key" character varying NOT NULL COLLATE "C", "kind" character varying NOT NULL DEFAULT 'OTHER' COLLATE "C", "created_at" timestamptz NOT NULL, "customer_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "contact_points_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "contactpoint_customer_id" to table: "contact_points"
CREATE INDEX "contactpoint_customer_id" ON "contact_points" ("customer_id");
-- create index "contactpoint_type_value_key" to table: "contact_points"
CREATE INDEX "contactpoint_type_value_key" ON "contact_points" ("type", "value_key");
-- create "customer_tags" table
CREATE TABLE "customer_tags" ("id" character varying NOT NULL COLLATE "C", "tag" character varying NOT NULL COLLATE "C", "tag_key" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "customer_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "customer_tags_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "customertag_customer_id" to table: "customer_tags"
CREATE INDEX "customertag_customer_id" ON "customer_tags" ("customer_id");
-- create index "customertag_tag_key_customer_id" to table: "customer_tags"
CREATE INDEX "customertag_tag_key_customer_id" ON "customer_tags" ("tag_key", "customer_id");
-- the numbers and addresses of customers are contact points: the id is that of the customer, of an e-mail with another first character
INSERT INTO "contact_points" (id, customer_id, type, value, value_key, kind, created_at) SELECT 'cpt_' || substr(id, 5), id, 'PHONE', phone, phone, 'OTHER', created_at FROM "customers"
WHERE phone IS NOT NULL AND deleted_at IS NULL;
INSERT INTO "contact_points" (id, customer_id, type, value, value_key, kind, created_at) SELECT 'cpt_' || CASE substr(id, 5, 1) WHEN '0' THEN '4' WHEN '1' THEN '5' WHEN '2' THEN '6' WHEN '3' THEN '7' WHEN '4' THEN '0' WHEN '5' THEN '1' WHEN '6' THEN '2' ELSE '3' END || substr(id, 6), id, 'EMAIL', email, coalesce(email_key, email), 'OTHER', created_at FROM "customers"
WHERE email IS NOT NULL AND deleted_at IS NULL;
-- and so are those that came with a merge, each once; those of the merged customer go back to them when the merge is undone
INSERT INTO "contact_points" (id, customer_id, type, value, value_key, kind, created_at) SELECT 'cpt_' || substr(i.id, 5), i.customer_id, i.kind, i.value, i.value_key, 'OTHER', m.at
FROM "customer_identities" i JOIN "customer_merges" m ON m.id = i.merge_id JOIN "customers" k ON k.id = i.customer_id
WHERE i.kind IN ('PHONE', 'EMAIL') AND k.deleted_at IS NULL
	AND NOT EXISTS (SELECT 1 FROM "customer_identities" j WHERE j.customer_id = i.customer_id AND j.kind = i.kind AND j.value_key = i.value_key AND j.id < i.id)
	AND NOT EXISTS (SELECT 1 FROM "contact_points" p WHERE p.customer_id = i.customer_id AND p.type = i.kind AND p.value_key = i.value_key);
INSERT INTO "merged_rows" (merge_id, place, row_id, belongs_to) SELECT m.id, 'contact_points.customer_id', p.id, d.id
FROM "customer_identities" i JOIN "customer_merges" m ON m.id = i.merge_id AND m.kept_id = i.customer_id JOIN "customers" d ON d.id = m.merged_id
	JOIN "contact_points" p ON p.id = 'cpt_' || substr(i.id, 5)
WHERE i.kind = 'PHONE' AND d.phone = i.value_key OR i.kind = 'EMAIL' AND d.email_key = i.value_key;
