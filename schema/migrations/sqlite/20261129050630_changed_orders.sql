-- +goose Up
-- create index "order_not_plain" to table: "orders"
CREATE INDEX `order_not_plain` ON `orders` (`id`) WHERE completed_at IS NOT NULL AND NOT plain;
-- create index "orderline_not_plain" to table: "order_lines"
CREATE INDEX `orderline_not_plain` ON `order_lines` (`order_id`, `position`) WHERE sold_at IS NULL;
