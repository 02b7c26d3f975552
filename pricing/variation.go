package pricing

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"kopeck/money"
)

// Variation is that one thing would have made another price, had it been another and all else the same: what a price was asked with, or what
// the company knows of the customer.
type Variation struct {
	Name  string // quantity, leadDays, UsedAgreement, or a variable of conditions
	Value string // as people write it; "" for nothing. Of lifetimeValue it is Higher or Lower: a figure would tell of costs
	Unit  money.Amount
}

// What a lifetime value would have to be.
const (
	Higher = "higher"
	Lower  = "lower"
)

// Domains are the values that variables of conditions can have, by the variables' names, in their order: kind, stage, segment and permission
// level of a customer. "" is nothing known.
type Domains map[string][]string

// mostSteps bounds how far away another number is looked for: 2^mostSteps steps.
const mostSteps = 20

// Variations returns the nearest other values that would have made another price, by name: of a number the next above and below, of what has few
// values one for each other price. Asked are the quantity, the lead time, the agreement that made the price, and what the rules in force read of
// the customer. What a price does not depend on has none. Errors as Price.
//
// Numbers are looked for next to those that conditions compare with, and at distances that double: what makes another price only in between is
// missed.
func (b *Book) Variations(q Question, a Answer, domains Domains) ([]Variation, error) {
	v := &variations{book: b, question: q, unit: a.Unit}
	v.compared = b.compared(q)
	if _, err := b.Price(q); err != nil {
		return nil, err
	}
	v.number("quantity", q.Quantity.Nano(), stepOf(q.Quantity.Nano()), one.Nano(), func(to *Question, n int64) string {
		to.Quantity = money.Nano(n)
		return to.Quantity.String()
	})
	v.number("leadDays", int64(a.LeadDays), 1, 1, func(to *Question, n int64) string {
		days := int(n)
		to.LeadDays = &days
		return strconv.Itoa(days)
	})
	if slices.ContainsFunc(a.Lines, func(l Line) bool { return l.Kind == AgreementLine }) {
		listed := q
		listed.listed = true
		v.add(UsedAgreement, "", listed)
	}
	for _, name := range slices.Sorted(maps.Keys(v.compared)) {
		v.known(name, domains)
	}
	slices.SortStableFunc(v.found, func(x, y Variation) int { return cmp.Compare(x.Name, y.Name) })
	return v.found, nil
}

// variations looks for what would have made another price.
type variations struct {
	book     *Book
	question Question
	unit     money.Amount
	compared map[string][]ref.Val
	found    []Variation
}

// compared returns what the conditions of the rules that are in force at the moment of a question read, by name, with the constants that they
// compare with.
func (b *Book) compared(q Question) map[string][]ref.Val {
	all := map[string][]ref.Val{}
	for i := range b.rules {
		rule := &b.rules[i]
		if rule.RecordedAt.After(q.At) || rule.RetiredAt != nil && !rule.RetiredAt.After(q.At) || rule.condition == nil ||
			rule.ValidFrom != nil && q.At.Before(*rule.ValidFrom) || rule.ValidTo != nil && !q.At.Before(*rule.ValidTo) {
			continue
		}
		c := rule.condition
		c.apart.Do(func() { c.parts, c.wrong = takeApart(c.text) })
		for _, part := range c.parts {
			var names []string
			var constants []ref.Val
			ast.PostOrderVisit(part.expr, ast.NewExprVisitor(func(e ast.Expr) {
				if looked, ok := lookedUp(e); ok {
					names = append(names, looked.of+"."+looked.key)
				}
				switch {
				case e.Kind() == ast.IdentKind && !isMap(e.AsIdent()):
					names = append(names, e.AsIdent())
				case e.Kind() == ast.LiteralKind:
					constants = append(constants, e.AsLiteral())
				}
			}))
			for _, name := range names {
				all[name] = append(all[name], constants...)
			}
		}
	}
	return all
}

// other returns the price of another question, where there is one and it is another.
func (v *variations) other(q Question) (money.Amount, bool) {
	answer, err := v.book.Price(q)
	return answer.Unit, err == nil && answer.Unit != v.unit
}

// add notes the price of another question, unless there is one of the same price for the same thing.
func (v *variations) add(name, value string, q Question) {
	unit, is := v.other(q)
	if is && !slices.ContainsFunc(v.found, func(one Variation) bool { return one.Name == name && one.Unit == unit }) {
		v.found = append(v.found, Variation{name, value, unit})
	}
}

// number looks for the next number above and below one that makes another price. set puts a number into a question, and returns it as people
// write it. Constants of conditions are in units of scale.
func (v *variations) number(name string, now, step, scale int64, set func(to *Question, n int64) string) {
	for _, towards := range []int64{-step, step} {
		var distances []int64 // in steps
		for i := range mostSteps + 1 {
			distances = append(distances, 1<<i)
		}
		for _, constant := range v.compared[name] {
			if at, ok := numberOf(constant, scale); ok {
				away := (at - now) / towards
				distances = append(distances, away-1, away, away+1)
			}
		}
		slices.Sort(distances)
		same := int64(0) // the greatest distance known to make the same price
		for _, distance := range slices.Compact(distances) {
			if distance <= same || now+distance*towards < 0 {
				continue
			}
			to := v.question
			set(&to, now+distance*towards)
			unit, is := v.other(to)
			if !is {
				same = distance
				continue
			}
			for distance-same > 1 {
				middle := same + (distance-same)/2
				set(&to, now+middle*towards)
				if nearer, is := v.other(to); is {
					distance, unit = middle, nearer
				} else {
					same = middle
				}
			}
			v.found = append(v.found, Variation{name, set(&to, now+distance*towards), unit})
			break
		}
	}
}

// stepOf returns the last decimal place of a number of billionths, at most one.
func stepOf(nano int64) int64 {
	step := one.Nano()
	for step > 1 && nano%step != 0 {
		step /= 10
	}
	return step
}

// numberOf returns a constant in units of 1/scale, rounded down.
func numberOf(constant ref.Val, scale int64) (int64, bool) {
	switch n := constant.(type) {
	case types.Int:
		if product := int64(n) * scale; product/scale == int64(n) {
			return product, true
		}
	case types.Double:
		if product := float64(n) * float64(scale); -exact < product && product < exact || scale > 1 && -9e18 < product && product < 9e18 {
			return int64(product), true
		}
	}
	return 0, false
}

// known looks for other values of what the company knows of the customer.
func (v *variations) known(name string, domains Domains) {
	c := v.question.Customer
	switch name {
	case "customer.kind":
		v.texts(name, c.Kind, domains[name], func(to *Customer, value string, _ int) { to.Kind = value })
	case "customer.stage":
		v.texts(name, c.Stage, domains[name], func(to *Customer, value string, _ int) { to.Stage = value })
	case "customer.segment":
		v.texts(name, c.Segment, domains[name], func(to *Customer, value string, _ int) { to.Segment = value })
	case "permissionLevel", "permissionRank":
		const level = "permissionLevel"
		if !slices.ContainsFunc(v.found, func(one Variation) bool { return one.Name == level }) {
			v.texts(level, c.PermissionLevel, domains[level], func(to *Customer, value string, rank int) { to.PermissionLevel, to.PermissionRank = value, rank })
		}
	case "customer.birthday.month":
		v.texts(name, whole(c.BirthMonth), wholes(12), func(to *Customer, _ string, month int) { to.BirthMonth = month })
	case "customer.birthday.day":
		v.texts(name, whole(c.BirthDay), wholes(31), func(to *Customer, _ string, day int) { to.BirthDay = day })
	case "lifetimeValue":
		now := c.LifetimeValue.Minor()
		v.number(name, now, 1, v.book.basis.Currency.MinorPerMajor(), func(to *Question, n int64) string {
			if to.Customer.LifetimeValue = money.Minor(n); n > now {
				return Higher
			}
			return Lower
		})
	default:
		v.field(name)
	}
}

// texts tries other values of a domain, and keeps one for each price. set gets the place of a value in it too.
func (v *variations) texts(name, now string, domain []string, set func(to *Customer, value string, place int)) {
	for place, value := range domain {
		if value == now {
			continue
		}
		to := v.question
		set(&to.Customer, value, place)
		v.add(name, value, to)
	}
}

func whole(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// wholes is a domain of whole numbers from 1, after nothing.
func wholes(to int) []string {
	all := make([]string, to+1)
	for n := range all {
		all[n] = whole(n)
	}
	return all
}

// field tries the constants of conditions, and nothing, as the value of a measurement or a field of the installation's own.
func (v *variations) field(name string) {
	for _, of := range []string{measurementsName, customerFieldsName} {
		key, ok := strings.CutPrefix(name, of+".")
		if !ok {
			continue
		}
		now, known := map[string]map[string]any{measurementsName: v.question.Customer.Measurements, customerFieldsName: v.question.Customer.Fields}[of][key]
		tried := func(value any, written string) {
			to := v.question
			fields := &to.Customer.Measurements
			if of == customerFieldsName {
				fields = &to.Customer.Fields
			}
			if *fields = maps.Clone(*fields); *fields == nil {
				*fields = map[string]any{}
			}
			if (*fields)[key] = value; value == nil {
				delete(*fields, key)
			}
			v.add(name, written, to)
		}
		for _, value := range othersOf(v.compared[name]) {
			if value != now {
				tried(value, fieldText(value))
			}
		}
		if known {
			tried(nil, "")
		}
	}
}

// othersOf returns the values that a field may be compared with, and those beside them.
func othersOf(constants []ref.Val) (values []any) {
	for _, constant := range constants {
		switch c := constant.(type) {
		case types.String:
			values = append(values, string(c))
		case types.Int:
			values = append(values, float64(c), float64(c)+1, float64(c)-1)
		case types.Double:
			values = append(values, float64(c), float64(c)+1, float64(c)-1)
		}
	}
	return append(values, true, false)
}

func fieldText(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case bool:
		return strconv.FormatBool(value)
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
	return ""
}
