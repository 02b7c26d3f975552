-- +goose Up
-- create "settings" table
CREATE TABLE "settings" ("id" character varying NOT NULL COLLATE "C", "value" jsonb NOT NULL, "updated_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create "rates" table
CREATE TABLE "rates" ("id" character varying NOT NULL COLLATE "C", "subject" character varying NOT NULL COLLATE "C", "code" character varying NOT NULL COLLATE "C", "unit" character varying NOT NULL COLLATE "C", "amount" bigint NOT NULL, "currency_code" character varying NOT NULL COLLATE "C", "valid_from" timestamptz NOT NULL, "recorded_at" timestamptz NOT NULL, "capacity_per_day" bigint NULL, "fixed_share" bigint NULL, PRIMARY KEY ("id"));
-- create index "rate_subject_code_valid_from_recorded_at" to table: "rates"
CREATE INDEX "rate_subject_code_valid_from_recorded_at" ON "rates" ("subject", "code", "valid_from", "recorded_at");
-- create "idempotency_keys" table
CREATE TABLE "idempotency_keys" ("id" character varying NOT NULL COLLATE "C", "actor" character varying NOT NULL COLLATE "C", "key" character varying NOT NULL COLLATE "C", "operation" character varying NOT NULL COLLATE "C", "body_hash" character varying NOT NULL COLLATE "C", "result_id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "idempotencykey_actor_key" to table: "idempotency_keys"
CREATE UNIQUE INDEX "idempotencykey_actor_key" ON "idempotency_keys" ("actor", "key");
-- create index "idempotencykey_created_at" to table: "idempotency_keys"
CREATE INDEX "idempotencykey_created_at" ON "idempotency_keys" ("created_at");
-- create "lifetime_models" table
CREATE TABLE "lifetime_models" ("id" character varying NOT NULL COLLATE "C", "kind" character varying NOT NULL COLLATE "C", "time_unit" character varying NOT NULL COLLATE "C", "parameters" jsonb NOT NULL, "log_likelihood" double precision NOT NULL, "customers" bigint NOT NULL, "converged" boolean NOT NULL, "iterations" bigint NOT NULL, "gradient_norm" double precision NOT NULL, "active" boolean NOT NULL, "fitted_at" timestamptz NOT NULL, "calibration_end" timestamptz NULL, "report" jsonb NOT NULL, "back_test" jsonb NULL, PRIMARY KEY ("id"));
-- create index "lifetimemodel_active" to table: "lifetime_models"
CREATE UNIQUE INDEX "lifetimemodel_active" ON "lifetime_models" ("active") WHERE active;
-- create index "lifetimemodel_fitted_at" to table: "lifetime_models"
CREATE INDEX "lifetimemodel_fitted_at" ON "lifetime_models" ("fitted_at");
-- create "audit_entries" table
CREATE TABLE "audit_entries" ("id" character varying NOT NULL COLLATE "C", "at" timestamptz NOT NULL, "actor" character varying NOT NULL COLLATE "C", "action" character varying NOT NULL COLLATE "C", "subject" character varying NOT NULL COLLATE "C", "detail" jsonb NOT NULL, PRIMARY KEY ("id"));
-- create index "auditentry_at_id" to table: "audit_entries"
CREATE INDEX "auditentry_at_id" ON "audit_entries" ("at", "id");
-- create index "auditentry_subject_at" to table: "audit_entries"
CREATE INDEX "auditentry_subject_at" ON "audit_entries" ("subject", "at");
-- create "price_rules" table
CREATE TABLE "price_rules" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "name" character varying NOT NULL COLLATE "C", "condition" character varying NOT NULL COLLATE "C", "percent" bigint NULL, "amount" bigint NULL, "price" bigint NULL, "priority" bigint NOT NULL DEFAULT 0, "exclusive" boolean NOT NULL DEFAULT false, "valid_from" timestamptz NULL, "valid_to" timestamptz NULL, "active" boolean NOT NULL DEFAULT true, "recorded_at" timestamptz NOT NULL, "retired_at" timestamptz NULL, PRIMARY KEY ("id"));
-- create "partners" table
CREATE TABLE "partners" ("id" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "name" character varying NOT NULL COLLATE "C", "active" boolean NOT NULL DEFAULT true, "scopes" jsonb NULL, PRIMARY KEY ("id"));
-- create "users" table
CREATE TABLE "users" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "email" character varying NOT NULL COLLATE "C", "email_key" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "role" character varying NOT NULL COLLATE "C", "active" boolean NOT NULL DEFAULT true, "grade" character varying NULL COLLATE "C", "password_hash" character varying NULL COLLATE "C", "deleted_at" timestamptz NULL, "partner_id" character varying NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "users_partners_partner" FOREIGN KEY ("partner_id") REFERENCES "partners" ("id") ON DELETE SET NULL);
-- create index "user_email_key" to table: "users"
CREATE UNIQUE INDEX "user_email_key" ON "users" ("email_key") WHERE deleted_at IS NULL;
-- create index "user_grade" to table: "users"
CREATE INDEX "user_grade" ON "users" ("grade");
-- create "customers" table
CREATE TABLE "customers" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "kind" character varying NOT NULL DEFAULT 'PERSON' COLLATE "C", "name" character varying NOT NULL COLLATE "C", "name_key" character varying NOT NULL COLLATE "C", "email" character varying NULL COLLATE "C", "email_key" character varying NULL COLLATE "C", "phone" character varying NULL COLLATE "C", "external_id" character varying NULL COLLATE "C", "stage" character varying NOT NULL DEFAULT 'STRANGER' COLLATE "C", "segment" character varying NULL COLLATE "C", "measurements" jsonb NULL, "acquired_at" timestamptz NULL, "acquisition_cost" bigint NOT NULL, "departed_at" timestamptz NULL, "deleted_at" timestamptz NULL, "order_days" bigint NOT NULL DEFAULT 0, "first_order_day" bigint NOT NULL DEFAULT 0, "last_order_day" bigint NOT NULL DEFAULT 0, "margin" bigint NOT NULL, "repeat_margin" bigint NOT NULL, "contact_cost" bigint NOT NULL, "last_order_at" timestamptz NOT NULL, "lifetime_value" bigint NOT NULL, "owner_id" character varying NULL COLLATE "C", "referred_by_id" character varying NULL COLLATE "C", "partner_id" character varying NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "customers_customers_referrals" FOREIGN KEY ("referred_by_id") REFERENCES "customers" ("id") ON DELETE SET NULL, CONSTRAINT "customers_partners_partner" FOREIGN KEY ("partner_id") REFERENCES "partners" ("id") ON DELETE SET NULL, CONSTRAINT "customers_users_owner" FOREIGN KEY ("owner_id") REFERENCES "users" ("id") ON DELETE SET NULL);
-- create index "customer_created_at_id" to table: "customers"
CREATE INDEX "customer_created_at_id" ON "customers" ("created_at", "id");
-- create index "customer_email_key" to table: "customers"
CREATE UNIQUE INDEX "customer_email_key" ON "customers" ("email_key") WHERE deleted_at IS NULL;
-- create index "customer_external_id" to table: "customers"
CREATE UNIQUE INDEX "customer_external_id" ON "customers" ("external_id") WHERE deleted_at IS NULL;
-- create index "customer_last_order_at_id" to table: "customers"
CREATE INDEX "customer_last_order_at_id" ON "customers" ("last_order_at", "id");
-- create index "customer_lifetime_value_id" to table: "customers"
CREATE INDEX "customer_lifetime_value_id" ON "customers" ("lifetime_value", "id");
-- create index "customer_name_key_id" to table: "customers"
CREATE INDEX "customer_name_key_id" ON "customers" ("name_key", "id");
-- create index "customer_owner_id" to table: "customers"
CREATE INDEX "customer_owner_id" ON "customers" ("owner_id");
-- create index "customer_partner_id" to table: "customers"
CREATE INDEX "customer_partner_id" ON "customers" ("partner_id");
-- create index "customer_referred_by_id" to table: "customers"
CREATE INDEX "customer_referred_by_id" ON "customers" ("referred_by_id");
-- create index "customer_stage_segment" to table: "customers"
CREATE INDEX "customer_stage_segment" ON "customers" ("stage", "segment");
-- create index "customer_updated_at_id" to table: "customers"
CREATE INDEX "customer_updated_at_id" ON "customers" ("updated_at", "id");
-- create "orders" table
CREATE TABLE "orders" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "external_id" character varying NULL COLLATE "C", "status" character varying NOT NULL COLLATE "C", "at" timestamptz NOT NULL, "day" bigint NOT NULL, "total" bigint NOT NULL, "refunded" bigint NOT NULL, "cost" bigint NOT NULL, "stated_cost" boolean NOT NULL DEFAULT false, "uncosted" boolean NOT NULL DEFAULT false, "margin" bigint NOT NULL, "unattributed" bigint NOT NULL, "credit_model" character varying NULL COLLATE "C", "due_at" timestamptz NULL, "completed_at" timestamptz NULL, "cancelled_at" timestamptz NULL, "cancel_reason" character varying NULL COLLATE "C", "offer_id" character varying NULL COLLATE "C", "customer_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "orders_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON DELETE NO ACTION);
-- create index "order_at_id" to table: "orders"
CREATE INDEX "order_at_id" ON "orders" ("at", "id");
-- create index "order_customer_id_at_id" to table: "orders"
CREATE INDEX "order_customer_id_at_id" ON "orders" ("customer_id", "at", "id");
-- create index "order_customer_id_completed_at" to table: "orders"
CREATE INDEX "order_customer_id_completed_at" ON "orders" ("customer_id", "completed_at");
-- create index "order_external_id" to table: "orders"
CREATE UNIQUE INDEX "order_external_id" ON "orders" ("external_id");
-- create index "order_offer_id" to table: "orders"
CREATE INDEX "order_offer_id" ON "orders" ("offer_id") WHERE offer_id IS NOT NULL;
-- create "bookings" table
CREATE TABLE "bookings" ("id" character varying NOT NULL COLLATE "C", "resource" character varying NOT NULL COLLATE "C", "day" bigint NOT NULL, "units" bigint NOT NULL, "booked_at" timestamptz NOT NULL, "freed_at" timestamptz NULL, "order_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "bookings_orders_order" FOREIGN KEY ("order_id") REFERENCES "orders" ("id") ON DELETE NO ACTION);
-- create index "booking_order_id" to table: "bookings"
CREATE INDEX "booking_order_id" ON "bookings" ("order_id");
-- create index "booking_resource_day" to table: "bookings"
CREATE INDEX "booking_resource_day" ON "bookings" ("resource", "day");
-- create "products" table
CREATE TABLE "products" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "sku" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "name_key" character varying NOT NULL COLLATE "C", "kind" character varying NOT NULL DEFAULT 'GOOD' COLLATE "C", "active" boolean NOT NULL DEFAULT true, "standard_lead_days" bigint NOT NULL DEFAULT 14, PRIMARY KEY ("id"));
-- create index "product_name_key_id" to table: "products"
CREATE INDEX "product_name_key_id" ON "products" ("name_key", "id");
-- create index "product_sku" to table: "products"
CREATE UNIQUE INDEX "product_sku" ON "products" ("sku");
-- create "product_options" table
CREATE TABLE "product_options" ("id" character varying NOT NULL COLLATE "C", "code" character varying NOT NULL COLLATE "C", "name" character varying NOT NULL COLLATE "C", "position" bigint NOT NULL, "surcharge" bigint NOT NULL, "product_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "product_options_products_product" FOREIGN KEY ("product_id") REFERENCES "products" ("id") ON DELETE NO ACTION);
-- create index "productoption_product_id_code" to table: "product_options"
CREATE UNIQUE INDEX "productoption_product_id_code" ON "product_options" ("product_id", "code");
-- create "components" table
CREATE TABLE "components" ("id" character varying NOT NULL COLLATE "C", "position" bigint NOT NULL, "material" character varying NULL COLLATE "C", "resource" character varying NULL COLLATE "C", "quantity" bigint NOT NULL, "product_id" character varying NOT NULL COLLATE "C", "option_id" character varying NULL COLLATE "C", "part_id" character varying NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "components_product_options_option" FOREIGN KEY ("option_id") REFERENCES "product_options" ("id") ON DELETE SET NULL, CONSTRAINT "components_products_part" FOREIGN KEY ("part_id") REFERENCES "products" ("id") ON DELETE SET NULL, CONSTRAINT "components_products_product" FOREIGN KEY ("product_id") REFERENCES "products" ("id") ON DELETE NO ACTION);
-- create index "component_material" to table: "components"
CREATE INDEX "component_material" ON "components" ("material");
-- create index "component_part_id" to table: "components"
CREATE INDEX "component_part_id" ON "components" ("part_id");
-- create index "component_product_id_position" to table: "components"
CREATE INDEX "component_product_id_position" ON "components" ("product_id", "position");
-- create index "component_resource" to table: "components"
CREATE INDEX "component_resource" ON "components" ("resource");
-- create "permissions" table
CREATE TABLE "permissions" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "channel" character varying NOT NULL COLLATE "C", "purpose" character varying NOT NULL COLLATE "C", "level" character varying NOT NULL COLLATE "C", "state" character varying NOT NULL COLLATE "C", "granted_at" timestamptz NOT NULL, "expires_at" timestamptz NULL, "revoked_at" timestamptz NULL, "customer_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "permissions_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON DELETE NO ACTION);
-- create index "permission_customer_id" to table: "permissions"
CREATE INDEX "permission_customer_id" ON "permissions" ("customer_id");
-- create index "permission_customer_id_channel_purpose" to table: "permissions"
CREATE UNIQUE INDEX "permission_customer_id_channel_purpose" ON "permissions" ("customer_id", "channel", "purpose") WHERE state IN ('PENDING', 'ACTIVE');
-- create index "permission_state_expires_at" to table: "permissions"
CREATE INDEX "permission_state_expires_at" ON "permissions" ("state", "expires_at");
-- create "contacts" table
CREATE TABLE "contacts" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "kind" character varying NOT NULL COLLATE "C", "direction" character varying NOT NULL COLLATE "C", "channel" character varying NOT NULL COLLATE "C", "at" timestamptz NOT NULL, "minutes" bigint NOT NULL, "subject" character varying NULL COLLATE "C", "notes" character varying NULL COLLATE "C", "purpose" character varying NULL COLLATE "C", "stage" character varying NOT NULL COLLATE "C", "external_id" character varying NULL COLLATE "C", "expense" bigint NOT NULL, "cost" bigint NOT NULL, "cost_lines" jsonb NOT NULL, "uncosted" boolean NOT NULL DEFAULT false, "realised" bigint NOT NULL, "recorded_at" timestamptz NOT NULL, "customer_id" character varying NOT NULL COLLATE "C", "staff_id" character varying NULL COLLATE "C", "about_id" character varying NULL COLLATE "C", "permission_id" character varying NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "contacts_customers_about" FOREIGN KEY ("about_id") REFERENCES "customers" ("id") ON DELETE SET NULL, CONSTRAINT "contacts_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON DELETE NO ACTION, CONSTRAINT "contacts_permissions_permission" FOREIGN KEY ("permission_id") REFERENCES "permissions" ("id") ON DELETE SET NULL, CONSTRAINT "contacts_users_staff" FOREIGN KEY ("staff_id") REFERENCES "users" ("id") ON DELETE SET NULL);
-- create index "contact_about_id" to table: "contacts"
CREATE INDEX "contact_about_id" ON "contacts" ("about_id");
-- create index "contact_at_id" to table: "contacts"
CREATE INDEX "contact_at_id" ON "contacts" ("at", "id");
-- create index "contact_channel_at" to table: "contacts"
CREATE INDEX "contact_channel_at" ON "contacts" ("channel", "at");
-- create index "contact_customer_id_at_id" to table: "contacts"
CREATE INDEX "contact_customer_id_at_id" ON "contacts" ("customer_id", "at", "id");
-- create index "contact_external_id" to table: "contacts"
CREATE UNIQUE INDEX "contact_external_id" ON "contacts" ("external_id");
-- create index "contact_permission_id" to table: "contacts"
CREATE INDEX "contact_permission_id" ON "contacts" ("permission_id");
-- create index "contact_staff_id_at" to table: "contacts"
CREATE INDEX "contact_staff_id_at" ON "contacts" ("staff_id", "at");
-- create "credits" table
CREATE TABLE "credits" ("id" character varying NOT NULL COLLATE "C", "position" bigint NOT NULL, "amount" bigint NOT NULL, "share" bigint NOT NULL, "order_id" character varying NOT NULL COLLATE "C", "contact_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "credits_contacts_contact" FOREIGN KEY ("contact_id") REFERENCES "contacts" ("id") ON DELETE NO ACTION, CONSTRAINT "credits_orders_order" FOREIGN KEY ("order_id") REFERENCES "orders" ("id") ON DELETE NO ACTION);
-- create index "credit_contact_id" to table: "credits"
CREATE INDEX "credit_contact_id" ON "credits" ("contact_id");
-- create index "credit_order_id_contact_id" to table: "credits"
CREATE UNIQUE INDEX "credit_order_id_contact_id" ON "credits" ("order_id", "contact_id");
-- create "list_prices" table
CREATE TABLE "list_prices" ("id" character varying NOT NULL COLLATE "C", "amount" bigint NULL, "markup" bigint NOT NULL, "minimum_margin" bigint NOT NULL, "valid_from" timestamptz NOT NULL, "recorded_at" timestamptz NOT NULL, "product_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "list_prices_products_product" FOREIGN KEY ("product_id") REFERENCES "products" ("id") ON DELETE NO ACTION);
-- create index "listprice_product_id_valid_from_recorded_at" to table: "list_prices"
CREATE INDEX "listprice_product_id_valid_from_recorded_at" ON "list_prices" ("product_id", "valid_from", "recorded_at");
-- create "offers" table
CREATE TABLE "offers" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "kind" character varying NOT NULL COLLATE "C", "status" character varying NOT NULL COLLATE "C", "total" bigint NOT NULL, "expires_at" timestamptz NOT NULL, "sent_at" timestamptz NULL, "viewed_at" timestamptz NULL, "decided_at" timestamptz NULL, "decline_reason" character varying NULL COLLATE "C", "customer_id" character varying NOT NULL COLLATE "C", "contact_id" character varying NULL COLLATE "C", "order_id" character varying NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "offers_contacts_contact" FOREIGN KEY ("contact_id") REFERENCES "contacts" ("id") ON DELETE SET NULL, CONSTRAINT "offers_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON DELETE NO ACTION, CONSTRAINT "offers_orders_order" FOREIGN KEY ("order_id") REFERENCES "orders" ("id") ON DELETE SET NULL);
-- create index "offer_contact_id" to table: "offers"
CREATE INDEX "offer_contact_id" ON "offers" ("contact_id");
-- create index "offer_created_at_id" to table: "offers"
CREATE INDEX "offer_created_at_id" ON "offers" ("created_at", "id");
-- create index "offer_customer_id_created_at_id" to table: "offers"
CREATE INDEX "offer_customer_id_created_at_id" ON "offers" ("customer_id", "created_at", "id");
-- create index "offer_expires_at_id" to table: "offers"
CREATE INDEX "offer_expires_at_id" ON "offers" ("expires_at", "id");
-- create index "offer_order_id" to table: "offers"
CREATE INDEX "offer_order_id" ON "offers" ("order_id");
-- create "offer_lines" table
CREATE TABLE "offer_lines" ("id" character varying NOT NULL COLLATE "C", "position" bigint NOT NULL, "quantity" bigint NOT NULL, "unit" bigint NOT NULL, "total" bigint NOT NULL, "price_lines" jsonb NOT NULL, "options" jsonb NOT NULL, "lead_days" bigint NOT NULL, "priced_at" timestamptz NOT NULL, "offer_id" character varying NOT NULL COLLATE "C", "product_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "offer_lines_offers_offer" FOREIGN KEY ("offer_id") REFERENCES "offers" ("id") ON DELETE NO ACTION, CONSTRAINT "offer_lines_products_product" FOREIGN KEY ("product_id") REFERENCES "products" ("id") ON DELETE NO ACTION);
-- create index "offerline_offer_id_position" to table: "offer_lines"
CREATE UNIQUE INDEX "offerline_offer_id_position" ON "offer_lines" ("offer_id", "position");
-- create index "offerline_product_id" to table: "offer_lines"
CREATE INDEX "offerline_product_id" ON "offer_lines" ("product_id");
-- create "order_lines" table
CREATE TABLE "order_lines" ("id" character varying NOT NULL COLLATE "C", "position" bigint NOT NULL, "quantity" bigint NOT NULL, "unit" bigint NOT NULL, "total" bigint NOT NULL, "cost" bigint NOT NULL, "price_lines" jsonb NOT NULL, "options" jsonb NOT NULL, "lead_days" bigint NOT NULL, "order_id" character varying NOT NULL COLLATE "C", "product_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "order_lines_orders_order" FOREIGN KEY ("order_id") REFERENCES "orders" ("id") ON DELETE NO ACTION, CONSTRAINT "order_lines_products_product" FOREIGN KEY ("product_id") REFERENCES "products" ("id") ON DELETE NO ACTION);
-- create index "orderline_order_id_position" to table: "order_lines"
CREATE UNIQUE INDEX "orderline_order_id_position" ON "order_lines" ("order_id", "position");
-- create index "orderline_product_id" to table: "order_lines"
CREATE INDEX "orderline_product_id" ON "order_lines" ("product_id");
-- create "permission_events" table
CREATE TABLE "permission_events" ("id" character varying NOT NULL COLLATE "C", "sequence" bigint NOT NULL, "at" timestamptz NOT NULL, "kind" character varying NOT NULL COLLATE "C", "level" character varying NULL COLLATE "C", "expires_at" timestamptz NULL, "actor" character varying NOT NULL COLLATE "C", "source" character varying NOT NULL COLLATE "C", "wording" character varying NULL COLLATE "C", "wording_version" character varying NULL COLLATE "C", "address" character varying NULL COLLATE "C", "reason" character varying NULL COLLATE "C", "previous_hash" character varying NOT NULL COLLATE "C", "hash" character varying NOT NULL COLLATE "C", "permission_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "permission_events_permissions_permission" FOREIGN KEY ("permission_id") REFERENCES "permissions" ("id") ON DELETE NO ACTION);
-- create index "permissionevent_permission_id_at" to table: "permission_events"
CREATE INDEX "permissionevent_permission_id_at" ON "permission_events" ("permission_id", "at");
-- create index "permissionevent_permission_id_sequence" to table: "permission_events"
CREATE UNIQUE INDEX "permissionevent_permission_id_sequence" ON "permission_events" ("permission_id", "sequence");
-- create "price_agreements" table
CREATE TABLE "price_agreements" ("id" character varying NOT NULL COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "unit" bigint NOT NULL, "minimum_quantity" bigint NOT NULL, "valid_from" timestamptz NOT NULL, "valid_to" timestamptz NULL, "override_floor_reason" character varying NULL COLLATE "C", "agreed_by" character varying NOT NULL COLLATE "C", "recorded_at" timestamptz NOT NULL, "customer_id" character varying NOT NULL COLLATE "C", "product_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "price_agreements_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON DELETE NO ACTION, CONSTRAINT "price_agreements_products_product" FOREIGN KEY ("product_id") REFERENCES "products" ("id") ON DELETE NO ACTION);
-- create index "priceagreement_customer_id_product_id_valid_from" to table: "price_agreements"
CREATE INDEX "priceagreement_customer_id_product_id_valid_from" ON "price_agreements" ("customer_id", "product_id", "valid_from");
-- create "refresh_sessions" table
CREATE TABLE "refresh_sessions" ("id" character varying NOT NULL COLLATE "C", "family" character varying NOT NULL COLLATE "C", "token_hash" character varying NOT NULL COLLATE "C", "created_at" timestamptz NOT NULL, "expires_at" timestamptz NOT NULL, "used_at" timestamptz NULL, "revoked_at" timestamptz NULL, "user_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "refresh_sessions_users_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE NO ACTION);
-- create index "refresh_sessions_token_hash_key" to table: "refresh_sessions"
CREATE UNIQUE INDEX "refresh_sessions_token_hash_key" ON "refresh_sessions" ("token_hash");
-- create index "refreshsession_expires_at" to table: "refresh_sessions"
CREATE INDEX "refreshsession_expires_at" ON "refresh_sessions" ("expires_at");
-- create index "refreshsession_family" to table: "refresh_sessions"
CREATE INDEX "refreshsession_family" ON "refresh_sessions" ("family");
-- create index "refreshsession_revoked_at" to table: "refresh_sessions"
CREATE INDEX "refreshsession_revoked_at" ON "refresh_sessions" ("revoked_at");
-- create index "refreshsession_user_id" to table: "refresh_sessions"
CREATE INDEX "refreshsession_user_id" ON "refresh_sessions" ("user_id");
-- create "refunds" table
CREATE TABLE "refunds" ("id" character varying NOT NULL COLLATE "C", "amount" bigint NOT NULL, "reason" character varying NOT NULL COLLATE "C", "at" timestamptz NOT NULL, "actor" character varying NOT NULL COLLATE "C", "order_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "refunds_orders_order" FOREIGN KEY ("order_id") REFERENCES "orders" ("id") ON DELETE NO ACTION);
-- create index "refund_order_id" to table: "refunds"
CREATE INDEX "refund_order_id" ON "refunds" ("order_id");
-- create "search_terms" table
CREATE TABLE "search_terms" ("id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY, "term" character varying NOT NULL COLLATE "C", "customer_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "search_terms_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON DELETE NO ACTION);
-- create index "searchterm_customer_id" to table: "search_terms"
CREATE INDEX "searchterm_customer_id" ON "search_terms" ("customer_id");
-- create index "searchterm_term_customer_id" to table: "search_terms"
CREATE UNIQUE INDEX "searchterm_term_customer_id" ON "search_terms" ("term", "customer_id");
-- create "stage_changes" table
CREATE TABLE "stage_changes" ("id" character varying NOT NULL COLLATE "C", "from_stage" character varying NOT NULL COLLATE "C", "to_stage" character varying NOT NULL COLLATE "C", "at" timestamptz NOT NULL, "reason" character varying NOT NULL COLLATE "C", "actor" character varying NOT NULL COLLATE "C", "customer_id" character varying NOT NULL COLLATE "C", PRIMARY KEY ("id"), CONSTRAINT "stage_changes_customers_customer" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON DELETE NO ACTION);
-- create index "stagechange_customer_id_at" to table: "stage_changes"
CREATE INDEX "stagechange_customer_id_at" ON "stage_changes" ("customer_id", "at");
