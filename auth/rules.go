package auth

import "kopeck/schema"

// Rows is which rows of a noun a role reaches.
type Rows int

// The reaches, from nothing to everything.
const (
	NoRows  Rows = iota
	OwnRows      // SALES: of customers they own or nobody owns. PARTNER: of customers they brought who allow it.
	AllRows
)

// Grant is what a role may do with a noun.
type Grant struct{ Read, Write Rows }

// nouns by who may do what with them (design, section 10). What is not here is closed to everybody but the system.
const (
	none = NoRows
	own  = OwnRows
	all  = AllRows
)

type row struct{ admin, manager, sales, analyst, partner Grant }

var (
	// ofCustomers belong to a customer and follow the customer's rows.
	ofCustomers = row{Grant{all, all}, Grant{all, all}, Grant{own, own}, Grant{all, none}, Grant{none, none}}
	// ofCompany are made by those who steer and read by all who sell.
	ofCompany = row{Grant{all, all}, Grant{all, all}, Grant{all, none}, Grant{all, none}, Grant{all, none}}
	// ofCosts are read with the scope costs alone, which SALES and PARTNER never have.
	ofCosts = row{Grant{all, all}, Grant{all, all}, Grant{none, none}, Grant{all, none}, Grant{none, none}}
)

var rules = map[string]row{
	"Customer":        {Grant{all, all}, Grant{all, all}, Grant{own, own}, Grant{all, none}, Grant{own, none}},
	"Contact":         ofCustomers,
	"Permission":      ofCustomers,
	"PermissionEvent": ofCustomers,
	"PriceAgreement":  ofCustomers,
	"Offer":           ofCustomers,
	"OfferLine":       ofCustomers,
	"Order":           ofCustomers,
	"OrderLine":       ofCustomers,
	"Credit":          ofCustomers,
	"StageChange":     ofCustomers,
	"Product":         ofCompany,
	"ProductOption":   ofCompany,
	"PriceRule":       ofCompany,
	"LifetimeModel":   ofCompany,
	"Setting":         {Grant{all, all}, Grant{all, none}, Grant{all, none}, Grant{all, none}, Grant{none, none}},
	"Rate":            ofCosts,
	"AttributionFit":  ofCosts,
	"User":            {Grant{all, all}, Grant{all, none}, Grant{all, none}, Grant{all, none}, Grant{none, none}},
}

// partnerScopes are the nouns that a partner's client may be given to read, by scope.
var partnerScopes = map[string]string{
	"contacts": "Contact", "orders": "Order", "offers": "Offer", "permissions": "Permission",
}

// PartnerScopes lists the scopes that a partner's client may be given.
func PartnerScopes() []string { return []string{"contacts", "offers", "orders", "permissions"} }

// May gives what an actor may do with a noun.
func (a Actor) May(noun string) Grant {
	if a.system {
		return Grant{all, all}
	}
	r := rules[noun]
	switch a.Role {
	case schema.RoleAdmin:
		return r.admin
	case schema.RoleManager:
		return r.manager
	case schema.RoleSales:
		return r.sales
	case schema.RoleAnalyst:
		return r.analyst
	case schema.RolePartner:
		for _, scope := range a.Scopes {
			if partnerScopes[scope] == noun || partnerScopes[scope]+"Line" == noun || partnerScopes[scope]+"Event" == noun {
				return Grant{Read: own}
			}
		}
		return r.partner
	}
	return Grant{}
}

// ScopesOf gives a role's scopes; a partner's are its client's own.
func ScopesOf(role schema.Role) []string {
	switch role {
	case schema.RoleAdmin:
		return []string{ScopeCosts, ScopeFloor, ScopeUsers}
	case schema.RoleManager:
		return []string{ScopeCosts, ScopeFloor}
	case schema.RoleAnalyst:
		return []string{ScopeCosts}
	}
	return []string{}
}

// appendOnly nouns are never changed or deleted by anybody.
var appendOnly = map[string]bool{
	"Rate": true, "AttributionFit": true, "ListPrice": true, "PermissionEvent": true, "StageChange": true, "Refund": true, "AuditEntry": true,
}
