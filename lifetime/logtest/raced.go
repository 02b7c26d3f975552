//go:build race

package logtest

// Raced is whether the tests run with the race detector, which makes simulations some ten times slower.
const Raced = true
