package transport

import (
	"context"
	"strings"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Weights has the cost in points of resolving one field. A key is "Type.field" or, with lower priority, the name of the
// field's type ("Money"). A field without a key costs 1 if it returns an object and 0 if it returns a scalar or an
// enum; pageInfo, the edges of a connection and what is below __schema and __type cost 0. The cost of what is selected in a list
// is multiplied by the page size (first or last; Limits.PageDefault without either), or by the
// number of ids where a field takes ids.
//
//	Weights{"Customer.price": 2, "Query.contactEconomics": 50, "Money": 0}
type Weights map[string]int

// Scales has the fields, as "Type.field", whose work grows with an argument.
//
//	Scales{"Query.acquisitionSources": {"horizonMonths", 36, 600}} // 600 months cost 17 times as much as 36
type Scales map[string]Scale

// Scale says how a field's weight grows with an argument: above Each it is multiplied by the number of times that the value has it,
// rounded up. The resolver refuses values above Most, which cost no more than Most.
type Scale struct {
	Argument   string
	Each, Most int
}

// Bulk has the lists, as "Type.field", whose rows come from memory, with the number of rows that may be requested at once
// instead of Limits.PageMaximum. Ten rows of such a list cost what one row of another list does.
//
//	Bulk{"Customer.prices": 1000}
type Bulk map[string]int

// rowsOfBulk is the number of rows of a list in bulk that cost as much as one row of another list.
const rowsOfBulk = 10

// costs has the weight of every field of a schema.
type costs struct {
	schema *ast.Schema
	limits Limits
	weight map[*ast.FieldDefinition]int // only weights above 0
	scale  map[*ast.FieldDefinition]Scale
	bulk   map[*ast.FieldDefinition]int
}

func newCosts(schema *ast.Schema, weights Weights, scales Scales, bulk Bulk, limits Limits) *costs {
	c := &costs{schema: schema, limits: limits, weight: map[*ast.FieldDefinition]int{}, scale: map[*ast.FieldDefinition]Scale{}, bulk: map[*ast.FieldDefinition]int{}}
	for name, definition := range schema.Types {
		for _, field := range definition.Fields {
			c.weigh(field, c.standard(weights, name, field))
			if scale, named := scales[name+"."+field.Name]; named {
				c.scale[field] = scale
			}
			if rows := bulk[name+"."+field.Name]; rows > 0 {
				c.bulk[field] = rows
			}
		}
	}
	for _, definition := range schema.Types { // an interface's field costs as much as the most expensive implementation
		if definition.Kind != ast.Interface {
			continue
		}
		for _, field := range definition.Fields {
			for _, implementor := range schema.GetPossibleTypes(definition) {
				if own := implementor.Fields.ForName(field.Name); own != nil {
					c.weigh(field, c.weight[own])
				}
			}
		}
	}
	return c
}

func (c *costs) weigh(field *ast.FieldDefinition, weight int) {
	if weight > c.weight[field] {
		c.weight[field] = weight
	}
}

func (c *costs) standard(weights Weights, typeName string, field *ast.FieldDefinition) int {
	if weight, named := weights[typeName+"."+field.Name]; named {
		return weight
	}
	typeOfField := field.Type.Name()
	if weight, named := weights[typeOfField]; named {
		return weight
	}
	definition := c.schema.Types[typeOfField]
	switch {
	case definition == nil || definition.IsLeafType():
		return 0
	case strings.HasPrefix(typeOfField, "__") || strings.HasPrefix(typeName, "__"):
		return 0
	case typeOfField == "PageInfo" || strings.HasSuffix(typeOfField, "Edge"):
		return 0
	default:
		return 1
	}
}

// of returns the maximum cost of an operation with these variables. Each fragment is computed once
// and added wherever it is spread.
func (c *costs) of(operation *ast.OperationDefinition, variables map[string]any) int {
	return c.selections(operation.SelectionSet, variables, map[*ast.FragmentDefinition]int{})
}

func (c *costs) selections(selections ast.SelectionSet, variables map[string]any, known map[*ast.FragmentDefinition]int) int {
	sum := 0
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			children := c.selections(selection.SelectionSet, variables, known)
			sum = add(sum, add(c.weightOf(selection, variables), multiply(c.items(selection, variables), children)))
		case *ast.InlineFragment:
			sum = add(sum, c.selections(selection.SelectionSet, variables, known))
		case *ast.FragmentSpread:
			cost, counted := known[selection.Definition]
			if !counted {
				cost = c.selections(selection.Definition.SelectionSet, variables, known)
				known[selection.Definition] = cost
			}
			sum = add(sum, cost)
		}
	}
	return sum
}

// weightOf returns the weight of a field with these arguments.
func (c *costs) weightOf(field *ast.Field, variables map[string]any) int {
	weight := c.weight[field.Definition]
	scale, scaled := c.scale[field.Definition]
	if !scaled {
		return weight
	}
	if n, given := field.ArgumentMap(variables)[scale.Argument].(int64); given && n > int64(scale.Each) {
		weight = multiply(weight, (int(min(n, int64(scale.Most)))+scale.Each-1)/scale.Each)
	}
	return weight
}

// items returns the maximum number of times that the selection of a field is resolved. The resolver
// refuses a page beyond the maximum.
func (c *costs) items(field *ast.Field, variables map[string]any) int {
	declared := field.Definition.Arguments
	paged := declared.ForName("first") != nil || declared.ForName("last") != nil
	ids := declared.ForName("ids") != nil && field.Definition.Type.Elem != nil
	if !paged && !ids {
		return 1
	}
	arguments := field.ArgumentMap(variables)
	if ids {
		list, _ := arguments["ids"].([]any)
		return max(1, len(list))
	}
	size, maximum := -1, c.limits.PageMaximum
	rows, inBulk := c.bulk[field.Definition]
	if inBulk {
		maximum = rows
	}
	for _, name := range []string{"first", "last"} {
		if n, given := arguments[name].(int64); given {
			size = max(size, int(min(max(n, 0), int64(maximum))))
		}
	}
	if size < 0 {
		size = c.limits.PageDefault
	}
	if inBulk {
		size = tenths(size)
	}
	return size
}

// tenths converts rows of a list in bulk to rows of another list, rounding up.
func tenths(n int) int { return (n + rowsOfBulk - 1) / rowsOfBulk }

// meter returns the middleware that adds up the actual cost of an operation while it runs, in tenths of a point.
func (c *costs) meter(spent *atomic.Int64) graphql.FieldMiddleware {
	return func(ctx context.Context, next graphql.Resolver) (any, error) {
		if field := graphql.GetFieldContext(ctx).Field.Field; field != nil {
			if weight := c.weightOf(field, graphql.GetOperationContext(ctx).Variables); weight > 0 {
				if !c.underBulk(ctx) {
					weight *= rowsOfBulk
				}
				spent.Add(int64(weight))
			}
		}
		return next(ctx)
	}
}

// underBulk reports whether the field being resolved is below a row of a list in bulk.
func (c *costs) underBulk(ctx context.Context) bool {
	for above := graphql.GetFieldContext(ctx).Parent; above != nil; above = above.Parent {
		if field := above.Field.Field; field != nil && c.bulk[field.Definition] > 0 {
			return true
		}
	}
	return false
}
