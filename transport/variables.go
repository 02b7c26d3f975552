package transport

import (
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// coercion converts the variables of one request to the values that the executor takes: Int becomes
// int64, Float float64, ID and enums string; custom scalars stay as decoded from JSON, numbers as
// json.Number. It follows section 3 of the GraphQL specification strictly. gqlparser is more
// lenient: it accepts "5" for Int, 5 for String and enums in any case.
type coercion struct {
	schema      *ast.Schema
	limits      Limits
	development bool // messages may name values of the schema
}

// variables converts the values given for an operation. Values of undeclared variables are dropped.
func (c coercion) variables(operation *ast.OperationDefinition, notNull map[string]bool, given map[string]any) (map[string]any, gqlerror.List) {
	coerced := make(map[string]any, len(operation.VariableDefinitions))
	var errs gqlerror.List
	for _, variable := range operation.VariableDefinitions {
		value, present := given[variable.Variable]
		place := inputPlace{name: "$" + variable.Variable, at: variable.Position}
		switch {
		case !present && variable.DefaultValue != nil:
			continue // the executor uses the default
		case !present && variable.Type.NonNull:
			errs = append(errs, place.wrong("a value of type %s is required", variable.Type))
			continue
		case !present:
			continue
		case value == nil && !variable.Type.NonNull && notNull[variable.Variable]:
			errs = append(errs, place.wrong("null is not allowed where the variable is used; send a value of type %s", variable.Type))
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

// inputPlace is the place of a value in a variable.
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
	return inputError(p.at, strings.Join(append([]string{p.name}, p.path...), "."), path, fmt.Sprintf(format, args...))
}

// unreadable is the error of a value that is not of its type; send says what to send instead.
func (p inputPlace) unreadable(value any, typeName, send string) *gqlerror.Error {
	return p.wrong("%s", cannotRead(value, typeName, send))
}

// bounded checks the limits of JSON of any type: its depth, the length of its lists, and the absence of
// U+0000, which PostgreSQL can store in neither text nor jsonb.
func (c coercion) bounded(place inputPlace, value any, depth int) *gqlerror.Error {
	switch value := value.(type) {
	case string:
		if strings.ContainsRune(value, 0) {
			return place.wrong("a string must not contain U+0000")
		}
	case []any:
		if over(depth, c.limits.InputDepth) {
			return place.wrong("objects and lists may be nested at most %d levels deep", c.limits.InputDepth)
		}
		if over(len(value), c.limits.ListItems) {
			return place.wrong("a list may have at most %d items, this one has %d", c.limits.ListItems, len(value))
		}
		for i, item := range value {
			if err := c.bounded(place.child(strconv.Itoa(i)), item, depth+1); err != nil {
				return err
			}
		}
	case map[string]any:
		if over(depth, c.limits.InputDepth) {
			return place.wrong("objects and lists may be nested at most %d levels deep", c.limits.InputDepth)
		}
		for _, key := range sortedKeys(value) {
			if strings.ContainsRune(key, 0) {
				return place.wrong("a key must not contain U+0000")
			}
			if err := c.bounded(place.child(key), value[key], depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// value converts one value to its type.
func (c coercion) value(place inputPlace, typ *ast.Type, value any) (any, *gqlerror.Error) {
	if value == nil {
		if typ.NonNull {
			return nil, place.wrong("null is not allowed; send a value of type %s", typ)
		}
		return nil, nil
	}
	if typ.Elem != nil {
		items, isList := value.([]any)
		if !isList { // a single value is read as a list of one
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
		return nil, place.unreadable(value, typ.NamedType, c.expectedOf(definition))
	case ast.InputObject:
		return c.object(place, definition, value)
	default:
		return c.scalar(place, typ.NamedType, value)
	}
}

// expectedOf says what to send for an enum. Outside development the schema's values are not named.
func (c coercion) expectedOf(enum *ast.Definition) string {
	if !c.development {
		return "the name of one of its values"
	}
	names := make([]string, len(enum.EnumValues))
	for i, value := range enum.EnumValues {
		names[i] = value.Name
	}
	return "one of " + strings.Join(names, ", ")
}

// object converts an input object.
func (c coercion) object(place inputPlace, definition *ast.Definition, value any) (any, *gqlerror.Error) {
	given, ok := value.(map[string]any)
	if !ok {
		return nil, place.unreadable(value, definition.Name, "an object")
	}
	for _, name := range sortedKeys(given) {
		if definition.Fields.ForName(name) == nil {
			return nil, place.child(name).wrong("the input %s has no such field", definition.Name)
		}
	}
	if definition.Directives.ForName("oneOf") != nil {
		if len(given) != 1 {
			return nil, place.wrong("%s needs exactly one field, not %d", definition.Name, len(given))
		}
		for name, value := range given {
			if value == nil {
				return nil, place.child(name).wrong("null is not allowed in %s; send a value", definition.Name)
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
			continue // an absent field stays absent, which differs from null
		}
		result, err := c.value(place.child(field.Name), field.Type, fieldValue)
		if err != nil {
			return nil, err
		}
		coerced[field.Name] = result
	}
	return coerced, nil
}

// scalar converts a built-in scalar and returns a custom one as it is.
func (c coercion) scalar(place inputPlace, name string, value any) (any, *gqlerror.Error) {
	switch name {
	case "Int":
		if number, ok := value.(json.Number); ok {
			// 1e3 and 1.0 are whole numbers too. A float64 represents every int32 exactly.
			n, err := number.Float64()
			if err == nil && n == math.Trunc(n) && n >= math.MinInt32 && n <= math.MaxInt32 {
				return int64(n), nil
			}
		}
	case "Float":
		if number, ok := value.(json.Number); ok {
			if n, err := number.Float64(); err == nil {
				return n, nil
			}
		}
	case "String":
		if text, ok := value.(string); ok {
			return text, nil
		}
	case "Boolean":
		if truth, ok := value.(bool); ok {
			return truth, nil
		}
	case "ID":
		switch id := value.(type) {
		case string:
			return id, nil
		case json.Number:
			if n, err := id.Int64(); err == nil {
				return strconv.FormatInt(n, 10), nil
			}
		}
	default:
		return value, nil
	}
	return nil, place.unreadable(value, name, expected(name, value))
}

// sortedKeys returns the keys in order, so that the first error is always the same.
func sortedKeys(object map[string]any) []string {
	keys := make([]string, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
