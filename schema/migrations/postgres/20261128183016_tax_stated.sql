-- +goose Up
-- modify "list_prices" table
ALTER TABLE "list_prices" ADD COLUMN "states_tax_code" boolean NOT NULL DEFAULT false;
-- modify "order_lines" table
ALTER TABLE "order_lines" ADD COLUMN "stated_tax" bigint NOT NULL DEFAULT 0;
-- the tax of a line that no tax code gave is what an import said
UPDATE order_lines SET stated_tax = tax WHERE tax <> 0 AND NOT EXISTS (
	SELECT 1 FROM list_prices p JOIN orders o ON o.id = order_lines.order_id WHERE p.product_id = order_lines.product_id AND p.tax_code IS NOT NULL
		AND (coalesce(o.completed_at, o.cancelled_at) IS NULL OR p.valid_from <= coalesce(o.completed_at, o.cancelled_at)));
-- terms state their tax code where it differs from that of the terms before them, by all that is recorded or by what was recorded until then
UPDATE list_prices SET states_tax_code = TRUE WHERE coalesce(tax_code, '') <> coalesce((
	SELECT b.tax_code FROM list_prices b WHERE b.product_id = list_prices.product_id AND (b.valid_from, b.recorded_at, b.id) < (list_prices.valid_from, list_prices.recorded_at, list_prices.id)
		ORDER BY b.valid_from DESC, b.recorded_at DESC, b.id DESC LIMIT 1), '')
	OR coalesce(tax_code, '') <> coalesce((
	SELECT b.tax_code FROM list_prices b WHERE b.product_id = list_prices.product_id AND (b.valid_from, b.recorded_at, b.id) < (list_prices.valid_from, list_prices.recorded_at, list_prices.id)
		AND b.recorded_at <= list_prices.recorded_at ORDER BY b.valid_from DESC, b.recorded_at DESC, b.id DESC LIMIT 1), '');
