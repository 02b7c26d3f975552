package service

import (
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/attribution"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
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

// soldOrder is an order as far as its credits are concerned.
type soldOrder struct {
	id, customerID       string
	sold                 bool
	completedAt          time.Time
	margin, unattributed money.Amount
	model                attribution.Model // "" where it was never credited
	fit                  string            // by which MARKOV or SHAPLEY credited it; "" is the prior
	status               string
}

const soldOrders = `SELECT o.id, o.customer_id, o.status, o.completed_at, o.margin, o.unattributed, o.credit_model, o.credit_fit FROM orders o WHERE `

func scanSold(scan store.ScanFunc) (soldOrder, error) {
	var o soldOrder
	var completed *time.Time
	var model, fit *string
	err := scan(&o.id, &o.customerID, &o.status, &completed, &o.margin, &o.unattributed, &model, &fit)
	o.sold = completed != nil && (o.status == string(schema.OrderCompleted) || o.status == string(schema.OrderRefunded))
	o.completedAt, o.model, o.fit = deref(completed).UTC(), attribution.Model(deref(model)), deref(fit)
	return o, err
}

// attributionSettings are the choices of now.
func (s *Service) attributionSettings() attribution.Settings {
	settings := s.Settings()
	const day = 24 * time.Hour
	return attribution.Settings{
		Window:   time.Duration(settings.LookBackDays) * day,
		HalfLife: time.Duration(settings.HalfLifeDays.Nano() * int64(day/time.Second)),
	}
}

// crediting is how a margin is split: a model, and the fit whose weights it takes ("" is none, or the prior).
type crediting struct {
	model    attribution.Model
	fit      string
	settings attribution.Settings
}

func (c crediting) split(o soldOrder, before []attribution.Touch) ([]attribution.Credit, error) {
	return attribution.Split(o.margin, o.completedAt, before, c.model, c.settings)
}

// creditingOf gives how an order is credited in the books: as it was at the first time, or else as new orders are.
func (s *Service) creditingOf(ctx context.Context, db store.Reader, o soldOrder, settings attribution.Settings) (crediting, error) {
	if o.model == "" {
		return s.creditingUnder(attribution.Model(s.Settings().AttributionModel), settings), nil
	}
	fit, err := s.fitByID(ctx, db, o.model, o.fit)
	return crediting{o.model, o.fit, withFit(settings, o.model, fit)}, err
}

// creditingUnder gives how a model credits now.
func (s *Service) creditingUnder(model attribution.Model, settings attribution.Settings) crediting {
	newest := s.newestFit(model)
	return crediting{model, newest.id, withFit(settings, model, newest.fit)}
}

// creditingAs gives how an order is credited under a model, nil for its own: the fit of the books where they follow it.
func (s *Service) creditingAs(ctx context.Context, db store.Reader, o soldOrder, model *schema.AttributionModel, settings attribution.Settings) (crediting, error) {
	if model == nil || attribution.Model(*model) == o.model {
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

// storedCredit is a row of credits.
type storedCredit struct {
	id, orderID, contactID string
	position               int
	amount                 money.Amount
	share                  money.Decimal
}

// credit brings the credits and the unattributed part of orders, and what their contacts have realised, up to
// date. The orders' customers must be held by the transaction. Only what changes is written.
func (s *Service) credit(ctx context.Context, tx *store.Tx, orders []soldOrder) error {
	if len(orders) == 0 {
		return nil
	}
	settings := s.attributionSettings()
	touched, err := s.readTouches(ctx, tx, orders, settings, forEver)
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
		if o.sold {
			if wanted, err = by.split(o, touched[o.customerID].before(o, settings)); err != nil {
				return err
			}
		}
		if err := entry.add(s, o, by, wanted, stored[o.id]); err != nil {
			return err
		}
	}
	return entry.write(ctx, tx, s)
}

// ledgerEntry is what crediting changes.
type ledgerEntry struct {
	orders, changed, made [][]any
	gone                  []string
	realised              map[string]money.Amount // by contact, what it gains or loses
}

// add notes what an order's credits are to become.
func (e *ledgerEntry) add(s *Service, o soldOrder, by crediting, wanted []attribution.Credit, stored map[string]storedCredit) error {
	unattributed := money.Amount{}
	if o.sold && len(wanted) == 0 {
		unattributed = o.margin
	}
	if unattributed != o.unattributed || o.sold && o.model == "" {
		e.orders = append(e.orders, []any{o.id, unattributed, string(by.model), nullable(by.fit)})
	}
	for position, c := range wanted {
		if c.Amount.IsZero() && c.Share.IsZero() {
			continue // the model gives it nothing
		}
		before, known := stored[c.ContactID]
		delete(stored, c.ContactID)
		switch {
		case !known:
			e.made = append(e.made, []any{s.ids.Make(id.Credit), o.id, c.ContactID, position, c.Amount, c.Share})
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
	s.booksChanged(ctx, tx)
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

func orderIDs(orders []soldOrder) []string {
	ids := make([]string, len(orders))
	for i, o := range orders {
		ids[i] = o.id
	}
	return ids
}

// ordersToCredit gives, of the orders named, those and whatever else their change moves: where there are
// recommendations of the customer, the first completed order and the orders that recommendations were credited with. With none
// named it looks for the customer's orders whose credits do not sum to their margin.
func (s *Service) ordersToCredit(ctx context.Context, tx *store.Tx, customerID string, named []string) ([]soldOrder, error) {
	var all []soldOrder
	seen := map[string]bool{}
	add := func(scan store.ScanFunc) error {
		o, err := scanSold(scan)
		if err == nil && !seen[o.id] {
			seen[o.id] = true
			all = append(all, o)
		}
		return err
	}
	var err error
	if len(named) > 0 {
		err = store.EachByIDs(ctx, tx, soldOrders+"o.customer_id = ? AND o.id IN @ids", []any{customerID}, named, add)
	} else {
		err = store.Each(ctx, tx, soldOrders+unsettled+" AND o.customer_id = ?", []any{customerID}, add)
	}
	if err != nil {
		return nil, err
	}
	recommended := map[string]*touches{customerID: {}}
	if err := s.readRecommendations(ctx, tx, []string{customerID}, recommended, forEver); err != nil {
		return nil, err
	}
	t := recommended[customerID]
	if len(t.recommended) == 0 {
		return all, nil
	}
	if err := store.Each(ctx, tx, soldOrders+"o.id = ?", []any{t.first}, add); err != nil {
		return nil, err
	}
	contacts := make([]string, len(t.recommended))
	for i, one := range t.recommended {
		contacts[i] = one.ContactID
	}
	return all, store.EachByIDs(ctx, tx, soldOrders+"o.customer_id = ? AND o.id IN (SELECT c.order_id FROM credits c WHERE c.contact_id IN @ids)", []any{customerID}, contacts, add)
}

// unsettled is the condition that an order's credits and unattributed part do not make up its margin.
const unsettled = `(o.status IN ('COMPLETED', 'REFUNDED') AND (o.credit_model IS NULL OR o.margin <> o.unattributed + coalesce((SELECT sum(c.amount) FROM credits c WHERE c.order_id = o.id), 0))
	OR o.status NOT IN ('COMPLETED', 'REFUNDED') AND (o.unattributed <> 0 OR EXISTS (SELECT 1 FROM credits c WHERE c.order_id = o.id)))`
