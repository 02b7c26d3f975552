package nextoffer

import (
	"strings"

	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// words are a sentence in the languages of reasons. % stands for what is filled in, in its order.
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

var (
	reasonChance   = words{"of 1,000 such offers some % are accepted", "из 1000 таких предложений принимают около %"}
	reasonExpected = words{"the price is %; the customer thought % fair", "цена %; клиент считал справедливой %"}
	reasonList     = words{"the price is %; the customer has named none, so it is compared with the list price", "цена %; своей клиент не называл, поэтому она сравнивается с прейскурантом"}
	reasonChannel  = words{"an offer is permitted by %", "предложение разрешено по каналу %"}
	reasonMonth    = words{"it is the product of the month", "это товар месяца"}
	reasonBack     = words{"the customer has left us", "клиент ушёл от нас"}
	reasonLast     = words{"otherwise offer nothing: it costs nothing", "иначе ничего не предлагать: это ничего не стоит"}
	reasonNone     = words{"offer nothing: no offer earns more than the contact costs", "ничего не предлагать: ни одно предложение не принесёт больше, чем стоит контакт"}
	reasonDenied   = words{"offer nothing: no channel is permitted for individual offers; ask for the permission", "ничего не предлагать: ни по одному каналу нет разрешения на личные предложения; спросите его"}
)

// Reasons says why something is proposed. It names no cost and no margin, nor what they could be reckoned from.
func (s *Service) Reasons(o *NextBestOffer, language service.Language) ([]string, error) {
	if o.Product == nil {
		return []string{map[cause]words{lastResort: reasonLast, notAllowed: reasonDenied, nothingLeft: reasonNone}[o.why].in(language)}, nil
	}
	// The price that the customer named is in the sentence. The list price is not: not everybody sees it to the kopeck, and all are
	// to read the same.
	compared, reference := reasonList, ""
	if o.expected {
		compared = reasonExpected
		reference = s.written(o.reference)
	}

	thousandths, err := money.DecimalOf(o.Probability.Rat().Mul(o.Probability.Rat(), money.Whole(1000).Rat()), 0)
	if err != nil {
		return nil, err
	}
	all := []string{
		reasonChance.in(language, thousandths.String()), compared.in(language, s.written(o.Price.Unit), reference),
		reasonChannel.in(language, string(*o.Channel)),
	}
	switch *o.Kind {
	case schema.OfferOfTheMonth:
		all = append(all, reasonMonth.in(language))
	case schema.OfferWinBack:
		all = append(all, reasonBack.in(language))
	}
	return all, nil
}

func (s *Service) written(amount money.Amount) string {
	return s.Currency.Format(amount) + " " + s.Currency.Code()
}
