package pricing

import (
	"math/big"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"kopeck/costing"
)

// facts are the values of the variables of conditions, for one question. They implement cel.Activation, and keep the values
// that a condition has asked for, for the conditions after it. They must not be used concurrently.
type facts struct {
	book        *Book // for what the product has in the installation's own fields; nil for nothing
	question    *Question
	product     *costing.Product
	leadDays    int
	quantity    float64
	utilisation float64
	lifetime    float64
	season      string
	asked       []ref.Val // by the number of the variable; nil until a condition asks
}

// variable is a name that conditions may use: its type, its value for a question (one of the functions), and its
// greatest length in characters, 0 where it is no string or unbounded.
type variable struct {
	name    string
	typed   *cel.Type
	longest uint64
	text    func(*facts) string
	whole   func(*facts) int64
	number  func(*facts) float64
	other   func(*facts) ref.Val
}

// The maps that conditions may ask for values by name.
const (
	measurementsName   = "customer.measurements"
	customerFieldsName = "customer.fields"
	productFieldsName  = "product.fields"
)

// mapOf returns the map of a name, nil where it is empty.
func (f *facts) mapOf(name string) map[string]any {
	switch {
	case name == measurementsName:
		return f.question.Customer.Measurements
	case name == customerFieldsName:
		return f.question.Customer.Fields
	case f.book != nil:
		return f.book.fieldsAt(f.product.ID, f.question.At)
	}
	return nil
}

// mapVariable is the variable of a map.
func mapVariable(name string) variable {
	return variable{name: name, typed: cel.MapType(cel.StringType, cel.DynType), other: func(f *facts) ref.Val {
		return types.DefaultTypeAdapter.NativeToValue(f.mapOf(name))
	}}
}

// variables are those that Condition documents.
var variables = [...]variable{
	{name: "customer.id", typed: cel.StringType, longest: 100, text: func(f *facts) string { return f.question.Customer.ID }},
	{name: "customer.kind", typed: cel.StringType, longest: 100, text: func(f *facts) string { return f.question.Customer.Kind }},
	{name: "customer.stage", typed: cel.StringType, longest: 100, text: func(f *facts) string { return f.question.Customer.Stage }},
	{name: "customer.segment", typed: cel.StringType, longest: 100, text: func(f *facts) string { return f.question.Customer.Segment }},
	{name: "customer.birthday.month", typed: cel.IntType, whole: func(f *facts) int64 { return int64(f.question.Customer.BirthMonth) }},
	{name: "customer.birthday.day", typed: cel.IntType, whole: func(f *facts) int64 { return int64(f.question.Customer.BirthDay) }},
	mapVariable(measurementsName),
	mapVariable(customerFieldsName),
	{name: "product.id", typed: cel.StringType, longest: 100, text: func(f *facts) string { return f.product.ID }},
	{name: "product.sku", typed: cel.StringType, longest: 100, text: func(f *facts) string { return f.product.SKU }},
	{name: "product.name", typed: cel.StringType, longest: 300, text: func(f *facts) string { return f.product.Name }},
	{name: "product.kind", typed: cel.StringType, longest: 100, text: func(f *facts) string { return f.product.Kind }},
	mapVariable(productFieldsName),
	{name: "quantity", typed: cel.DoubleType, number: func(f *facts) float64 { return f.quantity }},
	{name: "leadDays", typed: cel.IntType, whole: func(f *facts) int64 { return int64(f.leadDays) }},
	{name: "utilisation", typed: cel.DoubleType, number: func(f *facts) float64 { return f.utilisation }},
	{name: "permissionLevel", typed: cel.StringType, longest: 100, text: func(f *facts) string { return f.question.Customer.PermissionLevel }},
	{name: "permissionRank", typed: cel.IntType, whole: func(f *facts) int64 { return int64(f.question.Customer.PermissionRank) }},
	{name: "lifetimeValue", typed: cel.DoubleType, number: func(f *facts) float64 { return f.lifetime }},
	{name: "season", typed: cel.StringType, longest: 100, text: func(f *facts) string { return f.season }},
	{name: "at", typed: cel.TimestampType, other: func(f *facts) ref.Val { return types.Timestamp{Time: f.question.At.UTC()} }},
}

func (v *variable) value(f *facts) ref.Val {
	switch {
	case v.text != nil:
		return types.String(v.text(f))
	case v.whole != nil:
		return types.Int(v.whole(f))
	case v.number != nil:
		return types.Double(v.number(f))
	}
	return v.other(f)
}

// numbered finds a variable by its name.
var numbered = func() map[string]int {
	index := make(map[string]int, len(variables))
	for i, v := range variables {
		index[v.name] = i
	}
	return index
}()

// Parent implements cel.Activation: facts have no parent.
func (f *facts) Parent() cel.Activation { return nil }

// ResolveName implements cel.Activation.
func (f *facts) ResolveName(name string) (any, bool) {
	i, ok := numbered[name]
	if !ok {
		return nil, false
	}
	if f.asked == nil {
		f.asked = make([]ref.Val, len(variables))
	}
	if f.asked[i] == nil {
		f.asked[i] = variables[i].value(f)
	}
	return f.asked[i], true
}

// ratio returns the double nearest to a fraction of whole numbers, for conditions alone: it never becomes money. The divisor is
// a power of ten of a double's precision. A division of doubles rounds to the nearest, and both are exact up to 2^53.
func ratio(of, by int64) float64 {
	if -exact < of && of < exact {
		return float64(of) / float64(by)
	}
	nearest, _ := big.NewRat(of, by).Float64()
	return nearest
}

// Season returns the meteorological season of a moment in a time zone, in the northern half of the world: "winter" from
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
