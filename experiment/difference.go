package experiment

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Probability is that with which the bounds of this package are meant to hold.
const Probability = 0.8

// Fewest is how many values each of two groups must have for bounds of their difference.
const Fewest = 30

// Sample sums up the values of a group. Its zero is a group without values.
type Sample struct {
	n             int
	mean, squares float64 // squares is the sum of the squared deviations from the mean
}

// Add adds a value, by the recurrence of Welford (1962), which loses no digits where values are great and alike.
func (s *Sample) Add(value float64) {
	s.n++
	step := value - s.mean
	s.mean += step / float64(s.n)
	s.squares += step * (value - s.mean)
}

// AddZeros adds the value 0 several times.
func (s *Sample) AddZeros(times int) {
	if times <= 0 {
		return
	}
	n, more := float64(s.n), float64(times)
	s.squares += s.mean * s.mean * n * more / (n + more)
	s.mean *= n / (n + more)
	s.n += times
}

// Count returns the number of values.
func (s *Sample) Count() int { return s.n }

// Mean returns the mean of the values; 0 of none.
func (s *Sample) Mean() float64 { return s.mean }

// variance returns the variance of the values; there are two or more.
func (s *Sample) variance() float64 { return s.squares / float64(s.n-1) }

// Interval is an estimate with bounds that are meant to hold with [Probability].
type Interval struct{ Value, Low, High float64 }

// Means returns by how much the mean of a group is above that of another, by the unequal-variances t interval of Welch (1947). It is false if a
// group has fewer than [Fewest] values.
func Means(group, other Sample) (Interval, bool) {
	if group.n < Fewest || other.n < Fewest {
		return Interval{}, false
	}
	half, _ := halfWidth(group, other)
	value := group.mean - other.mean
	return Interval{value, value - half, value + half}, true
}

// halfWidth returns half the width of the interval of the difference of two means, and its variance.
func halfWidth(group, other Sample) (half, variance float64) {
	a, b := group.variance()/float64(group.n), other.variance()/float64(other.n)
	variance = a + b
	if variance == 0 {
		return 0, 0
	}
	freedom := variance * variance / (a*a/float64(group.n-1) + b*b/float64(other.n-1))
	t := distuv.StudentsT{Sigma: 1, Nu: freedom}.Quantile((1 + Probability) / 2)
	return t * math.Sqrt(variance), variance
}

// Drawn returns by how much the mean of a group is above that of another, drawn to 0 as if in as many values of each as strength no difference had
// been seen before: the mean and the bounds of the normal distribution that follows from such a prior. It is false if a group has fewer than
// [Fewest] values.
func Drawn(group, other Sample, strength float64) (Interval, bool) {
	seen, ok := Means(group, other)
	if !ok {
		return seen, false
	}
	precision := 1 / (1/float64(group.n) + 1/float64(other.n)) // in values: n/2 of two groups of n
	weight := precision / (precision + strength/2)
	half := (seen.High - seen.Value) * math.Sqrt(weight)
	value := seen.Value * weight
	return Interval{value, value - half, value + half}, true
}

// Rates returns by how much the share of a group's members of whom something holds is above that of another's, by the adjusted interval of Agresti
// and Caffo (2000) for [Probability]. It is false if a group has fewer than [Fewest] members.
func Rates(holds, members, otherHolds, otherMembers int) (Interval, bool) {
	if members < Fewest || otherMembers < Fewest {
		return Interval{}, false
	}
	z := distuv.UnitNormal.Quantile((1 + Probability) / 2)
	added := z * z / 4 // so many of whom it holds, and as many of whom it does not, are added to each group
	adjusted := func(holds, members int) (share, variance float64) {
		n := float64(members) + 2*added
		share = (float64(holds) + added) / n
		return share, share * (1 - share) / n
	}
	a, av := adjusted(holds, members)
	b, bv := adjusted(otherHolds, otherMembers)
	half, middle := z*math.Sqrt(av+bv), a-b
	value := float64(holds)/float64(members) - float64(otherHolds)/float64(otherMembers)
	return Interval{value, math.Max(middle-half, -1), math.Min(middle+half, 1)}, true
}
