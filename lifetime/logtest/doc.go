// Package logtest has the real order logs and the reference figures beside the project, for the tests of lifetime and lifetime/backtest.
package logtest
