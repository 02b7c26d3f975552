package apitest

import (
	"fmt"
	"math/big"
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
	for _, field := range of.Fields {
		theirs, asked := role[field.Name]
		whole := admin[field.Name]
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
	case name == "PermissionEvent.actor" && w.role == schema.RolePartner:
		if text, _ := theirs.(string); strings.Contains(text, "@") {
			w.t.Errorf("%s shows %s to a partner", path, text)
		}
	case name == "ContactValue.realised" || name == "ContactValue.net":
		w.visiblePart(path, object, whole, theirs)
	case whole == nil || inner.Kind != ast.Object:
		if got, want := text(theirs), text(whole); got != want {
			w.t.Errorf("%s reads %s to %s, and %s to ADMIN", path, got, w.role, want)
		}
	default:
		w.compareObjects(inner, path, customer, whole, theirs)
	}
}

// rounded fails the test unless an amount is ADMIN's to two significant digits.
func (w *walker) rounded(path string, whole, theirs any) {
	exact, got := rat(whole), rat(theirs)
	if exact == nil || got == nil {
		w.t.Errorf("%s reads %v to %s, and %v to ADMIN", path, theirs, w.role, whole)
		return
	}
	digits := strings.TrimRight(strings.TrimLeft(strings.NewReplacer("-", "", ".", "").Replace(got.FloatString(2)), "0"), "0")
	off := new(big.Rat).Abs(new(big.Rat).Sub(exact, got))
	if len(digits) > 2 || off.Cmp(new(big.Rat).Mul(new(big.Rat).Abs(exact), big.NewRat(1, 20))) > 0 {
		w.t.Errorf("%s reads %s to %s, and %s to ADMIN", path, got.FloatString(2), w.role, exact.FloatString(2))
	}
}

// visiblePart fails the test unless what a contact earned is the sum of ADMIN's credits of orders that the role may see: a
// recommendation earns of the orders of another customer.
func (w *walker) visiblePart(path string, value map[string]any, whole, theirs any) {
	hidden := new(big.Rat)
	for _, one := range value["credits"].([]any) {
		credit := one.(map[string]any)
		if order := credit["order"].(map[string]any); !w.visible(w.schema.Types["Order"], "", order) {
			hidden.Add(hidden, rat(credit["amount"]))
		}
	}
	if want := new(big.Rat).Sub(rat(whole), hidden); rat(theirs) == nil || rat(theirs).Cmp(want) != 0 {
		w.t.Errorf("%s reads %s to %s, want %s of ADMIN's %s", path, text(theirs), w.role, want.FloatString(2), text(whole))
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
	switch {
	case of.Name == "Customer":
		customer, _ = object["id"].(string)
	case object["customer"] != nil:
		customer, _ = object["customer"].(map[string]any)["id"].(string)
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
