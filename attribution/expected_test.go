package attribution_test

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"kopeck/attribution"
	"kopeck/money"
)

func TestExpectedByHand(t *testing.T) {
	t.Parallel()
	groups := map[attribution.Group]attribution.Earned{
		{Kind: "INFO_CALL", Channel: "PHONE", Stage: "FRIEND"}:   {Contacts: 10, Realised: money.Minor(100_000)},
		{Kind: "INFO_CALL", Channel: "PHONE", Stage: "CUSTOMER"}: {Contacts: 30, Realised: money.Minor(900_000)},
		{Kind: "EMAIL", Channel: "EMAIL", Stage: "FRIEND"}:       {Contacts: 60, Realised: money.Minor(0)},
	}
	e, err := attribution.NewExpectations(groups, 20)
	if err != nil {
		t.Fatal(err)
	}
	// All: 1,000,000/100 = 10,000. Calls, and calls by phone: n 40, sum 1,000,000:
	// (1,000,000 + 20*10,000)/60 = 20,000, then (1,000,000 + 20*20,000)/60 = 23,333 1/3.
	// Of friends: (100,000 + 20*23,333 1/3)/30 = 18,888 8/9.
	for g, want := range map[attribution.Group]int64{
		{Kind: "INFO_CALL", Channel: "PHONE", Stage: "FRIEND"}: 18_889,
		{Kind: "INFO_CALL", Channel: "PHONE", Stage: "LOYAL"}:  23_333,
		{Kind: "INFO_CALL", Channel: "WEB", Stage: "LOYAL"}:    20_000,
		{Kind: "VISIT", Channel: "VISIT", Stage: "LOYAL"}:      10_000,
	} {
		t.Run(fmt.Sprintf("%+v", g), func(t *testing.T) {
			if got, err := e.Of(g); err != nil || got.Minor() != want {
				t.Errorf("%v: %d, want %d (%v)", g, got.Minor(), want, err)
			}
		})
	}
	none, err := attribution.NewExpectations(nil, 20)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := none.Of(attribution.Group{Kind: "VISIT"}); err != nil || !got.IsZero() {
		t.Errorf("of no contacts: %d (%v)", got.Minor(), err)
	}
}

// What is expected lies between the means of the group and of what is greater; a group's own mean wins as it grows, and the
// whole is expected to earn what it did, in as far as one group is all there is.
func TestExpectedLiesBetween(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		groups := map[attribution.Group]attribution.Earned{}
		var means []*big.Rat
		for range rapid.IntRange(1, 6).Draw(t, "groups") {
			g := attribution.Group{
				Kind:    rapid.SampledFrom([]string{"A", "B"}).Draw(t, "kind"),
				Channel: rapid.SampledFrom([]string{"A", "B"}).Draw(t, "channel"),
				Stage:   rapid.SampledFrom([]string{"A", "B"}).Draw(t, "stage"),
			}
			n := rapid.Int64Range(1, 1000).Draw(t, "n")
			groups[g] = attribution.Earned{Contacts: n, Realised: money.Minor(rapid.Int64Range(-1e9, 1e9).Draw(t, "realised"))}
		}
		for _, earned := range groups {
			means = append(means, big.NewRat(earned.Realised.Minor(), earned.Contacts))
		}
		e, err := attribution.NewExpectations(groups, rapid.Int64Range(1, 100).Draw(t, "strength"))
		if err != nil {
			t.Fatal(err)
		}
		low, high := means[0], means[0]
		for _, mean := range means {
			if mean.Cmp(low) < 0 {
				low = mean
			}
			if mean.Cmp(high) > 0 {
				high = mean
			}
		}
		for g, earned := range groups {
			got, err := e.Of(g)
			if err != nil {
				t.Fatal(err)
			}
			one := big.NewRat(1, 1) // what rounding may do
			if got.Rat().Cmp(new(big.Rat).Sub(low, one)) < 0 || got.Rat().Cmp(new(big.Rat).Add(high, one)) > 0 {
				t.Fatalf("%v: %d is not between %v and %v", g, got.Minor(), low, high)
			}
			if e.Group(g) != earned {
				t.Fatalf("%v earned %v, want %v", g, e.Group(g), earned)
			}
			if mean, _ := money.Round(big.NewRat(earned.Realised.Minor(), earned.Contacts)); len(groups) == 1 && got != mean {
				t.Fatalf("the only group: %d, want its mean %d", got.Minor(), mean.Minor())
			}
		}
	})
}
