package auth

import (
	"context"
	"slices"

	"kopeck/fault"
	"kopeck/schema"
)

// Rows says which rows of a noun a role may reach.
type Rows int

// From no rows to all.
const (
	NoRows  Rows = iota
	OwnRows      // SALES: of customers that they, those who share theirs with them, or nobody owns. PARTNER: of customers that they referred and who permit it.
	AllRows
)

// Grant is what a role may do with a noun.
type Grant struct{ Read, Write Rows }

// The rules (design, section 10). A noun that is missing may be reached only by the system.
const (
	none = NoRows
	own  = OwnRows
	all  = AllRows
)

// row is the rule of a noun: a grant for each role.
type row struct{ admin, manager, sales, analyst, partner Grant }

var (
	// ofCustomers is for nouns that belong to a customer and follow the customer's rows.
	ofCustomers = row{Grant{all, all}, Grant{all, all}, Grant{own, own}, Grant{all, none}, Grant{none, none}}
	// ofCompany is for nouns that administrators and managers write and everybody reads.
	ofCompany = row{Grant{all, all}, Grant{all, all}, Grant{all, none}, Grant{all, none}, Grant{all, none}}
	// ofCosts is for nouns that are read only with the scope costs, which SALES and PARTNER never have.
	ofCosts = row{Grant{all, all}, Grant{all, all}, Grant{none, none}, Grant{all, none}, Grant{none, none}}
	// ofStaff is for nouns that administrators and managers write and everybody of the company reads.
	ofStaff = row{Grant{all, all}, Grant{all, all}, Grant{all, none}, Grant{all, none}, Grant{none, none}}
	// ofHistory is for what figures of the past rest on, which only the system writes.
	ofHistory = row{Grant{all, none}, Grant{all, none}, Grant{none, none}, Grant{all, none}, Grant{none, none}}
)

var rules = map[string]row{
	"Customer":           {Grant{all, all}, Grant{all, all}, Grant{own, own}, Grant{all, none}, Grant{own, none}},
	"ContactPoint":       ofCustomers, // a partner has the phone and the e-mail of the row: others may have come with a merge
	"Address":            ofCustomers,
	"CustomerTag":        ofCustomers,
	"Contact":            ofCustomers,
	"Permission":         ofCustomers,
	"PermissionEvent":    ofCustomers,
	"PriceAgreement":     ofCustomers,
	"Offer":              ofCustomers,
	"OfferLine":          ofCustomers,
	"Order":              ofCustomers,
	"OrderLine":          ofCustomers,
	"Credit":             ofCustomers,
	"StageChange":        ofCustomers,
	"DatedValue":         ofHistory,
	"ContactRestatement": ofHistory,
	"ContactCorrection":  ofHistory,
	"ContactParticipant": ofHistory,
	"ContactPerson":      ofHistory,
	"CustomerRelation":   ofHistory,
	"Campaign":           {Grant{all, all}, Grant{all, all}, Grant{all, none}, Grant{all, none}, Grant{none, none}},
	"Spend":              ofCosts,
	"Product":            ofCompany,
	"ProductOption":      ofCompany,
	"Recipe":             ofCosts,

	"MeasurementDefinition": ofCompany,
	"PriceRule":             ofCosts,
	"LifetimeModel":         {Grant{all, all}, Grant{all, all}, Grant{all, none}, Grant{all, none}, Grant{none, none}},
	"Setting":               {Grant{all, all}, Grant{all, none}, Grant{all, none}, Grant{all, none}, Grant{none, none}},
	"Rate":                  ofCosts,
	"FieldDefinition":       {Grant{all, all}, Grant{all, all}, Grant{own, none}, Grant{all, none}, Grant{own, none}},
	"FieldEntry":            {Grant{all, all}, Grant{all, all}, Grant{own, own}, Grant{all, none}, Grant{own, none}},
	"Task":                  ofCustomers,
	"ExpectedPrice":         ofCustomers,
	"Need":                  ofStaff,
	"NeedFact":              ofCustomers,
	"Question":              {Grant{all, all}, Grant{all, all}, Grant{own, none}, Grant{all, none}, Grant{none, none}},
	"AskedQuestion":         ofCustomers,
	"Experiment":            ofStaff,
	"Exposure":              {Grant{all, all}, Grant{all, all}, Grant{own, none}, Grant{all, none}, Grant{none, none}},
	"Wording":               {Grant{all, all}, Grant{all, none}, Grant{all, none}, Grant{all, none}, Grant{none, none}},
	"Message":               ofCustomers,
	"MessageAttempt":        ofCustomers,
	"MessagePause":          ofStaff,
	"CustomerLink":          ofCustomers,
	"PersonalDataRequest":   ofCustomers,
	"Team":                  ofStaff,
	"DeclineReason":         ofStaff,
	"ProductOfTheMonth":     ofStaff,
	"TeamMembership":        ofStaff,
	"Partner":               ofStaff,
	"HandOver":              ofCosts,
	"AttributionFit":        ofCosts,
	"User":                  {Grant{all, all}, Grant{all, none}, Grant{all, none}, Grant{all, none}, Grant{none, none}},
}

// partnerScopes has the nouns that a partner's client may be allowed to read, by scope.
var partnerScopes = map[string]string{
	"contacts": "Contact", "orders": "Order", "offers": "Offer", "permissions": "Permission",
}

// PartnerScopes returns the scopes that a partner's client may have.
func PartnerScopes() []string { return []string{"contacts", "offers", "orders", "permissions"} }

// May returns what an actor may do with a noun.
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

// Scopes returns the names of all scopes.
func Scopes() []string {
	return append([]string{ScopeCosts, ScopeFloor, ScopeStaff, ScopeUsers}, PartnerScopes()...)
}

// Writes reports whether an actor may change rows of a noun.
func (a Actor) Writes(noun string) bool { return a.May(noun).Write != NoRows }

// Writer returns the context's actor, who may change rows of a noun. A verb asks it first, so that who may not learns nothing from other
// faults. UNAUTHENTICATED and FORBIDDEN.
func Writer(ctx context.Context, noun string) (Actor, error) {
	actor, ok := From(ctx)
	switch {
	case !ok:
		return actor, fault.New(fault.Unauthenticated, "", "sign in first")
	case !actor.Writes(noun):
		return actor, fault.New(fault.Forbidden, "", "the role %s may not do this", actor.Role)
	}
	return actor, nil
}

// Has reports whether an actor has a scope. The system has all. Everybody but a partner has the scope staff and those that a
// partner's client may be given.
func (a Actor) Has(scope string) bool {
	if a.system || slices.Contains(a.Scopes, scope) {
		return true
	}
	_, givenToPartners := partnerScopes[scope]
	return a.Role != schema.RolePartner && (scope == ScopeStaff || givenToPartners)
}

// TookPart reports whether an actor took part in a contact, of which these say who of ours did: nil is nobody, and participants are several.
func (a Actor) TookPart(staffID *string, participants []schema.Participant) bool {
	return schema.TookPart(a.UserID, staffID, participants)
}

// SeesCostOf reports whether an actor may see what a contact cost: with the scope costs, and of those in which they took part.
func (a Actor) SeesCostOf(staffID *string, participants []schema.Participant) bool {
	return a.Has(ScopeCosts) || a.TookPart(staffID, participants)
}

// ScopesOf returns a role's scopes. Those of a partner are set for each client.
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

// appendOnly has the nouns that nobody may change or delete.
var appendOnly = map[string]bool{
	"Rate": true, "Spend": true, "Recipe": true, "AttributionFit": true, "ListPrice": true, "PermissionEvent": true, "StageChange": true, "DatedValue": true, "ContactRestatement": true, "ContactCorrection": true, "Refund": true, "RefundLine": true, "AuditEntry": true, "HandOver": true, "NeedFact": true, "AskedQuestion": true, "Exposure": true,
}
