package web

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"kopeck/transport"
)

// metrics are the Prometheus metrics: operations by name, errors by code, latency, the connection pool, the price book's age.
type metrics struct {
	operations *prometheus.CounterVec
	errors     *prometheus.CounterVec
	latency    *prometheus.HistogramVec
}

func newMetrics(registry *prometheus.Registry, c Config) *metrics {
	m := &metrics{
		operations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kopeck_operations_total", Help: "GraphQL operations by name, type and transport.",
		}, []string{"name", "type", "transport"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kopeck_errors_total", Help: "Operations with an error, by its code.",
		}, []string{"code"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kopeck_operation_seconds", Help: "Duration of operations in seconds.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"type"}),
	}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	registry.MustRegister(
		m.operations, m.errors, m.latency, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		gauge("kopeck_price_book_age_seconds", "Time since the price book was read, in seconds.", func() float64 {
			return c.Now().Sub(c.App.Quote.BookReadAt()).Seconds()
		}),
		gauge("kopeck_updates_silence_seconds", "Time since a message of the database was received; above 3 this process reads changes again and again.", func() float64 {
			silence, _ := c.Store.Silence()
			return silence.Seconds()
		}),
		gauge("kopeck_database_connections", "Open connections of the pool, in use and idle.", func() float64 { return float64(c.Store.Stats().OpenConnections) }),
		gauge("kopeck_database_connections_in_use", "Connections in use.", func() float64 { return float64(c.Store.Stats().InUse) }),
		gauge("kopeck_database_waits", "Number of times a connection was waited for.", func() float64 { return float64(c.Store.Stats().WaitCount) }),
	)
	return m
}

// observe records an operation that has ended.
func (m *metrics) observe(_ context.Context, o transport.OperationInfo) {
	kind := o.Type
	if kind == "" {
		kind = "refused"
	}
	m.operations.WithLabelValues(o.Name, kind, o.Transport).Inc()
	m.latency.WithLabelValues(kind).Observe(o.Duration.Seconds())
	for _, code := range o.Codes {
		m.errors.WithLabelValues(code).Inc()
	}
}
