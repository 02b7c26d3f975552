package sale

import (
	"bytes"
	"context"
	_ "embed"
	htmltemplate "html/template"
	"text/template"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/offer"
	"kopeck/ent/offerline"
	"kopeck/ent/product"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/outbox"
	"kopeck/store"
)

// mailOffer queues the e-mail by which an offer is sent. The offer is SENT from then on; it is a DRAFT again if the message is stopped or given
// up before the customer has answered.
func (s *Service) mailOffer(ctx context.Context, tx *store.Tx, o *ent.Offer, c *ent.Customer, purpose schema.Purpose, level *schema.PermissionLevel) error {
	shown, err := s.shownOffer(ctx, tx, o, c)
	if err != nil {
		return err
	}
	var text, html bytes.Buffer
	if err := offerText.Execute(&text, shown); err != nil {
		return err
	}
	if err := offerHTML.Execute(&html, shown); err != nil {
		return err
	}
	d := outbox.Draft{Purpose: purpose, Level: level, Subject: "Our offer to you", Text: text.String(), HTML: html.String(), OfferID: o.ID}
	if actor, _ := auth.From(ctx); s.people.User(actor.UserID) != nil {
		d.StaffID = actor.UserID
	}
	m, err := s.outbox.Queue(ctx, tx, c, d)
	if err != nil {
		return err
	}
	now := s.Now()
	if err := tx.Offer.UpdateOne(o).SetStatus(schema.OfferSent).SetSentAt(now).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
		return err
	}
	return s.Audit(ctx, tx, "offer.send", o.ID, map[string]any{"channel": schema.ByEmail, "purpose": purpose, "message": m.ID})
}

// shownOffer is an offer as its e-mail shows it. Amounts are texts with the currency.
type shownOffer struct {
	Customer        string
	Lines           []shownLine
	Net, Tax, Gross string
	Until           string
}

// shownLine is a line of an offer as its e-mail shows it.
type shownLine struct{ Product, Quantity, Unit, Total string }

// shownOffer returns what the e-mail of an offer shows: exactly the promised prices.
func (s *Service) shownOffer(ctx context.Context, tx *store.Tx, o *ent.Offer, c *ent.Customer) (shownOffer, error) {
	lines, err := tx.OfferLine.Query().Where(offerline.OfferID(o.ID)).Order(offerline.ByPosition()).All(ctx)
	if err != nil {
		return shownOffer{}, err
	}
	ids := make([]string, len(lines))
	for i, line := range lines {
		ids[i] = line.ProductID
	}
	products, err := tx.Product.Query().Where(product.IDIn(ids...)).All(ctx)
	if err != nil {
		return shownOffer{}, err
	}
	names := make(map[string]string, len(products))
	for _, p := range products {
		names[p.ID] = p.Name
	}
	amount := func(a money.Amount) string { return s.Currency.Format(a) + " " + s.Currency.Code() }
	shown := shownOffer{Customer: c.Name, Until: o.ExpiresAt.In(s.Settings().Zone).Format("2006-01-02 15:04 MST")}
	for _, line := range lines {
		shown.Lines = append(shown.Lines, shownLine{names[line.ProductID], line.Quantity.String(), amount(line.Unit), amount(line.Total)})
	}
	net, err := s.Settings().Taxes.Net(o.Total, o.Tax)
	if err != nil {
		return shownOffer{}, err
	}
	gross, err := s.Settings().Taxes.Gross(o.Total, o.Tax)
	shown.Net, shown.Tax, shown.Gross = amount(net), amount(o.Tax), amount(gross)
	return shown, err
}

var (
	//go:embed offer.txt
	offerTextSource string
	//go:embed offer.html
	offerHTMLSource string

	offerText = template.Must(template.New("offer.txt").Parse(offerTextSource))
	offerHTML = htmltemplate.Must(htmltemplate.New("offer.html").Parse(offerHTMLSource))
)

// offerStands returns why the message by which an offer is sent is not to leave any more, "" if it is.
func (s *Service) offerStands(ctx context.Context, tx *store.Tx, m *ent.Message) (string, error) {
	o, err := tx.Offer.Query().Where(offer.ID(*m.OfferID)).Only(ctx)
	if ent.IsNotFound(err) {
		return "the offer does not exist any more", nil
	}
	if err != nil {
		return "", err
	}
	if status := OfferStatusAt(o, s.Now()); status != schema.OfferSent && status != schema.OfferViewed {
		return "the offer is " + string(status), nil
	}
	return "", nil
}

// offerMessageEnded records the contact by which an offer was sent; without one an offer that the customer has not seen is a DRAFT again.
func (s *Service) offerMessageEnded(ctx context.Context, tx *store.Tx, m *ent.Message, sentBy *ent.Contact) error {
	o, err := tx.Offer.Query().Where(offer.ID(*m.OfferID)).Only(ctx)
	if err != nil {
		return err
	}
	update := tx.Offer.UpdateOne(o).SetUpdatedAt(s.Now()).AddVersion(1)
	switch {
	case sentBy != nil:
		update.SetContactID(sentBy.ID).SetSentAt(sentBy.At)
	case o.Status == schema.OfferSent:
		update.SetStatus(schema.OfferDraft).ClearSentAt()
	default:
		return nil
	}
	if err := update.Exec(ctx); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, o.CustomerID, "Offer")
}

// offerAgain makes an offer SENT whose message is queued again: WRONG_STATE unless it is a DRAFT that has not expired.
func (s *Service) offerAgain(ctx context.Context, tx *store.Tx, m *ent.Message) error {
	o, err := tx.Offer.Query().Where(offer.ID(*m.OfferID)).Only(ctx)
	if err != nil {
		return err
	}
	now := s.Now()
	if status := OfferStatusAt(o, now); status != schema.OfferDraft {
		return fault.New(fault.WrongState, "id", "the message is about an offer that is %s: want one that is a DRAFT", status)
	}
	if err := tx.Offer.UpdateOne(o).SetStatus(schema.OfferSent).SetSentAt(now).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, o.CustomerID, "Offer")
}
