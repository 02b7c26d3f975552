package graph

import (
	"kopeck/ent"
	"kopeck/schema"
)

// The lists and the columns they are ordered by: NOT NULL all of them, the id behind as the tie-break.
var (
	customerList = list[ent.Customer]{name: "customers", id: func(row *ent.Customer) string { return row.ID }}
	contactList  = list[ent.Contact]{name: "contacts", id: func(row *ent.Contact) string { return row.ID }}
	productList  = list[ent.Product]{name: "products", id: func(row *ent.Product) string { return row.ID }}
	offerList    = list[ent.Offer]{name: "offers", id: func(row *ent.Offer) string { return row.ID }}
	orderList    = list[ent.Order]{name: "orders", id: func(row *ent.Order) string { return row.ID }}
)

var customerColumns = map[string]column[ent.Customer]{
	"CREATED_AT":     {"CREATED_AT", "created_at", func(row *ent.Customer) any { return row.CreatedAt }},
	"UPDATED_AT":     {"UPDATED_AT", "updated_at", func(row *ent.Customer) any { return row.UpdatedAt }},
	"NAME":           {"NAME", "name_key", func(row *ent.Customer) any { return row.NameKey }},
	"LAST_ORDER_AT":  {"LAST_ORDER_AT", "last_order_at", func(row *ent.Customer) any { return row.LastOrderAt }},
	"LIFETIME_VALUE": {"LIFETIME_VALUE", "lifetime_value", func(row *ent.Customer) any { return row.LifetimeValue.Minor() }},
}

var contactColumns = map[string]column[ent.Contact]{
	"AT": {"AT", "at", func(row *ent.Contact) any { return row.At }},
}

var productColumns = map[string]column[ent.Product]{
	"CREATED_AT": {"CREATED_AT", "created_at", func(row *ent.Product) any { return row.CreatedAt }},
	"UPDATED_AT": {"UPDATED_AT", "updated_at", func(row *ent.Product) any { return row.UpdatedAt }},
	"SKU":        {"SKU", "sku", func(row *ent.Product) any { return row.Sku }},
	"NAME":       {"NAME", "name_key", func(row *ent.Product) any { return row.NameKey }},
}

var offerColumns = map[string]column[ent.Offer]{
	"CREATED_AT": {"CREATED_AT", "created_at", func(row *ent.Offer) any { return row.CreatedAt }},
	"UPDATED_AT": {"UPDATED_AT", "updated_at", func(row *ent.Offer) any { return row.UpdatedAt }},
	"EXPIRES_AT": {"EXPIRES_AT", "expires_at", func(row *ent.Offer) any { return row.ExpiresAt }},
}

var orderColumns = map[string]column[ent.Order]{
	"CREATED_AT": {"CREATED_AT", "created_at", func(row *ent.Order) any { return row.CreatedAt }},
	"UPDATED_AT": {"UPDATED_AT", "updated_at", func(row *ent.Order) any { return row.UpdatedAt }},
	"AT":         {"AT", "at", func(row *ent.Order) any { return row.At }},
}

// byCustomer gives the order that is asked for; CREATED_AT ascending unless told.
func byCustomer(o *ent.CustomerOrder) (column[ent.Customer], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return customerColumns["CREATED_AT"], schema.Ascending
	}
	return customerColumns[o.Field.String()], o.Direction
}

// byContact gives the order that is asked for; AT ascending unless told.
func byContact(o *ent.ContactOrder) (column[ent.Contact], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return contactColumns["AT"], schema.Ascending
	}
	return contactColumns[o.Field.String()], o.Direction
}

// byProduct gives the order that is asked for; SKU ascending unless told.
func byProduct(o *ent.ProductOrder) (column[ent.Product], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return productColumns["SKU"], schema.Ascending
	}
	return productColumns[o.Field.String()], o.Direction
}

// byOffer gives the order that is asked for; CREATED_AT ascending unless told.
func byOffer(o *ent.OfferOrder) (column[ent.Offer], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return offerColumns["CREATED_AT"], schema.Ascending
	}
	return offerColumns[o.Field.String()], o.Direction
}

// byOrder gives the order that is asked for; AT ascending unless told.
func byOrder(o *ent.OrderOrder) (column[ent.Order], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return orderColumns["AT"], schema.Ascending
	}
	return orderColumns[o.Field.String()], o.Direction
}
