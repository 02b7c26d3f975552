-- +goose Up
-- modify "products" table
ALTER TABLE "products" ADD COLUMN "unit" character varying NULL COLLATE "C", ADD COLUMN "category" character varying NULL COLLATE "C";
-- create index "product_category_sku" to table: "products"
CREATE INDEX "product_category_sku" ON "products" ("category", "sku");
-- create "measurement_definitions" table
CREATE TABLE "measurement_definitions" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "code" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "unit" character varying NOT NULL COLLATE "C", "least" bigint NOT NULL, "most" bigint NOT NULL, PRIMARY KEY ("id"));
-- create index "measurementdefinition_code" to table: "measurement_definitions"
CREATE UNIQUE INDEX "measurementdefinition_code" ON "measurement_definitions" ("code");
-- create "recipes" table
CREATE TABLE "recipes" ("id" character varying NOT NULL COLLATE "C", "valid_from" timestamptz NOT NULL, "recorded_at" timestamptz NOT NULL, "recorded_by" character varying NOT NULL COLLATE "C", "reason" text NULL COLLATE "C", "product_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "recipes_products_product" FOREIGN KEY ("product_id") REFERENCES "products" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION);
-- create index "recipe_product_id_valid_from_recorded_at" to table: "recipes"
CREATE INDEX "recipe_product_id_valid_from_recorded_at" ON "recipes" ("product_id", "valid_from", "recorded_at");
-- each product that exists has one recipe, which has always held
INSERT INTO "recipes" ("id", "valid_from", "recorded_at", "recorded_by", "product_id") SELECT 'rcp' || substr("id", 4), '1900-01-01 00:00:00+00:00', "created_at", 'system', "id" FROM "products";
-- drop index "component_product_id_position" from table: "components"
DROP INDEX "component_product_id_position";
-- modify "components" table
ALTER TABLE "components" ADD COLUMN "formula" character varying NULL COLLATE "C", ADD COLUMN "recipe_id" character varying NULL COLLATE "C";
UPDATE "components" SET "recipe_id" = 'rcp' || substr("product_id", 4);
ALTER TABLE "components" ALTER COLUMN "recipe_id" SET NOT NULL, ADD CONSTRAINT "components_recipes_recipe" FOREIGN KEY ("recipe_id") REFERENCES "recipes" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION;
-- create index "component_product_id" to table: "components"
CREATE INDEX "component_product_id" ON "components" ("product_id");
-- create index "component_recipe_id_position" to table: "components"
CREATE INDEX "component_recipe_id_position" ON "components" ("recipe_id", "position");
-- drop index "productoption_product_id_code" from table: "product_options"
DROP INDEX "productoption_product_id_code";
-- modify "product_options" table
ALTER TABLE "product_options" ADD COLUMN "recipe_id" character varying NULL COLLATE "C";
UPDATE "product_options" SET "recipe_id" = 'rcp' || substr("product_id", 4);
ALTER TABLE "product_options" ALTER COLUMN "recipe_id" SET NOT NULL, ADD CONSTRAINT "product_options_recipes_recipe" FOREIGN KEY ("recipe_id") REFERENCES "recipes" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION;
-- create index "productoption_product_id" to table: "product_options"
CREATE INDEX "productoption_product_id" ON "product_options" ("product_id");
-- create index "productoption_recipe_id_code" to table: "product_options"
CREATE UNIQUE INDEX "productoption_recipe_id_code" ON "product_options" ("recipe_id", "code");
