//go:build race

package apitest

// raced: the race detector makes SQLite, which is Go code too, about fifteen times slower.
const raced = true
