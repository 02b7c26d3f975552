package offermodel_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"kopeck/money"
	"kopeck/offermodel"
)

// world draws offers whose acceptance is known: it falls by 3 with the gap and rises by 1 for LOYAL customers.
func world(seed uint64, n int) (outcomes []offermodel.Outcome, truth func(offermodel.Offer) float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	truth = func(o offermodel.Offer) float64 {
		score := -0.5 - 3*o.Gap
		if o.Stage == "LOYAL" {
			score++
		}
		return 1 / (1 + math.Exp(-score))
	}
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		o := offermodel.Offer{
			Gap: r.NormFloat64() * 0.3, Stage: []string{"LOYAL", "CUSTOMER"}[r.IntN(2)], Kind: "INDIVIDUAL", Segment: []string{"", "FAST_CHEAP"}[r.IntN(2)],
			Product: fmt.Sprint("p", r.IntN(20)), Season: time.Month(1 + i%12),
		}
		outcomes = append(outcomes, offermodel.Outcome{Offer: o, At: begin.Add(time.Duration(i) * time.Hour), Accepted: r.Float64() < truth(o)})
	}
	return outcomes, truth
}

// TestFitFindsTheTruth compares a fit with the probabilities by which its offers were drawn.
func TestFitFindsTheTruth(t *testing.T) {
	outcomes, truth := world(1, 4000)
	m, err := offermodel.Fit(outcomes)
	if err != nil || !m.Fitted || m.Offers != 4000 {
		t.Fatal(m, err)
	}
	away, fresh := 0.0, func() []offermodel.Outcome { all, _ := world(2, 500); return all }()
	for _, o := range fresh {
		away += math.Abs(m.Probability(o.Offer)-truth(o.Offer)) / float64(len(fresh))
	}
	if away > 0.05 {
		t.Errorf("probabilities are %.3f away from the truth on average", away)
	}
	names, weights := m.Weights()
	if names[1] != "gap" || math.Abs(weights[1]+3) > 0.4 {
		t.Errorf("the weight of %s is %.2f; want some -3", names[1], weights[1])
	}
	again, err := offermodel.Fit(outcomes)
	if err != nil {
		t.Fatal(err)
	}
	if _, same := again.Weights(); fmt.Sprint(same) != fmt.Sprint(weights) {
		t.Error("the same offers gave another model")
	}
}

func TestFewOffersGiveThePrior(t *testing.T) {
	outcomes, _ := world(3, 15)
	m, err := offermodel.Fit(outcomes)
	if err != nil || m.Fitted || m.Offers != 15 {
		t.Fatal(m, err)
	}
	for gap, want := range map[float64]float64{0: 0.3, math.Log(1.1): 0.3 / (0.3 + 0.7*1.1*1.1)} {
		if got := m.Probability(offermodel.Offer{Gap: gap, Stage: "LOYAL"}); math.Abs(got-want) > 1e-12 {
			t.Errorf("the prior at %.3f is %v; want %v", gap, got, want)
		}
	}
}

// TestShrinkage: a level that was met once hardly moves, and all that were separable stay finite.
func TestShrinkage(t *testing.T) {
	outcomes, _ := world(4, 400)
	once := outcomes[0]
	once.Kind, once.Accepted = "TENDER", true
	m, err := offermodel.Fit(append(outcomes, once))
	if err != nil {
		t.Fatal(err)
	}
	a, b := once.Offer, once.Offer
	b.Kind = "WIN_BACK" // never met
	if away := math.Abs(m.Probability(a) - m.Probability(b)); away > 0.1 {
		t.Errorf("one offer moved its kind by %.3f", away)
	}
	var separable []offermodel.Outcome
	for i := range 100 {
		separable = append(separable, offermodel.Outcome{Offer: offermodel.Offer{Gap: float64(i-50) / 50}, Accepted: i < 50})
	}
	if m, err = offermodel.Fit(separable); err != nil {
		t.Fatal(err)
	}
	if p := m.Probability(offermodel.Offer{Gap: 1}); p <= 0 || p > 0.2 {
		t.Errorf("a separable world gives %v", p)
	}
}

func TestCalibration(t *testing.T) {
	outcomes, _ := world(5, 4000)
	c, err := offermodel.Test(outcomes)
	if err != nil || c == nil || c.Offers != 1000 || c.TrainedOn != 3000 {
		t.Fatal(c, err)
	}
	if c.Brier >= c.BaseBrier || c.LogLoss >= c.BaseLogLoss {
		t.Errorf("no better than the base rate: %+v", c)
	}
	offers := 0
	for _, b := range c.Bins {
		offers += b.Offers
		if away := math.Abs(b.Expected - b.Accepted); b.Offers >= 100 && away > 0.1 {
			t.Errorf("%+v", b)
		}
	}
	if offers != c.Offers {
		t.Errorf("%d offers in the bins of %d", offers, c.Offers)
	}
	if few, err := offermodel.Test(outcomes[:60]); few != nil || err != nil {
		t.Errorf("tested on 15 offers: %v, %v", few, err)
	}
}

func TestRank(t *testing.T) {
	ranked, err := offermodel.Rank([]offermodel.Candidate{
		{ID: "dear", Margin: money.Minor(100000), Cost: money.Minor(5000), Probability: 0.1},
		{ID: "likely", Margin: money.Minor(20000), Cost: money.Minor(5000), Probability: 0.9},
		{ID: "loss", Margin: money.Minor(-100), Cost: money.Minor(0), Probability: 0.9},
		{ID: "nothing", Margin: money.Minor(10000), Cost: money.Minor(5000), Probability: 0.5},
		{ID: "a tie", Margin: money.Minor(100000), Cost: money.Minor(5000), Probability: 0.1},
		{ID: "rounded", Margin: money.Minor(3), Cost: money.Minor(0), Probability: 0.5}, // 1.5 is even 2
	})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, r := range ranked {
		got += fmt.Sprintf("%s %s %d; ", r.ID, r.Chance, r.Net.Minor())
	}
	if want := "likely 0.9 13000; a tie 0.1 5000; dear 0.1 5000; rounded 0.5 2; "; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if _, err := offermodel.Rank([]offermodel.Candidate{{Margin: money.Minor(math.MinInt64), Cost: money.Minor(math.MaxInt64), Probability: 1}}); err == nil {
		t.Error("no error of an overflow")
	}
}
