package experiment_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"kopeck/experiment"
	"kopeck/money"
)

func arms(shares ...string) []experiment.Arm {
	all := make([]experiment.Arm, len(shares))
	for i, share := range shares {
		all[i] = experiment.Arm{Code: fmt.Sprintf("arm%d", i), Share: money.MustDecimal(share)}
	}
	return all
}

func TestCheck(t *testing.T) {
	t.Parallel()
	twice := arms("0.5", "0.5")
	twice[1].Code = "arm0"
	for name, c := range map[string]struct {
		arms []experiment.Arm
		want string
	}{
		"two":           {arms("0.1", "0.9"), ""},
		"three":         {arms("0.333333", "0.333333", "0.333334"), ""},
		"one":           {arms("1"), "want 2 to 10 arms"},
		"eleven":        {make([]experiment.Arm, 11), "want 2 to 10 arms"},
		"twice":         {twice, "the arm arm0 is there twice"},
		"too little":    {arms("0.5", "0.4"), "the shares sum to 0.9: want 1"},
		"too much":      {arms("0.5", "0.6"), "the shares sum to 1.1: want 1"},
		"nobody":        {arms("0", "1"), "want a share above 0, at most 1"},
		"seven places":  {arms("0.1234567", "0.8765433"), "want at most 6 places"},
		"less than all": {arms("-0.5", "1.5"), "want a share above 0, at most 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if err := experiment.Check(c.arms); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestAssignVector holds the assignment to what it has been: another one would move the customers of experiments that run.
func TestAssignVector(t *testing.T) {
	t.Parallel()
	got := ""
	for i := range 24 {
		got += experiment.Assign("salt", "autumn", fmt.Sprintf("cus_%d", i), arms("0.2", "0.3", "0.5"))[3:]
	}
	if got != assigned {
		t.Errorf("assigned %s, want %s", got, assigned)
	}
}

const assigned = "022100112112212121220211"

// TestShares draws experiments and holds the parts of their customers to the shares, by the chi-squared statistic.
func TestShares(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 5).Draw(t, "arms")
		weights := make([]int64, n)
		left := int64(100)
		for i := range weights[1:] {
			weights[i] = rapid.Int64Range(1, left-int64(n-i-1)).Draw(t, "share")
			left -= weights[i]
		}
		weights[n-1] = left
		all := make([]experiment.Arm, n)
		for i, w := range weights {
			all[i] = experiment.Arm{Code: fmt.Sprint(i), Share: money.Nano(w * 1e7)}
		}
		if err := experiment.Check(all); err != nil {
			t.Fatal(err)
		}
		salt, code := rapid.String().Draw(t, "salt"), rapid.String().Draw(t, "code")
		const customers = 2000
		counts := map[string]int{}
		for i := range customers {
			counts[experiment.Assign(salt, code, fmt.Sprintf("cus_%d", i), all)]++
		}
		statistic := 0.0
		for i, w := range weights {
			want := customers * float64(w) / 100
			got := float64(counts[fmt.Sprint(i)])
			statistic += (got - want) * (got - want) / want
		}
		if statistic > 45 { // of 4 degrees of freedom once in 250 million draws
			t.Fatalf("%v of %d by the shares %v", counts, customers, weights)
		}
	})
}

// TestAssignmentIsAlone holds that other experiments, arms of which the order stays, and other customers change nobody's arm, and that two
// experiments part the same customers independently.
func TestAssignmentIsAlone(t *testing.T) {
	t.Parallel()
	half := arms("0.5", "0.5")
	both := [2][2]int{}
	const customers = 8000
	for i := range customers {
		customer := fmt.Sprintf("cus_%d", i)
		one := experiment.Assign("a", "one", customer, half)
		if again := experiment.Assign("a", "one", customer, half); again != one {
			t.Fatalf("%s is in %s and in %s", customer, one, again)
		}
		other := experiment.Assign("b", "one", customer, half)
		both[one[3]-'0'][other[3]-'0']++
		if wider := experiment.Assign("a", "one", customer, arms("0.7", "0.3")); one == "arm0" && wider != "arm0" {
			t.Fatalf("%s leaves an arm that has grown", customer)
		}
	}
	for _, row := range both {
		for _, n := range row {
			if math.Abs(float64(n)-customers/4) > 6*math.Sqrt(customers*3/16) {
				t.Fatalf("the arms of two experiments are not independent: %v", both)
			}
		}
	}
	if experiment.Assign("ab", "c", "d", half) == experiment.Assign("a", "bc", "d", half) && experiment.Assign("ab", "c", "e", half) == experiment.Assign("a", "bc", "e", half) &&
		experiment.Assign("ab", "c", "f", half) == experiment.Assign("a", "bc", "f", half) && experiment.Assign("ab", "c", "g", half) == experiment.Assign("a", "bc", "g", half) &&
		experiment.Assign("ab", "c", "h", half) == experiment.Assign("a", "bc", "h", half) {
		t.Error("two experiments whose salts and codes are one text assign alike")
	}
}

// TestSample holds sums against the plain formulas.
func TestSample(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 30, 60).Draw(t, "values")
		zeros := rapid.IntRange(0, 40).Draw(t, "zeros")
		var added, one experiment.Sample
		for _, v := range values {
			added.Add(v)
			one.Add(v)
		}
		added.AddZeros(zeros)
		for range zeros {
			one.Add(0)
		}
		var other experiment.Sample
		other.AddZeros(30)
		a, _ := experiment.Means(added, other)
		b, _ := experiment.Means(one, other)
		for _, pair := range [][2]float64{{a.Value, b.Value}, {a.Low, b.Low}, {a.High, b.High}, {added.Mean(), one.Mean()}, {float64(added.Count()), float64(one.Count())}} {
			if math.Abs(pair[0]-pair[1]) > 1e-6*(1+math.Abs(pair[1])) {
				t.Fatalf("%v and %v", a, b)
			}
		}
	})
}

func TestTooFew(t *testing.T) {
	t.Parallel()
	var few, many experiment.Sample
	few.AddZeros(experiment.Fewest - 1)
	many.AddZeros(experiment.Fewest)
	if _, ok := experiment.Means(few, many); ok {
		t.Error("bounds of the means of too few")
	}
	if _, ok := experiment.Drawn(many, few, 30); ok {
		t.Error("bounds of the value of too few")
	}
	if _, ok := experiment.Rates(1, experiment.Fewest-1, 1, experiment.Fewest); ok {
		t.Error("bounds of the rates of too few")
	}
	if got, ok := experiment.Means(many, many); !ok || got != (experiment.Interval{}) {
		t.Errorf("the difference of values that are all 0 is %v, %v", got, ok)
	}
}

// coverage returns how many of 100 simulated worlds the bounds held the truth in.
func coverage(worlds int, world func(random *rand.Rand) (truth float64, got experiment.Interval)) float64 {
	random := rand.New(rand.NewPCG(7, 15))
	held := 0
	for range worlds {
		truth, got := world(random)
		if got.Low <= truth && truth <= got.High {
			held++
		}
	}
	return 100 * float64(held) / float64(worlds)
}

// TestCoverage simulates worlds in which the truth is known: of customers who mostly buy nothing, and otherwise for amounts of a long tail.
func TestCoverage(t *testing.T) {
	t.Parallel()
	spend := func(random *rand.Rand, rate, scale float64) float64 {
		if random.Float64() >= rate {
			return 0
		}
		return scale * math.Exp(0.8*random.NormFloat64())
	}
	mean := func(rate, scale float64) float64 { return rate * scale * math.Exp(0.8*0.8/2) }
	check := func(t *testing.T, got float64) {
		t.Helper()
		if got < 77 || got > 83 {
			t.Errorf("the bounds held in %.1f of 100 worlds", got)
		}
	}
	for _, c := range []struct {
		n, other    int
		rate, lower float64
	}{{100, 400, 0.3, 0.3}, {400, 100, 0.35, 0.3}, {1000, 1000, 0.12, 0.1}, {300, 2700, 0.2, 0.15}} {
		name := fmt.Sprintf("%d and %d", c.n, c.other)
		t.Run("means of "+name, func(t *testing.T) {
			t.Parallel()
			check(t, coverage(2000, func(random *rand.Rand) (float64, experiment.Interval) {
				var a, b experiment.Sample
				for range c.n {
					a.Add(spend(random, c.rate, 1200))
				}
				for range c.other {
					b.Add(spend(random, c.lower, 1000))
				}
				got, _ := experiment.Means(a, b)
				return mean(c.rate, 1200) - mean(c.lower, 1000), got
			}))
		})
		t.Run("rates of "+name, func(t *testing.T) {
			t.Parallel()
			check(t, coverage(6000, func(random *rand.Rand) (float64, experiment.Interval) {
				a, b := 0, 0
				for range c.n {
					if random.Float64() < c.rate {
						a++
					}
				}
				for range c.other {
					if random.Float64() < c.lower {
						b++
					}
				}
				got, _ := experiment.Rates(a, c.n, b, c.other)
				return c.rate - c.lower, got
			}))
		})
		t.Run("drawn of "+name, func(t *testing.T) {
			t.Parallel()
			check(t, coverage(6000, func(random *rand.Rand) (float64, experiment.Interval) {
				const deviation, strength = 100.0, 30.0
				truth := deviation * math.Sqrt(2/strength) * random.NormFloat64() // by the prior
				var a, b experiment.Sample
				for range c.n {
					a.Add(truth + deviation*random.NormFloat64())
				}
				for range c.other {
					b.Add(deviation * random.NormFloat64())
				}
				got, _ := experiment.Drawn(a, b, strength)
				return truth, got
			}))
		})
	}
}
