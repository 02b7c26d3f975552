package books

import (
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/attribution"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// The ledger credits the margin of every sold order to contacts. Sold is what is COMPLETED or, given back in
// full, REFUNDED: the margin of the latter is what its goods had cost, and the contacts that brought it bear that.
//
// What an order's contacts are: the customer's own in the look-back window before the order's completion and, for
// the customer's first completed order, every RECOMMENDATION about the customer made before it, whoever made it.
// The model is the one that was set when the order was first credited, with the fit that it had then, and both stay with the
// order; the window and the half-life are those of now. Everything else follows from the facts alone, so every order in which they arrive
// ends in the same books.

// SoldOrder is an order as far as its credits are concerned.
type SoldOrder struct {
	ID, CustomerID       string
	Sold                 bool
	CompletedAt          time.Time
	Margin, unattributed money.Amount
	Model                attribution.Model // "" where it was never credited
	Fit                  string            // by which MARKOV or SHAPLEY credited it; "" is the prior
	Status               string
}

// SoldOrders begins a query that [ScanSold] scans; a condition on orders o follows.
const SoldOrders = `SELECT o.id, o.customer_id, o.status, o.completed_at, o.margin, o.unattributed, o.credit_model, o.credit_fit FROM orders o WHERE `

// crediting is how a margin is split: a model, and the fit whose weights it takes ("" is none, or the prior).
type crediting struct {
	model    attribution.Model
	fit      string
	settings attribution.Settings
}

// storedCredit is a row of credits.
type storedCredit struct {
	id, orderID, contactID string
	position               int
	amount                 money.Amount
	share                  money.Decimal
}

// ledgerEntry is what crediting changes.
type ledgerEntry struct {
	orders, changed, made [][]any
	gone                  []string
	realised              map[string]money.Amount // by contact, what it gains or loses
}

// Unsettled is the condition that an order's credits and unattributed part do not make up its margin.
const Unsettled = `(o.status IN ('COMPLETED', 'REFUNDED') AND (o.credit_model IS NULL OR o.margin <> o.unattributed + coalesce((SELECT sum(c.amount) FROM credits c WHERE c.order_id = o.id), 0))
	OR o.status NOT IN ('COMPLETED', 'REFUNDED') AND (o.unattributed <> 0 OR EXISTS (SELECT 1 FROM credits c WHERE c.order_id = o.id)))`

// ScanSold scans an order as far as its credits are concerned.
func ScanSold(scan store.ScanFunc) (SoldOrder, error) {
	var o SoldOrder
	var completed *time.Time
	var model, fit *string
	err := scan(&o.ID, &o.CustomerID, &o.Status, &completed, &o.Margin, &o.unattributed, &model, &fit)
	o.Sold = completed != nil && (o.Status == string(schema.OrderCompleted) || o.Status == string(schema.OrderRefunded))
	o.CompletedAt, o.Model, o.Fit = input.OrZero(completed).UTC(), attribution.Model(input.OrZero(model)), input.OrZero(fit)
	return o, err
}

// AttributionSettings are the choices of now.
func (s *Service) AttributionSettings() attribution.Settings {
	settings := s.Settings()
	const day = 24 * time.Hour
	return attribution.Settings{
		Window:   time.Duration(settings.LookBackDays) * day,
		HalfLife: time.Duration(settings.HalfLifeDays.Nano() * int64(day/time.Second)),
	}
}

// Split gives an order's margin to the contacts before it.
func (c crediting) Split(o SoldOrder, before []attribution.Touch) ([]attribution.Credit, error) {
	return attribution.Split(o.Margin, o.CompletedAt, before, c.model, c.settings)
}

// creditingOf gives how an order is credited in the books: as it was at the first time, or else as new orders are.
func (s *Service) creditingOf(ctx context.Context, db store.Reader, o SoldOrder, settings attribution.Settings) (crediting, error) {
	if o.Model == "" {
		return s.creditingUnder(attribution.Model(s.Settings().AttributionModel), settings), nil
	}
	fit, err := s.fitByID(ctx, db, o.Model, o.Fit)
	return crediting{o.Model, o.Fit, withFit(settings, o.Model, fit)}, err
}

// creditingUnder gives how a model credits now.
func (s *Service) creditingUnder(model attribution.Model, settings attribution.Settings) crediting {
	newest := s.NewestFit(model)
	return crediting{model, newest.ID, withFit(settings, model, newest.fit)}
}

// CreditingAs gives how an order is credited under a model, nil for its own: the fit of the books where they follow it.
func (s *Service) CreditingAs(ctx context.Context, db store.Reader, o SoldOrder, model *schema.AttributionModel, settings attribution.Settings) (crediting, error) {
	if model == nil || attribution.Model(*model) == o.Model {
		return s.creditingOf(ctx, db, o, settings)
	}
	return s.creditingUnder(attribution.Model(*model), settings), nil
}

func withFit(settings attribution.Settings, model attribution.Model, fit *attribution.Fit) attribution.Settings {
	if model == attribution.Markov {
		settings.Markov = fit
	} else {
		settings.Shapley = fit
	}
	return settings
}

// Credit brings the credits and the unattributed part of orders, and what their contacts have realised, up to
// date. The orders' customers must be held by the transaction. Only what changes is written.
func (s *Service) Credit(ctx context.Context, tx *store.Tx, orders []SoldOrder) error {
	if len(orders) == 0 {
		return nil
	}
	settings := s.AttributionSettings()
	touched, err := s.ReadTouches(ctx, tx, orders, settings, service.EndOfTime)
	if err != nil {
		return err
	}
	stored := map[string]map[string]storedCredit{} // by order and contact
	err = store.EachByIDs(ctx, tx, "SELECT id, order_id, contact_id, position, amount, share FROM credits WHERE order_id IN @ids", nil, orderIDs(orders), func(scan store.ScanFunc) error {
		var c storedCredit
		err := scan(&c.id, &c.orderID, &c.contactID, &c.position, &c.amount, &c.share)
		if stored[c.orderID] == nil {
			stored[c.orderID] = map[string]storedCredit{}
		}
		stored[c.orderID][c.contactID] = c
		return err
	})
	if err != nil {
		return err
	}
	entry := ledgerEntry{realised: map[string]money.Amount{}}
	for _, o := range orders {
		var wanted []attribution.Credit
		by, err := s.creditingOf(ctx, tx, o, settings)
		if err != nil {
			return err
		}
		if o.Sold {
			if wanted, err = by.Split(o, touched[o.CustomerID].Before(o, settings)); err != nil {
				return err
			}
		}
		if err := entry.add(s, o, by, wanted, stored[o.ID]); err != nil {
			return err
		}
	}
	return entry.write(ctx, tx, s)
}

// add notes what an order's credits are to become.
func (e *ledgerEntry) add(s *Service, o SoldOrder, by crediting, wanted []attribution.Credit, stored map[string]storedCredit) error {
	unattributed := money.Amount{}
	if o.Sold && len(wanted) == 0 {
		unattributed = o.Margin
	}
	if unattributed != o.unattributed || o.Sold && o.Model == "" {
		e.orders = append(e.orders, []any{o.ID, unattributed, string(by.model), service.Nullable(by.fit)})
	}
	for position, c := range wanted {
		if c.Amount.IsZero() && c.Share.IsZero() {
			continue // the model gives it nothing
		}
		before, known := stored[c.ContactID]
		delete(stored, c.ContactID)
		switch {
		case !known:
			e.made = append(e.made, []any{s.IDs.Make(id.Credit), o.ID, c.ContactID, position, c.Amount, c.Share})
		case before.amount != c.Amount || before.share != c.Share || before.position != position:
			e.changed = append(e.changed, []any{before.id, position, c.Amount, c.Share})
		}
		if err := e.gain(c.ContactID, c.Amount, before.amount); err != nil {
			return err
		}
	}
	for _, contact := range slices.Sorted(maps.Keys(stored)) {
		e.gone = append(e.gone, stored[contact].id)
		if err := e.gain(contact, money.Amount{}, stored[contact].amount); err != nil {
			return err
		}
	}
	return nil
}

func (e *ledgerEntry) gain(contact string, now, before money.Amount) error {
	more, err := now.Minus(before)
	if err != nil {
		return err
	}
	e.realised[contact], err = e.realised[contact].Plus(more)
	return err
}

// write writes the changes. What contacts realised is written as a difference: a recommendation's contact belongs to
// another customer, whom this transaction does not hold.
func (e *ledgerEntry) write(ctx context.Context, tx *store.Tx, s *Service) error {
	s.BooksChanged(ctx, tx)
	for some := range slices.Chunk(e.gone, store.IDsPerStatement) {
		if _, err := tx.Exec(ctx, "DELETE FROM credits WHERE id IN ("+store.Placeholders(len(some))+")", store.Args(some)...); err != nil {
			return err
		}
	}
	if err := tx.UpdateRows(ctx, "credits", "position = v.column2, amount = v.column3, share = v.column4", []store.ColumnType{store.IntColumn, store.IntColumn, store.IntColumn}, e.changed); err != nil {
		return err
	}
	if err := tx.InsertRows(ctx, "credits", []string{"id", "order_id", "contact_id", "position", "amount", "share"}, e.made); err != nil {
		return err
	}
	var realised [][]any
	for _, contact := range slices.Sorted(maps.Keys(e.realised)) {
		if more := e.realised[contact]; !more.IsZero() {
			realised = append(realised, []any{contact, more})
		}
	}
	if err := tx.UpdateRows(ctx, "contacts", "realised = realised + v.column2", []store.ColumnType{store.IntColumn}, realised); err != nil {
		return err
	}
	const set = "unattributed = v.column2, credit_model = coalesce(credit_model, v.column3), credit_fit = CASE WHEN credit_model IS NULL THEN v.column4 ELSE credit_fit END"
	return tx.UpdateRows(ctx, "orders", set, []store.ColumnType{store.IntColumn, store.TextColumn, store.TextColumn}, e.orders)
}

func orderIDs(orders []SoldOrder) []string {
	ids := make([]string, len(orders))
	for i, o := range orders {
		ids[i] = o.ID
	}
	return ids
}

// ordersToCredit gives, of the orders named, those and whatever else their change moves: where there are
// recommendations of the customer, the first completed order and the orders that recommendations were credited with. With none
// named it looks for the customer's orders whose credits do not sum to their margin.
func (s *Service) ordersToCredit(ctx context.Context, tx *store.Tx, customerID string, named []string) ([]SoldOrder, error) {
	var all []SoldOrder
	seen := map[string]bool{}
	add := func(scan store.ScanFunc) error {
		o, err := ScanSold(scan)
		if err == nil && !seen[o.ID] {
			seen[o.ID] = true
			all = append(all, o)
		}
		return err
	}
	var err error
	if len(named) > 0 {
		err = store.EachByIDs(ctx, tx, SoldOrders+"o.customer_id = ? AND o.id IN @ids", []any{customerID}, named, add)
	} else {
		err = store.Each(ctx, tx, SoldOrders+Unsettled+" AND o.customer_id = ?", []any{customerID}, add)
	}
	if err != nil {
		return nil, err
	}
	recommended := map[string]*touches{customerID: {}}
	if err := s.readRecommendations(ctx, tx, []string{customerID}, recommended, service.EndOfTime); err != nil {
		return nil, err
	}
	t := recommended[customerID]
	if len(t.recommended) == 0 {
		return all, nil
	}
	if err := store.Each(ctx, tx, SoldOrders+"o.id = ?", []any{t.first}, add); err != nil {
		return nil, err
	}
	contacts := make([]string, len(t.recommended))
	for i, one := range t.recommended {
		contacts[i] = one.ContactID
	}
	return all, store.EachByIDs(ctx, tx, SoldOrders+"o.customer_id = ? AND o.id IN (SELECT c.order_id FROM credits c WHERE c.contact_id IN @ids)", []any{customerID}, contacts, add)
}
