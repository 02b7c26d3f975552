package pricing

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"kopeck/costing"
	"kopeck/money"
)

// facts are what conditions speak of, for one question. They implement cel.Activation, and keep the values that a
// condition has asked for, for the conditions after it. They are for one goroutine.
type facts struct {
	question    *Question
	product     *costing.Product
	leadDays    int
	utilisation float64
	lifetime    float64
	season      string
	asked       []ref.Val // by the number of the variable
}

// variable is a name that conditions may use: its type, its value for a question, and the most characters it has, 0 for
// what has none or any number.
type variable struct {
	name    string
	typed   *cel.Type
	longest uint64
	value   func(*facts) ref.Val
}

func text(of func(*facts) string) func(*facts) ref.Val {
	return func(f *facts) ref.Val { return types.String(of(f)) }
}

// variables are what Condition documents.
var variables = [...]variable{
	{"customer.id", cel.StringType, 100, text(func(f *facts) string { return f.question.Customer.ID })},
	{"customer.kind", cel.StringType, 100, text(func(f *facts) string { return f.question.Customer.Kind })},
	{"customer.stage", cel.StringType, 100, text(func(f *facts) string { return f.question.Customer.Stage })},
	{"customer.segment", cel.StringType, 100, text(func(f *facts) string { return f.question.Customer.Segment })},
	{"customer.measurements", cel.MapType(cel.StringType, cel.DynType), 0, func(f *facts) ref.Val {
		return types.DefaultTypeAdapter.NativeToValue(f.question.Customer.Measurements)
	}},
	{"product.id", cel.StringType, 100, text(func(f *facts) string { return f.product.ID })},
	{"product.sku", cel.StringType, 100, text(func(f *facts) string { return f.product.SKU })},
	{"product.name", cel.StringType, 300, text(func(f *facts) string { return f.product.Name })},
	{"product.kind", cel.StringType, 100, text(func(f *facts) string { return f.product.Kind })},
	{"quantity", cel.DoubleType, 0, func(f *facts) ref.Val { return types.Double(float(f.question.Quantity)) }},
	{"leadDays", cel.IntType, 0, func(f *facts) ref.Val { return types.Int(f.leadDays) }},
	{"utilisation", cel.DoubleType, 0, func(f *facts) ref.Val { return types.Double(f.utilisation) }},
	{"permissionLevel", cel.StringType, 100, text(func(f *facts) string { return f.question.Customer.PermissionLevel })},
	{"permissionRank", cel.IntType, 0, func(f *facts) ref.Val { return types.Int(f.question.Customer.PermissionRank) }},
	{"lifetimeValue", cel.DoubleType, 0, func(f *facts) ref.Val { return types.Double(f.lifetime) }},
	{"season", cel.StringType, 100, text(func(f *facts) string { return f.season })},
	{"at", cel.TimestampType, 0, func(f *facts) ref.Val { return types.Timestamp{Time: f.question.At.UTC()} }},
}

// numbered finds a variable by its name.
var numbered = func() map[string]int {
	index := make(map[string]int, len(variables))
	for i, v := range variables {
		index[v.name] = i
	}
	return index
}()

// Parent implements cel.Activation: there is nothing behind the facts.
func (f *facts) Parent() cel.Activation { return nil }

// ResolveName implements cel.Activation.
func (f *facts) ResolveName(name string) (any, bool) {
	i, ok := numbered[name]
	if !ok {
		return nil, false
	}
	if f.asked[i] == nil {
		f.asked[i] = variables[i].value(f)
	}
	return f.asked[i], true
}

// float gives the nearest double, for conditions alone: no money comes of it.
func float(d money.Decimal) float64 {
	nearest, _ := d.Rat().Float64()
	return nearest
}

// Season gives the meteorological season of a moment in a time zone, in the northern half of the world: "winter" from
// December, "spring" from March, "summer" from June, "autumn" from September.
func Season(at time.Time, zone *time.Location) string {
	switch at.In(zone).Month() {
	case time.March, time.April, time.May:
		return "spring"
	case time.June, time.July, time.August:
		return "summer"
	case time.September, time.October, time.November:
		return "autumn"
	default:
		return "winter"
	}
}
