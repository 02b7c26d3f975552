package books

import (
	"cmp"
	"context"
	"slices"
	"time"

	"kopeck/attribution"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// Crediting says how the margins of orders are divided.
type Crediting struct {
	Model      *schema.AttributionModel // nil: as the books have each order, or as new orders are credited if they do not have it yet
	RecordedBy time.Time                // contacts that were recorded later do not count; service.EndOfTime for all
}

// Division is how the margin of an order is divided among contacts.
type Division struct {
	Order   SoldOrder
	Credits []attribution.Credit // they sum to the margin; none if the order is not sold or no contact earned it
	method  method
}

// method is how a margin is divided: by a model, with the fit whose weights it takes ("" is none, or the prior).
type method struct {
	model    attribution.Model
	fit      string
	settings attribution.Settings
}

// Divide divides the margins of orders among the contacts before them, and returns a division for each order, in their order. It
// writes nothing.
func (s *Service) Divide(ctx context.Context, db store.Reader, orders []SoldOrder, how Crediting) ([]Division, error) {
	if len(orders) == 0 {
		return nil, nil
	}
	touched, err := readTouches(ctx, db, orders, s.MaxWindow(), how.RecordedBy)
	if err != nil {
		return nil, err
	}
	divisions := make([]Division, len(orders))
	for i, o := range orders {
		d := Division{Order: o}
		if d.method, err = s.methodOf(ctx, db, o, how); err != nil {
			return nil, err
		}
		if o.Sold {
			before := touched[o.CustomerID].before(o, d.method.settings.Window)
			if d.Credits, err = attribution.Split(o.Margin, o.CompletedAt, before, d.method.model, d.method.settings); err != nil {
				return nil, err
			}
		}
		divisions[i] = d
	}
	return divisions, nil
}

// Earned returns what each contact earns of divided orders. Contacts that earn nothing are left out. Error: money.ErrOverflow.
func Earned(divisions []Division) (map[string]money.Amount, error) {
	earned := map[string]money.Amount{}
	for _, d := range divisions {
		for _, c := range d.Credits {
			if c.Amount.IsZero() {
				continue
			}
			var err error
			if earned[c.ContactID], err = earned[c.ContactID].Plus(c.Amount); err != nil {
				return nil, err
			}
		}
	}
	return earned, nil
}

const day = 24 * time.Hour

// MaxWindow is the longest look-back window that orders of any time have.
func (s *Service) MaxWindow() time.Duration {
	return time.Duration(s.Settings().MaxLookBack()) * day
}

// AttributionSettings returns the installation's choices for orders that were completed at a moment: a change of the window or the
// half-life holds for orders completed from then on.
func (s *Service) AttributionSettings(completedAt time.Time) attribution.Settings {
	settings := s.SettingsAt(completedAt)
	return attribution.Settings{
		Window:   time.Duration(settings.LookBackDays) * day,
		HalfLife: time.Duration(settings.HalfLifeDays.Nano() * int64(day/time.Second)),
	}
}

// ModelAt returns the model by which an order is credited that was completed at a moment and is not credited yet.
func (s *Service) ModelAt(completedAt time.Time) attribution.Model {
	return attribution.Model(s.SettingsAt(completedAt).AttributionModel)
}

// methodOf returns how an order is divided. The books keep the model and the fit of the first time; under another model, and the
// first time, the newest fit counts. The first model, the window and the half-life are those of the order's completion.
func (s *Service) methodOf(ctx context.Context, db store.Reader, o SoldOrder, how Crediting) (method, error) {
	model, settings := s.ModelAt(o.CompletedAt), s.AttributionSettings(o.CompletedAt)
	switch {
	case how.Model != nil:
		model = attribution.Model(*how.Model)
	case o.Model != "":
		model = o.Model
	}
	if model == o.Model {
		fit, err := s.fitByID(ctx, db, o.Model, o.Fit)
		return method{o.Model, o.Fit, withFit(settings, o.Model, fit)}, err
	}
	newest := s.NewestFit(model)
	return method{model, newest.ID, withFit(settings, model, newest.fit)}, nil
}

func withFit(settings attribution.Settings, model attribution.Model, fit *attribution.Fit) attribution.Settings {
	if model == attribution.Markov {
		settings.Markov = fit
	} else {
		settings.Shapley = fit
	}
	return settings
}

// isNothing reports whether a model gives a contact nothing: neither an amount nor a share.
func isNothing(c attribution.Credit) bool { return c.Amount.IsZero() && c.Share.IsZero() }

// WrongCredits returns those orders of customers whose stored credits are not those of their model and of the settings that held at
// their completion.
func (s *Service) WrongCredits(ctx context.Context, tx *store.Tx, customerIDs []string) (wrong []SoldOrder, err error) {
	contacted, err := contactedCustomers(ctx, tx, customerIDs)
	if err != nil {
		return nil, err
	}
	orders, err := soldOfCustomers(ctx, tx, contacted)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(orders, func(a, b SoldOrder) int { return cmp.Compare(a.ID, b.ID) })
	for some := range slices.Chunk(orders, ordersTogether) {
		divisions, err := s.Divide(ctx, tx, some, Crediting{RecordedBy: service.EndOfTime})
		if err != nil {
			return nil, err
		}
		stored, err := creditsOfOrders(ctx, tx, orderIDs(some))
		if err != nil {
			return nil, err
		}
		for _, d := range divisions {
			changes := creditChanges{realised: map[string]money.Amount{}}
			if err := changes.add(s.IDs, d, stored[d.Order.ID]); err != nil {
				return nil, err
			}
			if len(changes.orders)+len(changes.changed)+len(changes.made)+len(changes.gone) > 0 {
				wrong = append(wrong, d.Order)
			}
		}
	}
	return wrong, nil
}
