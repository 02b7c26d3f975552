-- +goose Up
-- add column "seller_id" to table: "orders"
ALTER TABLE `orders` ADD COLUMN `seller_id` text NULL CONSTRAINT `orders_users_seller` REFERENCES `users` (`id`) ON DELETE SET NULL;
-- create index "order_completed_at" to table: "orders"
CREATE INDEX `order_completed_at` ON `orders` (`completed_at`) WHERE completed_at IS NOT NULL;
-- create index "order_cancelled_at" to table: "orders"
CREATE INDEX `order_cancelled_at` ON `orders` (`cancelled_at`) WHERE cancelled_at IS NOT NULL;
-- create index "refund_at" to table: "refunds"
CREATE INDEX `refund_at` ON `refunds` (`at`);
-- who of the staff placed an order, as the audit has it
UPDATE orders SET seller_id = (SELECT u.id FROM audit_entries a JOIN users u ON u.email = a.actor WHERE a.subject = orders.id AND a.action = 'order.place' AND u.role <> 'PARTNER' ORDER BY CASE WHEN u.deleted_at IS NULL THEN 0 ELSE 1 END, u.created_at, u.id LIMIT 1)
	WHERE id IN (SELECT subject FROM audit_entries WHERE action = 'order.place');
-- the cost of an order that came with an import is divided among its lines, by largest remainder in proportion to their totals, where theirs do not sum to it
UPDATE order_lines SET cost = p.part FROM (
	SELECT b.id, b.base + CASE WHEN row_number() OVER (PARTITION BY b.order_id ORDER BY b.rest DESC, b.position) <= b.cost - sum(b.base) OVER (PARTITION BY b.order_id) THEN 1 ELSE 0 END AS part FROM (
		SELECT w.id, w.order_id, w.position, w.cost, w.cost * w.weight / w.weights AS base, w.cost * w.weight % w.weights AS rest FROM (
			SELECT v.id, v.order_id, v.position, v.cost, v.weight, sum(v.weight) OVER (PARTITION BY v.order_id) AS weights FROM (
				SELECT l.id, l.order_id, l.position, t.cost, CASE WHEN t.total <= 0 OR t.least < 0 THEN 1 WHEN CAST(t.cost AS REAL) * t.total > 9.0e18 THEN l.total * 90000 / t.total ELSE l.total END AS weight FROM order_lines l JOIN (
					SELECT o.id, o.cost, sum(i.total) AS total, min(i.total) AS least FROM orders o JOIN order_lines i ON i.order_id = o.id WHERE o.stated_cost GROUP BY o.id, o.cost HAVING sum(i.cost) <> o.cost AND max(i.returned) = 0
				) AS t ON t.id = l.order_id
			) AS v
		) AS w
	) AS b
) AS p WHERE p.id = order_lines.id;
