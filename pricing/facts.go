package pricing

import (
	"time"

	"cel.dev/cel-go/cel"

	"kopeck/costing"
	"kopeck/money"
)

// facts are what conditions speak of, for one question. They implement cel.Activation.
type facts struct {
	question    *Question
	product     *costing.Product
	leadDays    int
	utilisation float64
	lifetime    float64
	season      string
}

// Parent implements cel.Activation: there is nothing behind the facts.
func (f *facts) Parent() cel.Activation { return nil }

// ResolveName implements cel.Activation.
func (f *facts) ResolveName(name string) (any, bool) {
	switch name {
	case "customer.id":
		return f.question.Customer.ID, true
	case "customer.kind":
		return f.question.Customer.Kind, true
	case "customer.stage":
		return f.question.Customer.Stage, true
	case "customer.segment":
		return f.question.Customer.Segment, true
	case "customer.measurements":
		return f.question.Customer.Measurements, true
	case "product.id":
		return f.product.ID, true
	case "product.sku":
		return f.product.SKU, true
	case "product.name":
		return f.product.Name, true
	case "product.kind":
		return f.product.Kind, true
	case "quantity":
		return float(f.question.Quantity), true
	case "leadDays":
		return int64(f.leadDays), true
	case "utilisation":
		return f.utilisation, true
	case "permissionLevel":
		return f.question.Customer.PermissionLevel, true
	case "permissionRank":
		return int64(f.question.Customer.PermissionRank), true
	case "lifetimeValue":
		return f.lifetime, true
	case "season":
		return f.season, true
	case "at":
		return f.question.At.UTC(), true
	}
	return nil, false
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
