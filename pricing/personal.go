package pricing

import (
	"slices"

	"cel.dev/cel-go/common/ast"
)

// What a price used of the customer beside what conditions ask for.
const (
	UsedAgreement = "agreement"
	UsedExemption = "customer.taxExempt"
)

// UsedData returns what of the customer decided a price, by the names that conditions have for it, in alphabetical order: what each rule that
// applied read, measurements that filled in options, an agreement and an exemption from tax. decided says that a rule or an agreement was
// among them: the price is then personal. Errors as Price.
func (b *Book) UsedData(q Question, a Answer) (used []string, decided bool, err error) {
	w, err := b.begin(q)
	if err != nil {
		return nil, false, err
	}
	for _, line := range a.Lines {
		var read []string
		switch line.Kind {
		case ExemptionLine:
			used = append(used, UsedExemption)
		case AgreementLine:
			read = []string{UsedAgreement}
		case RuleLine:
			i := slices.IndexFunc(b.rules, func(r compiledRule) bool { return r.ID == line.RefID })
			if i < 0 {
				continue
			}
			if read, err = b.rules[i].condition.readOf(w.facts); err != nil {
				return nil, false, err
			}
		}
		used, decided = append(used, read...), decided || len(read) > 0
	}
	for _, o := range a.Options {
		if !slices.Contains(q.Options, o) {
			used = append(used, measurementsName+"."+o.Code)
		}
	}
	slices.Sort(used)
	return slices.Compact(used), decided, nil
}

// readOf returns what a condition reads of the customer until it is decided: an operand of && and || behind the deciding one is not read.
func (c *Condition) readOf(f facts) (read []string, err error) {
	f.asked = nil
	if _, err := c.interpret(&f); err != nil {
		return nil, err
	}
	for i, value := range f.asked {
		switch name := variables[i].name; {
		case value == nil || !isPersonal(name):
		case isMap(name):
			keys, err := c.keysOf(name)
			if err != nil {
				return nil, err
			}
			read = append(read, keys...)
		default:
			read = append(read, name)
		}
	}
	return read, nil
}

// keysOf returns what a condition asks a map for, and the map itself where it asks for that in another way.
func (c *Condition) keysOf(name string) (keys []string, err error) {
	c.apart.Do(func() { c.parts, c.wrong = takeApart(c.text) })
	for _, part := range c.parts {
		ast.PostOrderVisit(part.expr, ast.NewExprVisitor(func(e ast.Expr) {
			if looked, ok := lookedUp(e); ok && looked.of == name {
				keys = append(keys, name+"."+looked.key)
			}
		}))
	}
	if len(keys) == 0 {
		keys = []string{name}
	}
	return keys, c.wrong
}
