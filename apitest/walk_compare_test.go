package apitest

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"kopeck/auth"
	"kopeck/schema"
)

// compare holds the answer of the role for an object against ADMIN's. customer is the customer to whom the object belongs; "" if it
// belongs to none.
func (w *walker) compare(of *ast.Definition, path, customer string, admin, role map[string]any) {
	switch {
	case of.Name == "Customer":
		customer, _ = admin["id"].(string)
	case admin["customer"] != nil:
		customer, _ = admin["customer"].(map[string]any)["id"].(string)
	}
	values := of.Name == "ContactValue" && !w.actor.Has(auth.ScopeCosts)
	if values {
		w.contactValue(path, admin, role)
	}
	for _, field := range of.Fields {
		theirs, asked := role[field.Name]
		whole := admin[field.Name]
		if values && field.Type.Name() == "Money" {
			w.valued[of.Name+"."+field.Name] = w.valued[of.Name+"."+field.Name] || whole != nil
			continue
		}
		if whole != nil {
			w.valued[of.Name+"."+field.Name] = true
		}
		if !asked {
			continue
		}
		w.compareField(of, field, path+"."+field.Name, customer, admin, whole, theirs)
	}
}

func (w *walker) compareField(of *ast.Definition, field *ast.FieldDefinition, path, customer string, object map[string]any, whole, theirs any) {
	name := of.Name + "." + field.Name
	inner := w.schema.Types[field.Type.Name()]
	rule := field.Directives.ForName("scope")
	switch {
	case w.closed(field, object):
		if list, isList := theirs.([]any); theirs != nil && (!isList || len(list) > 0) {
			w.t.Errorf("%s is closed to %s, and reads %v", path, w.role, theirs)
		}
	case rule != nil && isSet(rule, "orRounded") && !w.actor.Has(rule.Arguments.ForName("name").Value.Raw):
		w.rounded(path, whole, theirs)
	case counted[field.Name]:
	case ofShown[name] && !w.actor.Has(auth.ScopeCosts):
		if (theirs == nil) != (whole == nil) {
			w.t.Errorf("%s reads %v to %s, and %v to ADMIN", path, theirs, w.role, whole)
		}
	case name == "LifetimeValue.notes" && !w.actor.Has(auth.ScopeCosts):
		w.someNotes(path, whole, theirs)
	case w.role == schema.RolePartner && partners[name] != nil:
		if got, want := text(theirs), text(partners[name](object, w.actor)); got != want {
			w.t.Errorf("%s reads %s to %s, want %s", path, got, w.role, want)
		}
	case (name == "PermissionEvent.actor" || name == "Refund.by") && w.role == schema.RolePartner:
		if text, _ := theirs.(string); strings.Contains(text, "@") {
			w.t.Errorf("%s shows %s to a partner", path, text)
		}
	case name == "OfferDocument.base64" && w.role == schema.RolePartner: // without what a price used
		if text, _ := theirs.(string); text == "" {
			w.t.Errorf("%s is empty to a partner", path)
		}
	case whole == nil || inner.Kind != ast.Object:
		if got, want := text(theirs), text(whole); got != want {
			w.t.Errorf("%s reads %s to %s, and %s to ADMIN", path, got, w.role, want)
		}
	default:
		w.compareObjects(inner, path, customer, whole, theirs)
	}
}

// partners has what a partner reads in place of what tells of rows that they may not see.
var partners = map[string]func(customer map[string]any, actor auth.Actor) any{
	"Customer.version":             func(map[string]any, auth.Actor) any { return 1 },
	"Contact.version":              func(map[string]any, auth.Actor) any { return 1 },
	"Permission.version":           func(map[string]any, auth.Actor) any { return 1 },
	"PermissionEvent.hash":         func(map[string]any, auth.Actor) any { return "" },
	"PermissionEvent.previousHash": func(map[string]any, auth.Actor) any { return "" },
	"Customer.updatedAt":           func(customer map[string]any, _ auth.Actor) any { return customer["createdAt"] },
	"Customer.stage": func(customer map[string]any, actor auth.Actor) any {
		if actor.Has("orders") {
			return customer["stage"]
		}
		return "FRIEND"
	},
}

// someNotes fails the test unless notes are ADMIN's without those that have figures of the model's fit.
func (w *walker) someNotes(path string, whole, theirs any) {
	var want []any
	for _, note := range whole.([]any) {
		if text := note.(string); !strings.HasPrefix(text, "frequency and margin are correlated (") && !strings.HasPrefix(text, "a simple forecast, ") {
			want = append(want, note)
		}
	}
	if got := text(theirs); got != text(want) {
		w.t.Errorf("%s reads %s to %s, want %s", path, got, w.role, text(want))
	}
}

// ofShown are fields that follow from what is shown to viewers without the scope costs: they are ranks and words.
var ofShown = map[string]bool{"LifetimeValue.percentile": true, "LifetimeInterval.note": true}

// rounded fails the test unless a figure is ADMIN's to two significant digits, or coarser where it is small, the step up or down.
func (w *walker) rounded(path string, whole, theirs any) {
	if number, isNumber := whole.(json.Number); isNumber {
		exact, _ := number.Float64()
		rounded, _ := theirs.(json.Number)
		got, _ := rounded.Float64()
		if digits := strconv.FormatFloat(got, 'e', -1, 64); strings.Index(digits, "e") > len("1.2") || math.Abs(got-exact) > 0.051*math.Abs(exact) {
			w.t.Errorf("%s reads %v to %s, and %v to ADMIN", path, theirs, w.role, whole)
		}
		return
	}
	if whole == nil && theirs == nil {
		return
	}
	exact, got := rat(whole), rat(theirs)
	if exact == nil || got == nil {
		w.t.Errorf("%s reads %v to %s, and %v to ADMIN", path, theirs, w.role, whole)
		return
	}
	w.near(path, exact, got)
}

// near fails the test unless an amount has two significant digits and is a multiple of 10.00, at most a step from the exact one.
func (w *walker) near(path string, exact, got *big.Rat) {
	digits := strings.TrimRight(strings.TrimLeft(strings.NewReplacer("-", "", ".", "").Replace(got.FloatString(2)), "0"), "0")
	step := big.NewRat(10, 1)
	for magnitude := new(big.Rat).Abs(exact); new(big.Rat).Quo(magnitude, step).Cmp(big.NewRat(100, 1)) >= 0; {
		step.Mul(step, big.NewRat(10, 1))
	}
	off := new(big.Rat).Abs(new(big.Rat).Sub(exact, got))
	if len(digits) > 2 || !new(big.Rat).Quo(got, big.NewRat(10, 1)).IsInt() || off.Cmp(step) >= 0 {
		w.t.Errorf("%s reads %s to %s, and %s to ADMIN", path, got.FloatString(2), w.role, exact.FloatString(2))
	}
}

// contactValue fails the test unless what a contact earned is the rounded sum of ADMIN's credits of orders that the role may see
// (a recommendation earns of the orders of another customer), and what remains is that less the exact cost.
func (w *walker) contactValue(path string, whole, theirs map[string]any) {
	hidden := new(big.Rat)
	for _, one := range whole["credits"].([]any) {
		credit := one.(map[string]any)
		if order := credit["order"].(map[string]any); !w.visible(w.schema.Types["Order"], "", order) {
			hidden.Add(hidden, rat(credit["amount"]))
		}
	}
	realised, net := rat(theirs["realised"]), rat(theirs["net"])
	w.near(path+".realised", new(big.Rat).Sub(rat(whole["realised"]), hidden), realised)
	if expected := rat(theirs["expected"]); !new(big.Rat).Quo(expected, big.NewRat(10, 1)).IsInt() {
		w.t.Errorf("%s.expected reads %s to %s", path, expected.FloatString(2), w.role)
	}
	if cost := new(big.Rat).Sub(rat(whole["realised"]), rat(whole["net"])); new(big.Rat).Sub(realised, net).Cmp(cost) != 0 {
		w.t.Errorf("%s: %s less %s is not what remains, %s", path, realised.FloatString(2), cost.FloatString(2), net.FloatString(2))
	}
}

// rat returns an amount of money; nil if there is none.
func rat(money any) *big.Rat {
	m, _ := money.(map[string]any)
	r, _ := new(big.Rat).SetString(fmt.Sprint(m["amount"]))
	return r
}

// compareObjects compares what a field has: one object, or a list of them.
func (w *walker) compareObjects(inner *ast.Definition, path, customer string, whole, theirs any) {
	if object, ok := whole.(map[string]any); ok {
		if !w.visible(inner, customer, object) {
			if theirs != nil {
				w.t.Errorf("%s shows %s %v, which the role may not see", path, w.role, text(theirs))
			}
			return
		}
		got, ok := theirs.(map[string]any)
		if !ok {
			w.t.Errorf("%s is null for %s, and %s for ADMIN", path, w.role, text(whole))
			return
		}
		if list, isConnection := got["edges"].([]any); isConnection {
			if total, ok := got["totalCount"]; ok && fmt.Sprint(total) != fmt.Sprint(len(list)) {
				w.t.Errorf("%s counts %v for %s, who sees %d", path, total, w.role, len(list))
			}
		}
		w.compare(inner, path, customer, object, got)
		return
	}
	var seen []map[string]any
	for _, one := range whole.([]any) {
		if object, ok := one.(map[string]any); ok && w.visible(inner, customer, object) {
			seen = append(seen, object)
		}
	}
	list, _ := theirs.([]any)
	if len(list) != len(seen) {
		w.t.Errorf("%s has %d elements for %s, want %d of ADMIN's %d: %s", path, len(list), w.role, len(seen), len(whole.([]any)), text(theirs))
		return
	}
	for i, object := range seen {
		w.compare(inner, fmt.Sprintf("%s.%d", path, i), customer, object, list[i].(map[string]any))
	}
}

// visible reports whether the role may see an object of ADMIN's: by the rows of its type, and by its customer.
func (w *walker) visible(of *ast.Definition, customer string, object map[string]any) bool {
	if edge, ok := object["node"].(map[string]any); ok && strings.HasSuffix(of.Name, "Edge") {
		return w.visible(w.schema.Types[strings.TrimSuffix(of.Name, "Edge")], customer, edge)
	}
	if of.Name == "DuplicatePair" { // only who sees both sees that they are alike
		customers := w.schema.Types["Customer"]
		return w.visible(customers, "", object["first"].(map[string]any)) && w.visible(customers, "", object["second"].(map[string]any))
	}
	if of.Name == "CustomerRelation" { // as of a pair
		customers := w.schema.Types["Customer"]
		return w.visible(customers, "", object["person"].(map[string]any)) && w.visible(customers, "", object["company"].(map[string]any))
	}
	switch {
	case of.Name == "OrderEvent" && object["kind"] == "COST_RESTATED" && !w.actor.Has(auth.ScopeCosts):
		return false
	case of.Name == "Customer":
		customer, _ = object["id"].(string)
	case object["customer"] != nil:
		customer, _ = object["customer"].(map[string]any)["id"].(string)
	}
	if of.Name == "FieldValue" {
		return w.visible(w.schema.Types["FieldDefinition"], customer, object["definition"].(map[string]any))
	}
	if of.Name == "FieldDefinition" {
		return w.actor.Has(auth.ScopeCosts) || slices.Contains(w.fields[object["id"].(string)], w.role)
	}
	if of.Name == "WorkshopBooking" || of.Name == "UnkeptDate" { // they are of the customer's rows
		return w.actor.Has(auth.ScopeCosts) || w.sees(customer)
	}
	if _, isNoun := walkedNouns[of.Name]; !isNoun {
		return true
	}
	switch w.actor.May(of.Name).Read {
	case auth.AllRows:
		return true
	case auth.OwnRows:
		return w.sees(customer)
	}
	return false
}
