// Package numeric holds the numerical methods of lifetime: rising factorials and their derivatives without loss of digits, integrals
// by quadrature, and the maximum of a likelihood by L-BFGS and Newton's method.
//
// It knows nothing of customers, and imports gonum alone.
package numeric
