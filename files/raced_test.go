//go:build race

package files_test

// raced: the race detector makes SQLite, which is Go code too, some fifteen times slower.
const raced = true
