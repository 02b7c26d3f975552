package sale

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/offerline"
	"kopeck/ent/product"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/paper"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/service/disclosure"
)

// OfferDocument is a file made of an offer.
type OfferDocument struct {
	FileName  string
	MediaType string
	Base64    string
}

// shownOffer is an offer as its e-mail and its document show it. Amounts are texts with the currency, moments are in the installation's time zone.
type shownOffer struct {
	ID              string
	Language        service.Language
	Company         service.Company // of which only what is stated is shown
	Customer        string
	Sections        []shownSection // one, or the variants of a tender
	Net, Tax, Gross string         // of an offer without variants, or of the first
	Until           string
	Personal        string // what the law wants said of a personal price; "" where none is personal
}

// shownSection is a variant of an offer, or all of it.
type shownSection struct {
	Name            string // "" for an offer without variants
	Lines           []shownLine
	Net, Tax, Gross string
}

// shownLine is a line of an offer.
type shownLine struct{ Product, Options, Quantity, Unit, Total string }

// Lines are those of all variants, for a template that does not tell them apart.
func (o shownOffer) Lines() []shownLine {
	var all []shownLine
	for _, section := range o.Sections {
		all = append(all, section.Lines...)
	}
	return all
}

// wordsOfOffer are the words around an offer, in a language. %s is what is filled in.
type wordsOfOffer struct {
	subject, title, file, task          string
	product, quantity, price, lineTotal string
	net, tax, gross, until              string
}

var offerWords = map[service.Language]wordsOfOffer{
	service.LanguageEn: {
		"Our offer to you", "Offer", "offer", "Put our offer to %s", "Product", "Quantity", "Price", "Total", "Net", "Tax", "Gross", "The offer holds until %s.",
	},
	service.LanguageRu: {
		"Наше предложение для вас", "Предложение", "предложение", "Рассказать о предложении: %s", "Товар", "Количество", "Цена", "Сумма", "Без налога", "Налог", "К оплате", "Предложение действует до %s.",
	},
}

// languageFor is the language in which a customer is written to unless one is asked for: Russian where the name has Cyrillic letters.
func languageFor(c *ent.Customer, asked *service.Language) service.Language {
	switch {
	case asked != nil:
		return *asked
	case strings.ContainsFunc(c.Name, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }):
		return service.LanguageRu
	}
	return service.LanguageEn
}

// shownOffer returns what is shown of an offer: exactly the promised prices.
func (s *Service) shownOffer(ctx context.Context, client *ent.Client, o *ent.Offer, c *ent.Customer, in service.Language) (shownOffer, error) {
	shown := shownOffer{ID: o.ID, Language: in, Customer: c.Name, Until: o.ExpiresAt.In(s.Settings().Zone).Format("2006-01-02 15:04 MST")}
	if company := s.Settings().Company; company != nil {
		shown.Company = *company
	}
	lines, err := client.OfferLine.Query().Where(offerline.OfferID(o.ID)).Order(offerline.ByPosition()).All(ctx)
	if err != nil {
		return shown, err
	}
	names, err := productNames(ctx, client, lines)
	if err != nil {
		return shown, err
	}
	var used []string
	byVariant := map[int][]shownLine{}
	for _, line := range lines {
		options, err := optionsText(line.Options)
		if err != nil {
			return shown, err
		}
		byVariant[line.Variant] = append(byVariant[line.Variant], shownLine{names[line.ProductID], options, line.Quantity.String(), s.written(line.Unit), s.written(line.Total)})
		if line.IsPersonal {
			used = append(used, line.UsedData...)
		}
	}
	if len(used) > 0 {
		shown.Personal = disclosure.Notice(in, used)
	}
	all, err := s.Variants(o, lines)
	if err != nil {
		return shown, err
	}
	if len(all) == 0 {
		whole := &OfferVariant{Tax: o.Tax}
		if whole.Net, err = s.Settings().Taxes.Net(o.Total, o.Tax); err != nil {
			return shown, err
		}
		if whole.Gross, err = s.Settings().Taxes.Gross(o.Total, o.Tax); err != nil {
			return shown, err
		}
		all = []*OfferVariant{whole}
	}
	for _, v := range all {
		section := shownSection{Lines: byVariant[v.Number], Net: s.written(v.Net), Tax: s.written(v.Tax), Gross: s.written(v.Gross)}
		if v.Name != "" {
			section.Name = fmt.Sprintf("%d. %s", v.Number, v.Name)
		}
		shown.Sections = append(shown.Sections, section)
	}
	shown.Net, shown.Tax, shown.Gross = shown.Sections[0].Net, shown.Sections[0].Tax, shown.Sections[0].Gross
	return shown, nil
}

func (s *Service) written(amount money.Amount) string {
	return s.Currency.Format(amount) + " " + s.Currency.Code()
}

// productNames are the names of the products of lines, by id.
func productNames(ctx context.Context, client *ent.Client, lines []*ent.OfferLine) (map[string]string, error) {
	ids := make([]string, len(lines))
	for i, line := range lines {
		ids[i] = line.ProductID
	}
	products, err := client.Product.Query().Where(product.IDIn(ids...)).All(ctx)
	names := make(map[string]string, len(products))
	for _, p := range products {
		names[p.ID] = p.Name
	}
	return names, err
}

// optionsText writes the options of a line, as they are kept.
func optionsText(kept json.RawMessage) (string, error) {
	var options []pricing.Option
	if err := json.Unmarshal(kept, &options); err != nil {
		return "", err
	}
	all := make([]string, len(options))
	for i, o := range options {
		all[i] = fmt.Sprintf("%s %s", o.Code, o.Value)
	}
	return strings.Join(all, ", "), nil
}

// OfferPDF returns the document of an offer that the caller may see, in the language asked for. NOT_FOUND for an offer whose customer they do not.
func (s *Service) OfferPDF(ctx context.Context, o *ent.Offer, language *service.Language) (*OfferDocument, error) {
	c, err := s.Client.Customer.Query().Where(customer.ID(o.CustomerID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch("", "offer")
	}
	if err != nil {
		return nil, err
	}
	shown, err := s.shownOffer(ctx, s.Client, o, c, languageFor(c, language))
	if err != nil {
		return nil, err
	}
	if actor, _ := auth.From(ctx); !actor.Has(auth.ScopeStaff) {
		shown = shown.withoutPersonal()
	}
	file, err := shown.pdf(o)
	if err != nil {
		return nil, err
	}
	return &OfferDocument{offerWords[shown.Language].file + ".pdf", "application/pdf", base64.StdEncoding.EncodeToString(file)}, nil
}

// withoutPersonal is the offer without what is known of the customer: a partner sees neither what a price used nor what was measured.
func (o shownOffer) withoutPersonal() shownOffer {
	o.Personal = ""
	for _, section := range o.Sections {
		for i := range section.Lines {
			section.Lines[i].Options = ""
		}
	}
	return o
}

// pdf makes the document of an offer.
func (o shownOffer) pdf(of *ent.Offer) ([]byte, error) {
	words := offerWords[o.Language]
	document := paper.Offer{
		Title: words.title, Company: o.Company.Name, Address: o.Company.Address, Customer: o.Customer,
		Heads: [4]string{words.product, words.quantity, words.price, words.lineTotal}, Notes: []string{fmt.Sprintf(words.until, o.Until)}, Made: of.CreatedAt.UTC(),
	}
	if o.Personal != "" {
		document.Notes = append(document.Notes, o.Personal)
	}
	for _, section := range o.Sections {
		s := paper.Section{Name: section.Name, Sums: []paper.Sum{{Name: words.net, Amount: section.Net}, {Name: words.tax, Amount: section.Tax}, {Name: words.gross, Amount: section.Gross}}}
		for _, line := range section.Lines {
			s.Lines = append(s.Lines, paper.Line(line))
		}
		document.Sections = append(document.Sections, s)
	}
	return document.PDF()
}
