package books

import (
	"context"
	"time"

	"kopeck/attribution"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/store"
)

// Crediting says how the margins of orders are divided.
type Crediting struct {
	Model      *schema.AttributionModel // nil: as the books have each order, or as new orders are credited if they do not have it yet
	Settings   attribution.Settings     // see [Service.AttributionSettings]
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
	touched, err := readTouches(ctx, db, orders, how.Settings.Window, how.RecordedBy)
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
			before := touched[o.CustomerID].before(o, how.Settings.Window)
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

// AttributionSettings returns the installation's present choices.
func (s *Service) AttributionSettings() attribution.Settings {
	settings := s.Settings()
	const day = 24 * time.Hour
	return attribution.Settings{
		Window:   time.Duration(settings.LookBackDays) * day,
		HalfLife: time.Duration(settings.HalfLifeDays.Nano() * int64(day/time.Second)),
	}
}

// methodOf returns how an order is divided. The books keep the model and the fit of the first time; under another model, and the
// first time, the newest fit counts.
func (s *Service) methodOf(ctx context.Context, db store.Reader, o SoldOrder, how Crediting) (method, error) {
	model := attribution.Model(s.Settings().AttributionModel)
	switch {
	case how.Model != nil:
		model = attribution.Model(*how.Model)
	case o.Model != "":
		model = o.Model
	}
	if model == o.Model {
		fit, err := s.fitByID(ctx, db, o.Model, o.Fit)
		return method{o.Model, o.Fit, withFit(how.Settings, o.Model, fit)}, err
	}
	newest := s.NewestFit(model)
	return method{model, newest.ID, withFit(how.Settings, model, newest.fit)}, nil
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
