// Package lifetime says what a customer is still worth: how likely they are to be alive, how many
// orders they will place, what an order of theirs earns, and how far those figures can be trusted.
//
// Orders of one calendar day count as one. A customer is (x, t_x, T): x order days after the first,
// t_x the time from the first to the last order day, T the time from the first order day to now.
// Statistics are kept in whole days (Stats) and divided exactly by the days of a Unit; parameters
// carry their Unit, so weeks and days cannot be mixed by accident.
//
// The models:
//
//   - BG/NBD for order counts: Fader, Hardie and Lee, "Counting Your Customers the Easy Way",
//     Marketing Science 24 (2005), "FHL 2005" below.
//   - MBG/NBD: Batislam, Denizel and Filiztekin, "Empirical Validation and Comparison of Models for
//     Customer Base Analysis", International Journal of Research in Marketing 24 (2007); Hoppe and Wagner,
//     "Customer Base Analysis: The Case for a Central Variant of the Betageometric/NBD Model", Marketing
//     ZFP 29 (2007).
//   - Pareto/NBD: Schmittlein, Morrison and Colombo, "Counting Your Customers: Who Are They and What Will
//     They Do Next?", Management Science 33 (1987).
//   - Gamma-Gamma for the margin of an order: Fader and Hardie, "The Gamma-Gamma Model of Monetary
//     Value", note 025 (2013), "FH 2013" below.
//
// Models of counts are used through CountModel and fitted by FitCounts; SimpleRate makes simple forecasts available in their place.
// How well one of them predicts what customers did next, and how often the bounds of Outlook hold, is measured by package
// lifetime/backtest; the numerical methods are in lifetime/numeric. This package imports the second and money.
//
// StatisticsOf computes the figures of a customer's orders from which the models start.
//
// The package is pure: it reads no clock and no database. Margins are float64 minor units here,
// because they are expectations; the caller rounds a result once, half to even, when it becomes money.
package lifetime
