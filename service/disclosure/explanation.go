package disclosure

import (
	"context"
	"slices"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/fielddefinition"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/quote"
)

// PriceExplanation is a price explained for somebody to read.
type PriceExplanation struct {
	Audience   service.PriceAudience
	Language   service.Language
	IsPersonal bool
	UsedData   []string // as of Personalised
	Steps      []*PriceStep
	Variations []*PriceVariation
	Text       string
}

// PriceStep is what made a price, of a kind that the audience may know.
type PriceStep struct {
	Kind   service.PriceStepKind
	Label  *string // of the rule, the option or the step; nil for the customer but for options
	Amount money.Amount
	Uses   []string // what a rule read of the customer, as of Personalised
}

// PriceVariation is that one thing would have made another price.
type PriceVariation struct {
	Name  string
	Value *string // nil for nothing
	Unit  money.Amount
}

// domains are the values of the customer's that have few.
var domains = pricing.Domains{
	"customer.kind":    schema.Person.Values(),
	"customer.stage":   schema.Stranger.Values(),
	"customer.segment": append([]string{""}, schema.FastCheap.Values()...),
	"permissionLevel":  append([]string{""}, schema.Situation.Values()...),
}

// Explanation explains a price: what of the customer was used, by which steps it came about, and which nearest other values would have made another
// price (Regulation (EU) 2016/679, article 15(1)(h), as the Court of Justice reads it in C-203/22). For the customer it says nothing of costs,
// the floor, the names of rules or other customers. It reads nothing that the price did not read.
func (s *Service) Explanation(ctx context.Context, p *quote.Price, audience service.PriceAudience, language service.Language) (*PriceExplanation, error) {
	used, decided, err := p.UsedData()
	if err != nil {
		return nil, err
	}
	labels, err := s.labels(ctx)
	if err != nil {
		return nil, err
	}
	e := &PriceExplanation{Audience: audience, Language: language, IsPersonal: decided, UsedData: shown(used, labels)}
	if err := s.addSteps(e, p, labels); err != nil {
		return nil, err
	}
	found, err := p.Variations(domains)
	if err != nil {
		return nil, err
	}
	for _, one := range found {
		if code, isOwn := strings.CutPrefix(one.Name, ownField); isOwn && labels[code] == "" {
			continue // the field is not for the caller
		}
		v := &PriceVariation{Name: one.Name, Unit: one.Unit}
		if one.Value != "" {
			v.Value = &one.Value
		}
		e.Variations = append(e.Variations, v)
	}
	e.Text = s.text(e, p, labels)
	return e, nil
}

// labels are those of the installation's own fields of customers that the caller may see, by code.
func (s *Service) labels(ctx context.Context) (map[string]string, error) {
	seen, err := s.Client.FieldDefinition.Query().Where(fielddefinition.NounEQ(schema.FieldOfCustomer)).All(ctx)
	labels := make(map[string]string, len(seen))
	for _, d := range seen {
		labels[d.Code] = d.Label
	}
	return labels, err
}

// stepKinds are the kinds of steps by those of a price's lines. What follows the load of the workshop and the floor is one with the lead time and the
// rounding to the customer.
var stepKinds = map[pricing.LineKind]service.PriceStepKind{
	pricing.ListLine: service.PriceStepKindList, pricing.OptionLine: service.PriceStepKindOption, pricing.ExemptionLine: service.PriceStepKindExemption,
	pricing.AgreementLine: service.PriceStepKindAgreement, pricing.RuleLine: service.PriceStepKindRule, pricing.LeadTimeLine: service.PriceStepKindLeadTime,
	pricing.FloorLine: service.PriceStepKindFloor, pricing.RoundingLine: service.PriceStepKindRounding,
}

// addSteps adds the steps of a price as the audience may know them.
func (s *Service) addSteps(e *PriceExplanation, p *quote.Price, labels map[string]string) error {
	var last *PriceStep // in which the customer reads lead time, floor and rounding
	for _, line := range p.Lines {
		step := &PriceStep{Kind: stepKinds[line.Kind], Amount: line.Amount, Uses: []string{}}
		if e.Audience == service.PriceAudienceStaff || line.Kind == pricing.OptionLine {
			step.Label = &line.Label
		}
		if line.Kind == pricing.RuleLine {
			read, err := p.UsedBy(line)
			if err != nil {
				return err
			}
			step.Uses = shown(read, labels)
		}
		if isLate := line.Kind == pricing.LeadTimeLine || line.Kind == pricing.FloorLine || line.Kind == pricing.RoundingLine; isLate && e.Audience == service.PriceAudienceCustomer {
			if step.Kind = service.PriceStepKindLeadTime; last != nil {
				sum, err := last.Amount.Plus(step.Amount)
				if err != nil {
					return err
				}
				last.Amount = sum
				continue
			}
			last = step
		}
		e.Steps = append(e.Steps, step)
	}
	return nil
}

// shown returns names without those of own fields that the caller does not see, which are the name of all of them.
func shown(names []string, labels map[string]string) []string {
	all := make([]string, 0, len(names))
	for _, name := range names {
		if code, isOwn := strings.CutPrefix(name, ownField); isOwn && labels[code] == "" {
			name = strings.TrimSuffix(ownField, ".")
		}
		all = append(all, name)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ExplainPrice explains the price of a token, by what held at its moment: what has been promised is explained also after it has expired.
//
// Faults: INVALID on token for what is none of this installation; NOT_FOUND on token for a customer whom the caller does not see; WRONG_STATE where
// the same cannot be priced for that moment any more, or is priced otherwise, since a correction has changed what held then.
func (s *Service) ExplainPrice(ctx context.Context, token string, audience service.PriceAudience, language service.Language) (*PriceExplanation, error) {
	content, err := s.quote.ReadToken(token)
	if err != nil {
		return nil, err
	}
	c, err := s.Client.Customer.Query().Where(customer.ID(s.Kept(content.CustomerID))).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch("token", "customer")
	}
	if err != nil {
		return nil, err
	}
	lead := content.LeadDays
	p, err := s.quote.Price(ctx, c, content.ProductID, content.Quantity, content.Options, &lead, &content.PricedAt)
	if err != nil {
		return nil, fault.New(fault.WrongState, "token", "the same cannot be priced for that moment any more: %s", reasonOf(err))
	}
	if p.Unit != content.Unit {
		return nil, fault.New(fault.WrongState, "token", "what held at that moment was corrected since: today the price of then is another")
	}
	return s.Explanation(ctx, p, audience, language)
}

func reasonOf(err error) string {
	if f := fault.Of(err); f != nil {
		return f.Message
	}
	return err.Error()
}

// day writes the day of a moment for people.
func (s *Service) day(at time.Time) string { return at.In(s.Settings().Zone).Format(time.DateOnly) }
