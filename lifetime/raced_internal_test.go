//go:build race

package lifetime

// raced: the race detector makes simulations some ten times slower.
const raced = true
