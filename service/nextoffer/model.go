package nextoffer

import (
	"context"
	"fmt"
	"math"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/offermodel"
	"kopeck/schema"
)

// keptDays is for how many days what is known is kept in memory.
const keptDays = 4

// known is what a day's proposals rest on: all that was recorded before it began, so that every process has the same, all day and later.
type known struct {
	model       *offermodel.Model
	calibration *offermodel.Calibration
	costs       map[schema.Channel]money.Amount // the mean cost of a contact by a channel, in the year before
	note        string
}

// knownOn returns what the day of a moment rests on, and when it began.
func (s *Service) knownOn(ctx context.Context, at time.Time) (*known, time.Time, error) {
	settings := s.Settings()
	day := settings.StartOfDay(costing.Day(at, settings.Zone)).UTC()
	s.mu.Lock()
	defer s.mu.Unlock() // one reads and fits, the others wait for it
	if k := s.days[day]; k != nil {
		return k, day, nil
	}
	k, err := s.read(ctx, day)
	if err != nil {
		return nil, day, err
	}
	if len(s.days) >= keptDays {
		clear(s.days)
	}
	s.days[day] = k
	return k, day, nil
}

// read reads and fits what is known on a day.
func (s *Service) read(ctx context.Context, day time.Time) (*known, error) {
	outcomes, err := s.outcomes(ctx, day)
	if err != nil {
		return nil, err
	}
	k := &known{}
	if k.model, err = offermodel.Fit(outcomes); err != nil {
		k.model, k.note = offermodel.Prior(), fmt.Sprintf("the fit failed, the prior stands in: %s", err)
		k.model.Offers = len(outcomes)
	}
	if k.calibration, err = offermodel.Test(outcomes); err != nil {
		k.calibration = nil
	}
	k.costs, err = s.contactCosts(ctx, day)
	return k, err
}

// AcceptanceModel returns the model of the day of a moment. INVALID on at for a moment in the future.
func (s *Service) AcceptanceModel(ctx context.Context, at *time.Time) (*AcceptanceModel, error) {
	moment, err := s.PastMoment("at", at)
	if err != nil {
		return nil, err
	}
	k, day, err := s.knownOn(ctx, moment)
	if err != nil {
		return nil, err
	}
	m := &AcceptanceModel{AsOf: day, Offers: k.model.Offers, Accepted: k.model.Accepted, Fitted: k.model.Fitted, Calibration: calibrationOf(k.calibration), Notes: []string{}}
	names, weights := k.model.Weights()
	for i, name := range names {
		m.Terms = append(m.Terms, &Term{name, rounded(weights[i])})
	}
	if k.note != "" {
		m.Notes = append(m.Notes, k.note)
	} else if !m.Fitted {
		m.Notes = append(m.Notes, fmt.Sprintf("a fit needs %d offers that were accepted and %d that were not: the prior stands in", offermodel.MinOfEach, offermodel.MinOfEach))
	}
	if m.Calibration == nil {
		m.Notes = append(m.Notes, "there are too few offers to test it on some that it has not seen")
	} else if k.calibration.LogLoss >= k.calibration.BaseLogLoss {
		m.Notes = append(m.Notes, "on offers that it had not seen it was no better than the share that was accepted before")
	}
	m.Notes = append(m.Notes, "it says what was observed: customers who are named other prices may differ from others")
	return m, nil
}

func calibrationOf(c *offermodel.Calibration) *Calibration {
	if c == nil {
		return nil
	}
	shown := &Calibration{Offers: c.Offers, Brier: rounded(c.Brier), BaseBrier: rounded(c.BaseBrier), LogLoss: rounded(c.LogLoss), BaseLogLoss: rounded(c.BaseLogLoss)}
	for _, b := range c.Bins {
		shown.Bins = append(shown.Bins, &Bin{rounded(b.From), rounded(b.To), b.Offers, rounded(b.Expected), rounded(b.Accepted)})
	}
	return shown
}

// rounded rounds a figure of a statistical model half to even to 6 places.
func rounded(figure float64) money.Decimal {
	return money.Nano(int64(math.RoundToEven(figure*1e6)) * 1000)
}
