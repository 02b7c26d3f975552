package disclosure

import (
	"slices"
	"strings"

	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/service/quote"
)

// words are a word or sentence in the languages in which prices are explained. In a sentence % stands for what is filled in, in its order.
type words struct{ en, ru string }

func (w words) in(language service.Language, fill ...string) string {
	text := w.en
	if language == service.LanguageRu {
		text = w.ru
	}
	for _, one := range fill {
		text = strings.Replace(text, "%", one, 1)
	}
	return text
}

// The sentences of an explanation.
var (
	sentencePrice    = words{"The price of a unit of % on % is %.", "Цена единицы товара «%» на % составляет %."}
	sentencePersonal = words{"It was determined automatically and is your own price.", "Она рассчитана автоматически и является вашей персональной ценой."}
	sentencePublic   = words{"It is the price for everybody: nothing about you decided it.", "Это цена для всех: сведения о вас её не определяли."}
	sentenceUsed     = words{"Used about you: %.", "О вас использовано: %."}
	sentenceHow      = words{"How it came about:", "Как она получилась:"}
	sentenceChange   = words{"What would have changed it, all else being the same:", "Что изменило бы её при прочих равных:"}
	sentenceAbout    = words{"% (by %)", "% (учитывает: %)"}
	sentenceWith     = words{"%: % — %", "%: % — %"}
	sentenceWithout  = words{"without %: %", "без сведений «%»: %"}
)

// stepWords are the kinds of steps.
var stepWords = map[service.PriceStepKind]words{
	service.PriceStepKindList:      {"list price", "цена по прейскуранту"},
	service.PriceStepKindOption:    {"option", "опция"},
	service.PriceStepKindExemption: {"exemption from tax", "освобождение от налога"},
	service.PriceStepKindAgreement: {"price agreed with you", "согласованная с вами цена"},
	service.PriceStepKindRule:      {"price rule", "правило ценообразования"},
	service.PriceStepKindLeadTime:  {"lead time and rounding", "срок изготовления и округление"},
	service.PriceStepKindFloor:     {"price floor", "нижняя граница цены"},
	service.PriceStepKindRounding:  {"rounding", "округление"},
}

// dataWords are what prices use, by the names that conditions have for it.
var dataWords = map[string]words{
	"quantity":                {"the quantity", "количество"},
	"leadDays":                {"the lead time in days", "срок изготовления в днях"},
	pricing.UsedAgreement:     {"the price agreed with you", "согласованная с вами цена"},
	pricing.UsedExemption:     {"your exemption from tax", "освобождение от налога"},
	"customer.id":             {"that it is you", "то, что это вы"},
	"customer.kind":           {"whether you are a person or a company", "вид клиента"},
	"customer.stage":          {"how long and how often you have bought from us", "история ваших покупок"},
	"customer.segment":        {"what matters to you", "что для вас важно"},
	"customer.birthday.month": {"the month of your birthday", "месяц вашего рождения"},
	"customer.birthday.day":   {"the day of your birthday", "день вашего рождения"},
	"customer.fields":         {"further data that we hold about you", "другие сведения о вас"},
	"permissionLevel":         {"what you have permitted us", "ваши разрешения"},
	"permissionRank":          {"what you have permitted us", "ваши разрешения"},
	"lifetimeValue":           {"the value of your orders to us", "ценность ваших заказов для нас"},
}

// valueWords are values of the customer's that have few.
var valueWords = map[string]words{
	"PERSON": {"a person", "частное лицо"}, "COMPANY": {"a company", "организация"}, "HOUSEHOLD": {"a household", "семья"},
	"STRANGER": {"new to us", "мы ещё не знакомы"}, "FRIEND": {"known to us", "мы знакомы"}, "CUSTOMER": {"a customer", "покупатель"},
	"LOYAL": {"a regular customer", "постоянный покупатель"}, "FORMER": {"a former customer", "бывший покупатель"},
	"FAST_CHEAP": {"fast and cheap", "быстро и дёшево"}, "FAST_QUALITY": {"fast and good", "быстро и качественно"}, "QUALITY_CHEAP": {"good and cheap", "качественно и дёшево"},
	"SITUATION": {"for this one occasion", "на этот случай"}, "BRAND_TRUST": {"news from us", "наши сообщения"}, "PERSONAL": {"offers of your own", "личные предложения"},
	"POINTS": {"a programme of points", "программа баллов"}, "INTRAVENOUS": {"acting on your behalf", "действия от вашего имени"},
	pricing.Higher: {"higher", "выше"}, pricing.Lower: {"lower", "ниже"}, "true": {"yes", "да"}, "false": {"no", "нет"},
}

// sentenceNotice is what a customer is told beside a price of their own, with what was used of them.
var sentenceNotice = words{
	"The price was determined automatically and is your own. Used about you: %.", "Цена рассчитана автоматически и является вашей персональной. О вас использовано: %.",
}

// Notice is what the law wants a customer to be told beside a personal price (Directive 2011/83/EU, article 6(1)(ea)), with the names of what was
// used, as of Personalised. What the installation has in fields of its own is further data to the customer: their labels are for its people.
func Notice(language service.Language, used []string) string {
	names := shown(used, nil)
	all := make([]string, 0, len(names))
	for _, name := range names {
		word, ok := dataWords[name]
		if !ok {
			word = words{name[strings.LastIndexByte(name, '.')+1:], name[strings.LastIndexByte(name, '.')+1:]}
		}
		if text := word.in(language); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return sentenceNotice.in(language, strings.Join(all, ", "))
}

// text writes an explanation for people.
func (s *Service) text(e *PriceExplanation, p *quote.Price, labels map[string]string) string {
	var t strings.Builder
	line := func(texts ...string) { t.WriteString(strings.Join(texts, "") + "\n") }
	name := p.ProductID
	if product := s.quote.Product(p.ProductID); product != nil {
		name = product.Name
	}
	line(sentencePrice.in(e.Language, name, s.day(p.At), s.written(p.Unit)))
	if e.IsPersonal {
		line(sentencePersonal.in(e.Language))
	} else {
		line(sentencePublic.in(e.Language))
	}
	if len(e.UsedData) > 0 {
		line(sentenceUsed.in(e.Language, e.named(e.UsedData, labels)))
	}
	line(sentenceHow.in(e.Language))
	for _, step := range e.Steps {
		what := stepWords[step.Kind].in(e.Language)
		if step.Label != nil {
			what += " " + *step.Label
		}
		if len(step.Uses) > 0 {
			what = sentenceAbout.in(e.Language, what, e.named(step.Uses, labels))
		}
		line("- ", what, ": ", s.written(step.Amount))
	}
	if len(e.Variations) > 0 {
		line(sentenceChange.in(e.Language))
	}
	for _, v := range e.Variations {
		what := e.named([]string{v.Name}, labels)
		if v.Value == nil {
			line("- ", sentenceWithout.in(e.Language, what, s.written(v.Unit)))
			continue
		}
		value := *v.Value
		if known, ok := valueWords[value]; ok {
			value = known.in(e.Language)
		}
		line("- ", sentenceWith.in(e.Language, what, value, s.written(v.Unit)))
	}
	return t.String()
}

// named writes names of data for people.
func (e *PriceExplanation) named(names []string, labels map[string]string) string {
	all := make([]string, len(names))
	for i, name := range names {
		known, ok := dataWords[name]
		code, isOwn := strings.CutPrefix(name, ownField)
		switch {
		case ok:
			all[i] = known.in(e.Language)
		case isOwn:
			all[i] = labels[code]
		default: // a measurement
			all[i] = name[strings.LastIndexByte(name, '.')+1:]
		}
	}
	return strings.Join(all, ", ")
}

func (s *Service) written(amount money.Amount) string {
	return s.Currency.Format(amount) + " " + s.Currency.Code()
}
