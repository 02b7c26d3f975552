package numeric

import "math"

// Finite reports whether v is a number and not an infinity.
func Finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Asymptotic is the argument from which the Stirling series below is exact to a double.
const Asymptotic = 16

// LogRising is ln Γ(y+n) - ln Γ(y) for y > 0, n >= 0. The difference of two log-gammas loses all its
// digits for y far above n, where a fit near the edge of its parameters goes; this keeps them.
func LogRising(y, n float64) float64 {
	if n == 0 {
		return 0
	}
	if n <= Asymptotic && n == math.Trunc(n) {
		if y < 1e18 { // 16 factors stay under the largest double
			p := y
			for j := 1.0; j < n; j++ {
				p *= y + j
			}
			return math.Log(p)
		}
		return n * math.Log(y)
	}
	up, down := 1.0, 1.0
	for y < Asymptotic {
		up *= y
		down *= y + n
		y++
	}
	z := y + n
	return math.Log(up) - math.Log(down) +
		(z-0.5)*math.Log1p(n/y) + n*(math.Log(y)-1) + Stirling(z) - Stirling(y)
}

// LogBeta is ln B(y, n) for y, n > 0. The rising factorial goes from the larger of them, so that
// its two log-gammas keep their difference however large that is.
func LogBeta(y, n float64) float64 {
	low, high := min(y, n), max(y, n)
	lg, _ := math.Lgamma(low)
	return lg - LogRising(high, low)
}

// Stirling is ln Γ(y) less its leading terms, Abramowitz and Stegun 6.1.41, for y >= Asymptotic.
func Stirling(y float64) float64 {
	i := 1 / y
	s := i * i
	return i * (1./12 - s*(1./360-s*(1./1260-s/1680)))
}

// DigammaRising is ψ(y+n) - ψ(y), the derivative of LogRising by y, for y > 0, n >= 0.
func DigammaRising(y, n float64) float64 {
	sum := 0.0
	if n <= Asymptotic && n == math.Trunc(n) {
		for j := 0.0; j < n; j++ {
			sum += 1 / (y + j)
		}
		return sum
	}
	for y < Asymptotic {
		sum += n / (y * (y + n))
		y++
	}
	return sum + math.Log1p(n/y) + digammaTail(y+n) - digammaTail(y)
}

// digammaTail is ψ(y) - ln y, Abramowitz and Stegun 6.3.18, for y >= Asymptotic.
func digammaTail(y float64) float64 {
	i := 1 / y
	s := i * i
	return -i/2 - s*(1./12-s*(1./120-s*(1./252-s/240)))
}
