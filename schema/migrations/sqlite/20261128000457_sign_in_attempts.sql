-- +goose Up
-- create "sign_in_attempts" table
CREATE TABLE `sign_in_attempts` (`id` text NOT NULL, `full_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- create index "signinattempts_full_at" to table: "sign_in_attempts"
CREATE INDEX `signinattempts_full_at` ON `sign_in_attempts` (`full_at`);
