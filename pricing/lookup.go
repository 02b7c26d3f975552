package pricing

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/common/ast"
)

// FieldsOf returns the codes of the installation's own fields, of customers and of products, that a condition asks for by name
// (customer.fields.card): each once, in the order in which they first come. None where the condition is wrong.
func FieldsOf(condition string) (ofCustomers, ofProducts []string, err error) {
	env, err := environment()
	if err != nil {
		return nil, nil, fmt.Errorf("pricing: the environment of conditions: %w", err)
	}
	checked, issues := env.Compile(condition)
	if len(issues.Errors()) > 0 {
		return nil, nil, nil
	}
	ast.PostOrderVisit(checked.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		looked, ok := lookedUp(e)
		switch {
		case ok && looked.of == customerFieldsName && !slices.Contains(ofCustomers, looked.key):
			ofCustomers = append(ofCustomers, looked.key)
		case ok && looked.of == productFieldsName && !slices.Contains(ofProducts, looked.key):
			ofProducts = append(ofProducts, looked.key)
		}
	}))
	return ofCustomers, ofProducts, nil
}
