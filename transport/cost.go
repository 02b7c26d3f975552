package transport

import (
	"context"
	"strings"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Weights says what resolving one field costs. A key is "Type.field" or, weaker, the name of the
// type that a field gives ("Money"). Without a key a field costs 1 where it gives an object and
// nothing where it gives a scalar or an enum, which come with their object; nor do pageInfo and the
// edges of a connection, or anything of introspection, cost by themselves. What stands under a list
// is multiplied by the page size (first or last; Limits.PageDefault without either), or by the
// number of ids where a field takes ids.
//
//	Weights{"Customer.price": 2, "Query.contactEconomics": 50, "Money": 0}
type Weights map[string]int

// Bulk names lists, as "Type.field", whose rows come from memory, and how many of them may be asked for at once instead of
// Limits.PageMaximum: what stands under ten rows costs what it does elsewhere under one.
//
//	Bulk{"Customer.prices": 1000}
type Bulk map[string]int

// rowsOfBulk is how many rows of such a list cost what one of another does.
const rowsOfBulk = 10

// costs knows the weight of every field of a schema.
type costs struct {
	schema *ast.Schema
	limits Limits
	weight map[*ast.FieldDefinition]int // only those above 0
	bulk   map[*ast.FieldDefinition]int
}

func newCosts(schema *ast.Schema, weights Weights, bulk Bulk, limits Limits) *costs {
	c := &costs{schema: schema, limits: limits, weight: map[*ast.FieldDefinition]int{}, bulk: map[*ast.FieldDefinition]int{}}
	for name, definition := range schema.Types {
		for _, field := range definition.Fields {
			c.weigh(field, c.standard(weights, name, field))
			if rows := bulk[name+"."+field.Name]; rows > 0 {
				c.bulk[field] = rows
			}
		}
	}
	for _, definition := range schema.Types { // an interface's field costs what its dearest implementor's does
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
	given := field.Type.Name()
	if weight, named := weights[given]; named {
		return weight
	}
	definition := c.schema.Types[given]
	switch {
	case definition == nil || definition.IsLeafType():
		return 0
	case strings.HasPrefix(given, "__") || strings.HasPrefix(typeName, "__"):
		return 0
	case given == "PageInfo" || strings.HasSuffix(given, "Edge"):
		return 0
	default:
		return 1
	}
}

// of gives what an operation may cost at most with these variables. Fragments are counted once each
// and added wherever they are spread.
func (c *costs) of(operation *ast.OperationDefinition, variables map[string]any) int {
	return c.selections(operation.SelectionSet, variables, map[*ast.FragmentDefinition]int{})
}

func (c *costs) selections(selections ast.SelectionSet, variables map[string]any, known map[*ast.FragmentDefinition]int) int {
	sum := 0
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			children := c.selections(selection.SelectionSet, variables, known)
			sum = add(sum, add(c.weight[selection.Definition], multiply(c.items(selection, variables), children)))
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

// items gives how many times what stands under a field is resolved at most. A page beyond the
// maximum is the resolver's to refuse, with a better message than ours.
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

// tenths gives how many rows of another list so many of one in bulk cost.
func tenths(n int) int { return (n + rowsOfBulk - 1) / rowsOfBulk }

// meter gives the middleware that adds up what an operation really costs while it runs, in tenths of a point.
func (c *costs) meter(spent *atomic.Int64) graphql.FieldMiddleware {
	return func(ctx context.Context, next graphql.Resolver) (any, error) {
		if field := graphql.GetFieldContext(ctx).Field.Field; field != nil {
			if weight := c.weight[field.Definition]; weight > 0 {
				if !c.underBulk(ctx) {
					weight *= rowsOfBulk
				}
				spent.Add(int64(weight))
			}
		}
		return next(ctx)
	}
}

// underBulk tells whether the field that is resolved stands under a row of a list in bulk.
func (c *costs) underBulk(ctx context.Context) bool {
	for above := graphql.GetFieldContext(ctx).Parent; above != nil; above = above.Parent {
		if field := above.Field.Field; field != nil && c.bulk[field.Definition] > 0 {
			return true
		}
	}
	return false
}
