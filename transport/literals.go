package transport

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// literals is a validation rule for the values written into a document. It applies the limits of
// variables to them, and refuses numbers that the validator accepts but the executor cannot read.
func (h *Handler) literals(events *core.Events, addError core.AddErrFunc) {
	seen := map[*ast.Value]bool{} // a fragment is visited by itself and wherever it is spread
	check := func(place string, value *ast.Value) {
		if value == nil || seen[value] {
			return
		}
		seen[value] = true
		if err := h.literal(value, place, nil, 1); err != nil {
			addError(func(e *gqlerror.Error) {
				e.Message, e.Extensions, e.Locations = err.Message, err.Extensions, err.Locations
			})
		}
	}
	events.OnField(func(_ *core.Walker, field *ast.Field) {
		for _, argument := range field.Arguments {
			check(field.Name+"("+argument.Name+")", argument.Value)
		}
	})
	events.OnDirective(func(_ *core.Walker, directive *ast.Directive) {
		for _, argument := range directive.Arguments {
			check("@"+directive.Name+"("+argument.Name+")", argument.Value)
		}
	})
	events.OnOperation(func(_ *core.Walker, operation *ast.OperationDefinition) {
		for _, variable := range operation.VariableDefinitions {
			check("$"+variable.Variable, variable.DefaultValue)
		}
	})
}

// literal returns the first error of a value, nil where there is none.
func (h *Handler) literal(value *ast.Value, place string, path []string, depth int) *gqlerror.Error {
	wrong := func(format string, args ...any) *gqlerror.Error {
		return inputError(value.Position, strings.Join(append([]string{place}, path...), "."), path, fmt.Sprintf(format, args...))
	}
	switch value.Kind {
	case ast.IntValue:
		n, err := strconv.ParseInt(value.Raw, 10, 64)
		if typed(value, "Int") && (err != nil || n < math.MinInt32 || n > math.MaxInt32) {
			return wrong("%s", cannotRead(json.Number(value.Raw), "Int", expected("Int", nil)))
		}
		if err != nil {
			return wrong("%s", cannotRead(json.Number(value.Raw), typeName(value), "a whole number of at most 64 bits"))
		}
	case ast.FloatValue:
		if name, want := unreadableFloat(value); want != "" {
			return wrong("%s", cannotRead(json.Number(value.Raw), name, want))
		}
	case ast.StringValue, ast.BlockValue:
		if strings.ContainsRune(value.Raw, 0) {
			return wrong("a string must not contain U+0000")
		}
	case ast.ListValue, ast.ObjectValue:
		if over(depth, h.limits.InputDepth) {
			return wrong("objects and lists may be nested at most %d levels deep", h.limits.InputDepth)
		}
		if value.Kind == ast.ListValue && over(len(value.Children), h.limits.ListItems) {
			return wrong("a list may have at most %d items, this one has %d", h.limits.ListItems, len(value.Children))
		}
		for i, child := range value.Children {
			name := child.Name
			if value.Kind == ast.ListValue {
				name = strconv.Itoa(i)
			}
			if err := h.literal(child.Value, place, append(path[:len(path):len(path)], name), depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// unreadableFloat returns the type that a number with a fraction or an exponent cannot be read as, and what is expected; "" where it can be.
func unreadableFloat(value *ast.Value) (name, want string) {
	number, err := strconv.ParseFloat(value.Raw, 64)
	if err != nil {
		return typeName(value), expected("Float", nil)
	}
	if digits := digitsOf(value.Raw); value.ExpectedType == nil && (len(digits) > exactDigits || (number == 0) != (digits == "")) {
		return "JSON", fmt.Sprintf("a number with at most %d digits, or a string", exactDigits)
	}
	return "", ""
}

// exactDigits is how many decimal digits of a number survive as a float64, which the executor makes of a literal within JSON. Numbers in
// variables are passed on as they are written.
const exactDigits = 15

// digitsOf returns the digits of a number from the first to the last that is not 0; "" for zero.
func digitsOf(number string) string {
	mantissa, _, _ := strings.Cut(strings.ToLower(number), "e")
	return strings.Trim(strings.ReplaceAll(strings.TrimPrefix(mantissa, "-"), ".", ""), "0")
}

// typed reports whether a literal stands where this built-in scalar is expected.
func typed(value *ast.Value, scalar string) bool {
	return value.ExpectedType != nil && value.ExpectedType.Name() == scalar
}

// typeName returns the name of the type expected in a literal's place. Inside of a JSON value none is known.
func typeName(value *ast.Value) string {
	if value.ExpectedType == nil {
		return "JSON"
	}
	return value.ExpectedType.Name()
}
