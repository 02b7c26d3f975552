-- +goose Up
-- create index "contact_inbound" to table: "contacts"
CREATE INDEX `contact_inbound` ON `contacts` (`customer_id`, `at`, `id`) WHERE direction = 'INBOUND' AND voided_at IS NULL;
