package transport

import (
	"encoding/json"
	"math"
	"sort"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// coercion turns the variables of one request into the values that the executor takes: Int becomes
// int64, Float float64, ID and enums string; custom scalars stay as JSON gave them, numbers as
// json.Number. It follows section 3 of the GraphQL specification to the letter, where gqlparser is
// laxer ("5" for Int, 5 for String, enums in any case).
type coercion struct {
	schema *ast.Schema
	limits Limits
}

// variables coerces the values given for an operation. Values of undeclared variables are dropped.
func (c coercion) variables(operation *ast.OperationDefinition, notNull map[string]bool, given map[string]any) (map[string]any, gqlerror.List) {
	coerced := make(map[string]any, len(operation.VariableDefinitions))
	var errs gqlerror.List
	for _, variable := range operation.VariableDefinitions {
		value, present := given[variable.Variable]
		place := inputPlace{name: "$" + variable.Variable, at: variable.Position}
		switch {
		case !present && variable.DefaultValue != nil:
			continue // the executor fills it in
		case !present && variable.Type.NonNull:
			errs = append(errs, place.wrong("a value of type %s is required", variable.Type))
			continue
		case !present:
			continue
		case value == nil && notNull[variable.Variable]:
			errs = append(errs, place.wrong("null is not allowed where it is used"))
			continue
		}
		if err := c.bounded(place, value, 1); err != nil {
			errs = append(errs, err)
			continue
		}
		result, err := c.value(place, variable.Type, value)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		coerced[variable.Variable] = result
	}
	return coerced, errs
}

// inputPlace is where in a variable a value stands.
type inputPlace struct {
	name string
	path []string
	at   *ast.Position
}

func (p inputPlace) child(name string) inputPlace {
	p.path = append(p.path[:len(p.path):len(p.path)], name)
	return p
}

func (p inputPlace) wrong(format string, args ...any) *gqlerror.Error {
	path := append([]string{strings.TrimPrefix(p.name, "$")}, p.path...)
	return inputError(p.at, strings.Join(append([]string{p.name}, p.path...), "."), path, format, args...)
}

// bounded checks what holds for JSON of any type: how deep, how long, and no U+0000, which
// PostgreSQL can store in neither text nor jsonb.
func (c coercion) bounded(place inputPlace, value any, depth int) *gqlerror.Error {
	switch value := value.(type) {
	case string:
		if strings.ContainsRune(value, 0) {
			return place.wrong("a string may not contain U+0000")
		}
	case []any:
		if over(depth, c.limits.InputDepth) {
			return place.wrong("nested deeper than %d levels", c.limits.InputDepth)
		}
		if over(len(value), c.limits.ListItems) {
			return place.wrong("more than %d items in a list", c.limits.ListItems)
		}
		for i, item := range value {
			if err := c.bounded(place.child(strconv.Itoa(i)), item, depth+1); err != nil {
				return err
			}
		}
	case map[string]any:
		if over(depth, c.limits.InputDepth) {
			return place.wrong("nested deeper than %d levels", c.limits.InputDepth)
		}
		for _, key := range sortedKeys(value) {
			if strings.ContainsRune(key, 0) {
				return place.wrong("a key may not contain U+0000")
			}
			if err := c.bounded(place.child(key), value[key], depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c coercion) value(place inputPlace, typ *ast.Type, value any) (any, *gqlerror.Error) {
	if value == nil {
		if typ.NonNull {
			return nil, place.wrong("null is not a value of type %s", typ)
		}
		return nil, nil
	}
	if typ.Elem != nil {
		items, isList := value.([]any)
		if !isList { // one value stands for a list of one
			item, err := c.value(place, typ.Elem, value)
			return []any{item}, err
		}
		list := make([]any, len(items))
		for i, item := range items {
			coerced, err := c.value(place.child(strconv.Itoa(i)), typ.Elem, item)
			if err != nil {
				return nil, err
			}
			list[i] = coerced
		}
		return list, nil
	}
	definition := c.schema.Types[typ.NamedType]
	switch definition.Kind {
	case ast.Enum:
		if name, ok := value.(string); ok && definition.EnumValues.ForName(name) != nil {
			return name, nil
		}
		return nil, place.wrong("not a value of the enum %s", typ.NamedType)
	case ast.InputObject:
		return c.object(place, definition, value)
	default:
		return c.scalar(place, typ.NamedType, value)
	}
}

func (c coercion) object(place inputPlace, definition *ast.Definition, value any) (any, *gqlerror.Error) {
	given, ok := value.(map[string]any)
	if !ok {
		return nil, place.wrong("an object of type %s is required", definition.Name)
	}
	for _, name := range sortedKeys(given) {
		if definition.Fields.ForName(name) == nil {
			return nil, place.child(name).wrong("no such field in %s", definition.Name)
		}
	}
	if definition.Directives.ForName("oneOf") != nil {
		if len(given) != 1 {
			return nil, place.wrong("exactly one field of %s must be given", definition.Name)
		}
		for name, only := range given {
			if only == nil {
				return nil, place.child(name).wrong("null is not allowed in %s", definition.Name)
			}
		}
	}
	coerced := make(map[string]any, len(given))
	for _, field := range definition.Fields {
		fieldValue, present := given[field.Name]
		if !present {
			if field.Type.NonNull && field.DefaultValue == nil {
				return nil, place.child(field.Name).wrong("a value of type %s is required", field.Type)
			}
			continue // absent stays absent: it is not null
		}
		result, err := c.value(place.child(field.Name), field.Type, fieldValue)
		if err != nil {
			return nil, err
		}
		coerced[field.Name] = result
	}
	return coerced, nil
}

func (c coercion) scalar(place inputPlace, name string, value any) (any, *gqlerror.Error) {
	switch name {
	case "Int":
		if number, ok := value.(json.Number); ok {
			// 1e3 and 1.0 are whole numbers too. Every int32 is exact in a float64.
			n, err := number.Float64()
			if err == nil && n == math.Trunc(n) && n >= math.MinInt32 && n <= math.MaxInt32 {
				return int64(n), nil
			}
		}
		return nil, place.wrong("an Int is a whole number of 32 bits, with a sign")
	case "Float":
		if number, ok := value.(json.Number); ok {
			if n, err := number.Float64(); err == nil {
				return n, nil
			}
		}
		return nil, place.wrong("a Float is a finite number of 64 bits")
	case "String":
		if text, ok := value.(string); ok {
			return text, nil
		}
		return nil, place.wrong("a String is a JSON string")
	case "Boolean":
		if truth, ok := value.(bool); ok {
			return truth, nil
		}
		return nil, place.wrong("a Boolean is true or false")
	case "ID":
		switch id := value.(type) {
		case string:
			return id, nil
		case json.Number:
			if n, err := id.Int64(); err == nil {
				return strconv.FormatInt(n, 10), nil
			}
		}
		return nil, place.wrong("an ID is a string or a whole number")
	default:
		return value, nil
	}
}

// sortedKeys makes it the same error each time.
func sortedKeys(object map[string]any) []string {
	keys := make([]string, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
