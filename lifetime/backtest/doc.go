// Package backtest measures how far forecasts of lifetime can be trusted, on orders that their models were not fitted on: Test how
// well a model of counts predicts what customers did next, Rivals the simple forecasts that it is compared with, TestMargins the models
// of the margin of an order, and CoverageOf how often the bounds of customers hold, which it widens.
//
// It holds the months of the whole base too: BaseForecast, their Season, and MeasureMonths, which forecasts the log again from earlier
// moments.
//
// It imports lifetime and lifetime/numeric, and like them reads no clock and no database.
package backtest
