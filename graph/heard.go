package graph

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"kopeck/auth"
	"kopeck/ent/customer"
	"kopeck/ent/fielddefinition"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
)

// hears reports whether the caller may see one of the changes of a customer that an event names: [service.Core.CustomerChanged].
func (r *Resolver) hears(ctx context.Context, event string) (bool, error) {
	for _, change := range service.ChangesIn(event) {
		seen := true
		for _, one := range change {
			sees, err := r.seesChange(ctx, one)
			if err != nil {
				return false, err
			}
			seen = seen && sees
		}
		if seen {
			return true, nil
		}
	}
	return false, nil
}

// seesChange reports whether the caller may see what an event says has changed: a customer, a field of the installation's own, rows of a noun,
// or a field of the customer, by the rule that the SDL states. What is neither is seen by nobody.
func (r *Resolver) seesChange(ctx context.Context, changed string) (bool, error) {
	actor, _ := auth.From(ctx)
	first, _ := utf8.DecodeRuneInString(changed)
	switch of := id.Prefix(changed); {
	case changed == service.Anything:
		return true, nil
	case of == id.Customer:
		return r.client.Customer.Query().Where(customer.ID(changed)).Exist(ctx)
	case of == id.Field:
		return r.client.FieldDefinition.Query().Where(fielddefinition.ID(changed)).Exist(ctx)
	}
	noun, name, ofRow := strings.Cut(changed, ".")
	switch {
	case unicode.IsUpper(first) && !ofRow:
		return actor.May(changed).Read != auth.NoRows, nil
	case !ofRow:
		noun, name = "Customer", changed
	case actor.May(noun).Read == auth.NoRows:
		return false, nil
	case actor.Role != schema.RolePartner: // staff see that a row has another version
		return true, nil
	}
	field := parsedSchema.Types[noun].Fields.ForName(name)
	if field == nil {
		return ofRow, nil // one that the API has under another name
	}
	if rule := field.Directives.ForName("scope"); rule != nil {
		name := rule.Arguments.ForName("name")
		return name != nil && actor.Has(name.Value.Raw), nil
	}
	return field.Directives.ForName("rows") == nil || actor.May(field.Type.Name()).Read != auth.NoRows, nil
}
