-- +goose Up
-- add column "wallet" to table: "customers"
ALTER TABLE `customers` ADD COLUMN `wallet` integer NULL;
-- add column "credit_fit" to table: "orders"
ALTER TABLE `orders` ADD COLUMN `credit_fit` text NULL;
-- create "attribution_fits" table
CREATE TABLE `attribution_fits` (`id` text NOT NULL, `model` text NOT NULL, `fitted_at` datetime NOT NULL, `fit` json NOT NULL, PRIMARY KEY (`id`));
-- create index "attributionfit_model_fitted_at" to table: "attribution_fits"
CREATE INDEX `attributionfit_model_fitted_at` ON `attribution_fits` (`model`, `fitted_at`);
