-- +goose Up
-- create "audit_entries" table
CREATE TABLE `audit_entries` (`id` text NOT NULL, `at` datetime NOT NULL, `actor` text NOT NULL, `action` text NOT NULL, `subject` text NOT NULL, `detail` json NOT NULL, PRIMARY KEY (`id`));
-- create index "auditentry_subject_at" to table: "audit_entries"
CREATE INDEX `auditentry_subject_at` ON `audit_entries` (`subject`, `at`);
-- create index "auditentry_at_id" to table: "audit_entries"
CREATE INDEX `auditentry_at_id` ON `audit_entries` (`at`, `id`);
-- create "bookings" table
CREATE TABLE `bookings` (`id` text NOT NULL, `resource` text NOT NULL, `day` integer NOT NULL, `units` integer NOT NULL, `booked_at` datetime NOT NULL, `freed_at` datetime NULL, `order_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `bookings_orders_order` FOREIGN KEY (`order_id`) REFERENCES `orders` (`id`) ON DELETE NO ACTION);
-- create index "booking_resource_day" to table: "bookings"
CREATE INDEX `booking_resource_day` ON `bookings` (`resource`, `day`);
-- create index "booking_order_id" to table: "bookings"
CREATE INDEX `booking_order_id` ON `bookings` (`order_id`);
-- create "components" table
CREATE TABLE `components` (`id` text NOT NULL, `position` integer NOT NULL, `material` text NULL, `resource` text NULL, `quantity` integer NOT NULL, `product_id` text NOT NULL, `option_id` text NULL, `part_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `components_products_product` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`) ON DELETE NO ACTION, CONSTRAINT `components_product_options_option` FOREIGN KEY (`option_id`) REFERENCES `product_options` (`id`) ON DELETE SET NULL, CONSTRAINT `components_products_part` FOREIGN KEY (`part_id`) REFERENCES `products` (`id`) ON DELETE SET NULL);
-- create index "component_product_id_position" to table: "components"
CREATE INDEX `component_product_id_position` ON `components` (`product_id`, `position`);
-- create index "component_material" to table: "components"
CREATE INDEX `component_material` ON `components` (`material`);
-- create index "component_resource" to table: "components"
CREATE INDEX `component_resource` ON `components` (`resource`);
-- create index "component_part_id" to table: "components"
CREATE INDEX `component_part_id` ON `components` (`part_id`);
-- create "contacts" table
CREATE TABLE `contacts` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `kind` text NOT NULL, `direction` text NOT NULL, `channel` text NOT NULL, `at` datetime NOT NULL, `minutes` integer NOT NULL, `subject` text NULL, `notes` text NULL, `purpose` text NULL, `stage` text NOT NULL, `external_id` text NULL, `expense` integer NOT NULL, `cost` integer NOT NULL, `cost_lines` json NOT NULL, `uncosted` bool NOT NULL DEFAULT (false), `realised` integer NOT NULL, `recorded_at` datetime NOT NULL, `customer_id` text NOT NULL, `staff_id` text NULL, `about_id` text NULL, `permission_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `contacts_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION, CONSTRAINT `contacts_users_staff` FOREIGN KEY (`staff_id`) REFERENCES `users` (`id`) ON DELETE SET NULL, CONSTRAINT `contacts_customers_about` FOREIGN KEY (`about_id`) REFERENCES `customers` (`id`) ON DELETE SET NULL, CONSTRAINT `contacts_permissions_permission` FOREIGN KEY (`permission_id`) REFERENCES `permissions` (`id`) ON DELETE SET NULL);
-- create index "contact_customer_id_at_id" to table: "contacts"
CREATE INDEX `contact_customer_id_at_id` ON `contacts` (`customer_id`, `at`, `id`);
-- create index "contact_at_id" to table: "contacts"
CREATE INDEX `contact_at_id` ON `contacts` (`at`, `id`);
-- create index "contact_staff_id_at" to table: "contacts"
CREATE INDEX `contact_staff_id_at` ON `contacts` (`staff_id`, `at`);
-- create index "contact_channel_at" to table: "contacts"
CREATE INDEX `contact_channel_at` ON `contacts` (`channel`, `at`);
-- create index "contact_about_id" to table: "contacts"
CREATE INDEX `contact_about_id` ON `contacts` (`about_id`);
-- create index "contact_permission_id" to table: "contacts"
CREATE INDEX `contact_permission_id` ON `contacts` (`permission_id`);
-- create index "contact_external_id" to table: "contacts"
CREATE UNIQUE INDEX `contact_external_id` ON `contacts` (`external_id`);
-- create "credits" table
CREATE TABLE `credits` (`id` text NOT NULL, `position` integer NOT NULL, `amount` integer NOT NULL, `share` integer NOT NULL, `order_id` text NOT NULL, `contact_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `credits_orders_order` FOREIGN KEY (`order_id`) REFERENCES `orders` (`id`) ON DELETE NO ACTION, CONSTRAINT `credits_contacts_contact` FOREIGN KEY (`contact_id`) REFERENCES `contacts` (`id`) ON DELETE NO ACTION);
-- create index "credit_order_id_contact_id" to table: "credits"
CREATE UNIQUE INDEX `credit_order_id_contact_id` ON `credits` (`order_id`, `contact_id`);
-- create index "credit_contact_id" to table: "credits"
CREATE INDEX `credit_contact_id` ON `credits` (`contact_id`);
-- create "customers" table
CREATE TABLE `customers` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `kind` text NOT NULL DEFAULT ('PERSON'), `name` text NOT NULL, `name_key` text NOT NULL, `email` text NULL, `email_key` text NULL, `phone` text NULL, `external_id` text NULL, `stage` text NOT NULL DEFAULT ('STRANGER'), `segment` text NULL, `measurements` json NULL, `acquired_at` datetime NULL, `acquisition_cost` integer NOT NULL, `departed_at` datetime NULL, `deleted_at` datetime NULL, `order_days` integer NOT NULL DEFAULT (0), `first_order_day` integer NOT NULL DEFAULT (0), `last_order_day` integer NOT NULL DEFAULT (0), `margin` integer NOT NULL, `repeat_margin` integer NOT NULL, `contact_cost` integer NOT NULL, `last_order_at` datetime NOT NULL, `lifetime_value` integer NOT NULL, `owner_id` text NULL, `referred_by_id` text NULL, `partner_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `customers_users_owner` FOREIGN KEY (`owner_id`) REFERENCES `users` (`id`) ON DELETE SET NULL, CONSTRAINT `customers_customers_referrals` FOREIGN KEY (`referred_by_id`) REFERENCES `customers` (`id`) ON DELETE SET NULL, CONSTRAINT `customers_partners_partner` FOREIGN KEY (`partner_id`) REFERENCES `partners` (`id`) ON DELETE SET NULL);
-- create index "customer_email_key" to table: "customers"
CREATE UNIQUE INDEX `customer_email_key` ON `customers` (`email_key`) WHERE deleted_at IS NULL;
-- create index "customer_external_id" to table: "customers"
CREATE UNIQUE INDEX `customer_external_id` ON `customers` (`external_id`) WHERE deleted_at IS NULL;
-- create index "customer_created_at_id" to table: "customers"
CREATE INDEX `customer_created_at_id` ON `customers` (`created_at`, `id`);
-- create index "customer_updated_at_id" to table: "customers"
CREATE INDEX `customer_updated_at_id` ON `customers` (`updated_at`, `id`);
-- create index "customer_name_key_id" to table: "customers"
CREATE INDEX `customer_name_key_id` ON `customers` (`name_key`, `id`);
-- create index "customer_last_order_at_id" to table: "customers"
CREATE INDEX `customer_last_order_at_id` ON `customers` (`last_order_at`, `id`);
-- create index "customer_lifetime_value_id" to table: "customers"
CREATE INDEX `customer_lifetime_value_id` ON `customers` (`lifetime_value`, `id`);
-- create index "customer_owner_id" to table: "customers"
CREATE INDEX `customer_owner_id` ON `customers` (`owner_id`);
-- create index "customer_partner_id" to table: "customers"
CREATE INDEX `customer_partner_id` ON `customers` (`partner_id`);
-- create index "customer_referred_by_id" to table: "customers"
CREATE INDEX `customer_referred_by_id` ON `customers` (`referred_by_id`);
-- create index "customer_stage_segment" to table: "customers"
CREATE INDEX `customer_stage_segment` ON `customers` (`stage`, `segment`);
-- create "idempotency_keys" table
CREATE TABLE `idempotency_keys` (`id` text NOT NULL, `actor` text NOT NULL, `key` text NOT NULL, `operation` text NOT NULL, `body_hash` text NOT NULL, `result_id` text NOT NULL, `created_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- create index "idempotencykey_actor_key" to table: "idempotency_keys"
CREATE UNIQUE INDEX `idempotencykey_actor_key` ON `idempotency_keys` (`actor`, `key`);
-- create index "idempotencykey_created_at" to table: "idempotency_keys"
CREATE INDEX `idempotencykey_created_at` ON `idempotency_keys` (`created_at`);
-- create "lifetime_models" table
CREATE TABLE `lifetime_models` (`id` text NOT NULL, `kind` text NOT NULL, `time_unit` text NOT NULL, `parameters` json NOT NULL, `log_likelihood` real NOT NULL, `customers` integer NOT NULL, `converged` bool NOT NULL, `iterations` integer NOT NULL, `gradient_norm` real NOT NULL, `active` bool NOT NULL, `fitted_at` datetime NOT NULL, `calibration_end` datetime NULL, `report` json NOT NULL, `back_test` json NULL, PRIMARY KEY (`id`));
-- create index "lifetimemodel_active" to table: "lifetime_models"
CREATE UNIQUE INDEX `lifetimemodel_active` ON `lifetime_models` (`active`) WHERE active;
-- create index "lifetimemodel_fitted_at" to table: "lifetime_models"
CREATE INDEX `lifetimemodel_fitted_at` ON `lifetime_models` (`fitted_at`);
-- create "list_prices" table
CREATE TABLE `list_prices` (`id` text NOT NULL, `amount` integer NULL, `markup` integer NOT NULL, `minimum_margin` integer NOT NULL, `valid_from` datetime NOT NULL, `recorded_at` datetime NOT NULL, `product_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `list_prices_products_product` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`) ON DELETE NO ACTION);
-- create index "listprice_product_id_valid_from_recorded_at" to table: "list_prices"
CREATE INDEX `listprice_product_id_valid_from_recorded_at` ON `list_prices` (`product_id`, `valid_from`, `recorded_at`);
-- create "offers" table
CREATE TABLE `offers` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `kind` text NOT NULL, `status` text NOT NULL, `total` integer NOT NULL, `expires_at` datetime NOT NULL, `sent_at` datetime NULL, `viewed_at` datetime NULL, `decided_at` datetime NULL, `decline_reason` text NULL, `customer_id` text NOT NULL, `contact_id` text NULL, `order_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `offers_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION, CONSTRAINT `offers_contacts_contact` FOREIGN KEY (`contact_id`) REFERENCES `contacts` (`id`) ON DELETE SET NULL, CONSTRAINT `offers_orders_order` FOREIGN KEY (`order_id`) REFERENCES `orders` (`id`) ON DELETE SET NULL);
-- create index "offer_customer_id_created_at_id" to table: "offers"
CREATE INDEX `offer_customer_id_created_at_id` ON `offers` (`customer_id`, `created_at`, `id`);
-- create index "offer_created_at_id" to table: "offers"
CREATE INDEX `offer_created_at_id` ON `offers` (`created_at`, `id`);
-- create index "offer_expires_at_id" to table: "offers"
CREATE INDEX `offer_expires_at_id` ON `offers` (`expires_at`, `id`);
-- create index "offer_contact_id" to table: "offers"
CREATE INDEX `offer_contact_id` ON `offers` (`contact_id`);
-- create index "offer_order_id" to table: "offers"
CREATE INDEX `offer_order_id` ON `offers` (`order_id`);
-- create "offer_lines" table
CREATE TABLE `offer_lines` (`id` text NOT NULL, `position` integer NOT NULL, `quantity` integer NOT NULL, `unit` integer NOT NULL, `total` integer NOT NULL, `price_lines` json NOT NULL, `options` json NOT NULL, `lead_days` integer NOT NULL, `priced_at` datetime NOT NULL, `offer_id` text NOT NULL, `product_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `offer_lines_offers_offer` FOREIGN KEY (`offer_id`) REFERENCES `offers` (`id`) ON DELETE NO ACTION, CONSTRAINT `offer_lines_products_product` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`) ON DELETE NO ACTION);
-- create index "offerline_offer_id_position" to table: "offer_lines"
CREATE UNIQUE INDEX `offerline_offer_id_position` ON `offer_lines` (`offer_id`, `position`);
-- create index "offerline_product_id" to table: "offer_lines"
CREATE INDEX `offerline_product_id` ON `offer_lines` (`product_id`);
-- create "orders" table
CREATE TABLE `orders` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `external_id` text NULL, `status` text NOT NULL, `at` datetime NOT NULL, `day` integer NOT NULL, `total` integer NOT NULL, `refunded` integer NOT NULL, `cost` integer NOT NULL, `stated_cost` bool NOT NULL DEFAULT (false), `uncosted` bool NOT NULL DEFAULT (false), `margin` integer NOT NULL, `unattributed` integer NOT NULL, `credit_model` text NULL, `due_at` datetime NULL, `completed_at` datetime NULL, `cancelled_at` datetime NULL, `cancel_reason` text NULL, `offer_id` text NULL, `customer_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `orders_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION);
-- create index "order_customer_id_at_id" to table: "orders"
CREATE INDEX `order_customer_id_at_id` ON `orders` (`customer_id`, `at`, `id`);
-- create index "order_customer_id_completed_at" to table: "orders"
CREATE INDEX `order_customer_id_completed_at` ON `orders` (`customer_id`, `completed_at`);
-- create index "order_at_id" to table: "orders"
CREATE INDEX `order_at_id` ON `orders` (`at`, `id`);
-- create index "order_offer_id" to table: "orders"
CREATE INDEX `order_offer_id` ON `orders` (`offer_id`) WHERE offer_id IS NOT NULL;
-- create index "order_external_id" to table: "orders"
CREATE UNIQUE INDEX `order_external_id` ON `orders` (`external_id`);
-- create "order_lines" table
CREATE TABLE `order_lines` (`id` text NOT NULL, `position` integer NOT NULL, `quantity` integer NOT NULL, `unit` integer NOT NULL, `total` integer NOT NULL, `cost` integer NOT NULL, `price_lines` json NOT NULL, `options` json NOT NULL, `lead_days` integer NOT NULL, `order_id` text NOT NULL, `product_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `order_lines_orders_order` FOREIGN KEY (`order_id`) REFERENCES `orders` (`id`) ON DELETE NO ACTION, CONSTRAINT `order_lines_products_product` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`) ON DELETE NO ACTION);
-- create index "orderline_order_id_position" to table: "order_lines"
CREATE UNIQUE INDEX `orderline_order_id_position` ON `order_lines` (`order_id`, `position`);
-- create index "orderline_product_id" to table: "order_lines"
CREATE INDEX `orderline_product_id` ON `order_lines` (`product_id`);
-- create "partners" table
CREATE TABLE `partners` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `name` text NOT NULL, `active` bool NOT NULL DEFAULT (true), `scopes` json NULL, PRIMARY KEY (`id`));
-- create "permissions" table
CREATE TABLE `permissions` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `channel` text NOT NULL, `purpose` text NOT NULL, `level` text NOT NULL, `state` text NOT NULL, `granted_at` datetime NOT NULL, `expires_at` datetime NULL, `revoked_at` datetime NULL, `customer_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `permissions_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION);
-- create index "permission_customer_id_channel_purpose" to table: "permissions"
CREATE UNIQUE INDEX `permission_customer_id_channel_purpose` ON `permissions` (`customer_id`, `channel`, `purpose`) WHERE state IN ('PENDING', 'ACTIVE');
-- create index "permission_customer_id" to table: "permissions"
CREATE INDEX `permission_customer_id` ON `permissions` (`customer_id`);
-- create index "permission_state_expires_at" to table: "permissions"
CREATE INDEX `permission_state_expires_at` ON `permissions` (`state`, `expires_at`);
-- create "permission_events" table
CREATE TABLE `permission_events` (`id` text NOT NULL, `sequence` integer NOT NULL, `at` datetime NOT NULL, `kind` text NOT NULL, `level` text NULL, `expires_at` datetime NULL, `actor` text NOT NULL, `source` text NOT NULL, `wording` text NULL, `wording_version` text NULL, `address` text NULL, `reason` text NULL, `previous_hash` text NOT NULL, `hash` text NOT NULL, `permission_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `permission_events_permissions_permission` FOREIGN KEY (`permission_id`) REFERENCES `permissions` (`id`) ON DELETE NO ACTION);
-- create index "permissionevent_permission_id_sequence" to table: "permission_events"
CREATE UNIQUE INDEX `permissionevent_permission_id_sequence` ON `permission_events` (`permission_id`, `sequence`);
-- create index "permissionevent_permission_id_at" to table: "permission_events"
CREATE INDEX `permissionevent_permission_id_at` ON `permission_events` (`permission_id`, `at`);
-- create "price_agreements" table
CREATE TABLE `price_agreements` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `unit` integer NOT NULL, `minimum_quantity` integer NOT NULL, `valid_from` datetime NOT NULL, `valid_to` datetime NULL, `override_floor_reason` text NULL, `agreed_by` text NOT NULL, `recorded_at` datetime NOT NULL, `customer_id` text NOT NULL, `product_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `price_agreements_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION, CONSTRAINT `price_agreements_products_product` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`) ON DELETE NO ACTION);
-- create index "priceagreement_customer_id_product_id_valid_from" to table: "price_agreements"
CREATE INDEX `priceagreement_customer_id_product_id_valid_from` ON `price_agreements` (`customer_id`, `product_id`, `valid_from`);
-- create "price_rules" table
CREATE TABLE `price_rules` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `name` text NOT NULL, `condition` text NOT NULL, `percent` integer NULL, `amount` integer NULL, `price` integer NULL, `priority` integer NOT NULL DEFAULT (0), `exclusive` bool NOT NULL DEFAULT (false), `valid_from` datetime NULL, `valid_to` datetime NULL, `active` bool NOT NULL DEFAULT (true), `recorded_at` datetime NOT NULL, `retired_at` datetime NULL, PRIMARY KEY (`id`));
-- create "products" table
CREATE TABLE `products` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `sku` text NOT NULL, `name` text NOT NULL, `name_key` text NOT NULL, `kind` text NOT NULL DEFAULT ('GOOD'), `active` bool NOT NULL DEFAULT (true), `standard_lead_days` integer NOT NULL DEFAULT (14), PRIMARY KEY (`id`));
-- create index "product_sku" to table: "products"
CREATE UNIQUE INDEX `product_sku` ON `products` (`sku`);
-- create index "product_name_key_id" to table: "products"
CREATE INDEX `product_name_key_id` ON `products` (`name_key`, `id`);
-- create "product_options" table
CREATE TABLE `product_options` (`id` text NOT NULL, `code` text NOT NULL, `name` text NOT NULL, `position` integer NOT NULL, `surcharge` integer NOT NULL, `product_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `product_options_products_product` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`) ON DELETE NO ACTION);
-- create index "productoption_product_id_code" to table: "product_options"
CREATE UNIQUE INDEX `productoption_product_id_code` ON `product_options` (`product_id`, `code`);
-- create "rates" table
CREATE TABLE `rates` (`id` text NOT NULL, `subject` text NOT NULL, `code` text NOT NULL, `unit` text NOT NULL, `amount` integer NOT NULL, `currency_code` text NOT NULL, `valid_from` datetime NOT NULL, `recorded_at` datetime NOT NULL, `capacity_per_day` integer NULL, `fixed_share` integer NULL, PRIMARY KEY (`id`));
-- create index "rate_subject_code_valid_from_recorded_at" to table: "rates"
CREATE INDEX `rate_subject_code_valid_from_recorded_at` ON `rates` (`subject`, `code`, `valid_from`, `recorded_at`);
-- create "refresh_sessions" table
CREATE TABLE `refresh_sessions` (`id` text NOT NULL, `family` text NOT NULL, `token_hash` text NOT NULL, `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `used_at` datetime NULL, `revoked_at` datetime NULL, `user_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `refresh_sessions_users_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE NO ACTION);
-- create index "refresh_sessions_token_hash_key" to table: "refresh_sessions"
CREATE UNIQUE INDEX `refresh_sessions_token_hash_key` ON `refresh_sessions` (`token_hash`);
-- create index "refreshsession_family" to table: "refresh_sessions"
CREATE INDEX `refreshsession_family` ON `refresh_sessions` (`family`);
-- create index "refreshsession_user_id" to table: "refresh_sessions"
CREATE INDEX `refreshsession_user_id` ON `refresh_sessions` (`user_id`);
-- create index "refreshsession_expires_at" to table: "refresh_sessions"
CREATE INDEX `refreshsession_expires_at` ON `refresh_sessions` (`expires_at`);
-- create index "refreshsession_revoked_at" to table: "refresh_sessions"
CREATE INDEX `refreshsession_revoked_at` ON `refresh_sessions` (`revoked_at`);
-- create "refunds" table
CREATE TABLE `refunds` (`id` text NOT NULL, `amount` integer NOT NULL, `reason` text NOT NULL, `at` datetime NOT NULL, `actor` text NOT NULL, `order_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `refunds_orders_order` FOREIGN KEY (`order_id`) REFERENCES `orders` (`id`) ON DELETE NO ACTION);
-- create index "refund_order_id" to table: "refunds"
CREATE INDEX `refund_order_id` ON `refunds` (`order_id`);
-- create "search_terms" table
CREATE TABLE `search_terms` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `term` text NOT NULL, `customer_id` text NOT NULL, CONSTRAINT `search_terms_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION);
-- create index "searchterm_term_customer_id" to table: "search_terms"
CREATE UNIQUE INDEX `searchterm_term_customer_id` ON `search_terms` (`term`, `customer_id`);
-- create index "searchterm_customer_id" to table: "search_terms"
CREATE INDEX `searchterm_customer_id` ON `search_terms` (`customer_id`);
-- create "settings" table
CREATE TABLE `settings` (`id` text NOT NULL, `value` json NOT NULL, `updated_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- create "stage_changes" table
CREATE TABLE `stage_changes` (`id` text NOT NULL, `from_stage` text NOT NULL, `to_stage` text NOT NULL, `at` datetime NOT NULL, `reason` text NOT NULL, `actor` text NOT NULL, `customer_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `stage_changes_customers_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE NO ACTION);
-- create index "stagechange_customer_id_at" to table: "stage_changes"
CREATE INDEX `stagechange_customer_id_at` ON `stage_changes` (`customer_id`, `at`);
-- create "users" table
CREATE TABLE `users` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `email` text NOT NULL, `email_key` text NOT NULL, `name` text NOT NULL, `role` text NOT NULL, `active` bool NOT NULL DEFAULT (true), `grade` text NULL, `password_hash` text NULL, `deleted_at` datetime NULL, `partner_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `users_partners_partner` FOREIGN KEY (`partner_id`) REFERENCES `partners` (`id`) ON DELETE SET NULL);
-- create index "user_email_key" to table: "users"
CREATE UNIQUE INDEX `user_email_key` ON `users` (`email_key`) WHERE deleted_at IS NULL;
-- create index "user_grade" to table: "users"
CREATE INDEX `user_grade` ON `users` (`grade`);
