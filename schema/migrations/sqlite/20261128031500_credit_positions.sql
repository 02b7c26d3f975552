-- +goose Up
-- credits are numbered among those that earn something
UPDATE `credits` SET `position` = n.place FROM (SELECT `id`, row_number() OVER (PARTITION BY `order_id` ORDER BY `position`, `id`) - 1 AS place FROM `credits`) AS n
WHERE n.`id` = `credits`.`id` AND n.place <> `credits`.`position`;
