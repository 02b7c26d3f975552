package transport

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// OperationInfo describes an operation that has ended. All strings but RequestID have a bounded number of values and can
// be labels of metrics.
type OperationInfo struct {
	Name      string // given by the client; "anonymous" without one, if nobody (Config.Somebody) has run it, or after the first 500 names
	Type      string // query, mutation, subscription; "" if it was refused before that was known
	Transport string // http, websocket, sse
	Duration  time.Duration
	Codes     []string // the distinct extensions.code of its errors, sorted; empty on success
	Cost      int      // points requested
	RequestID string
}

// anonymous is the name of an operation without one.
const anonymous = "anonymous"

// The bounds of the names that are recorded.
const (
	maxNames      = 500
	maxNameLength = 64
)

// operationNames has the names of operations that were run for somebody. Their number is bounded, so that a client that
// invents names cannot fill the metrics.
type operationNames struct {
	mu    sync.Mutex
	known map[string]bool
}

// label returns the name to record of an operation. A new name becomes known if the operation is run for somebody.
func (n *operationNames) label(name string, isRun bool) string {
	if name == "" || len(name) > maxNameLength {
		return anonymous
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known[name] {
		return name
	}
	if !isRun || len(n.known) >= maxNames {
		return anonymous
	}
	if n.known == nil {
		n.known = map[string]bool{}
	}
	n.known[name] = true
	return name
}

// observe calls Config.Observe for an operation that has ended.
func (op *operation) observe(ctx context.Context) {
	if op.handler.config.Observe == nil {
		return
	}
	slices.Sort(op.info.Codes)
	op.info.Codes = slices.Compact(op.info.Codes)
	op.info.Duration = op.handler.config.Now().Sub(op.begun)
	op.handler.config.Observe(ctx, op.info)
}

// codes returns the distinct extensions.code of the errors.
func codes(errs gqlerror.List) []string {
	var codes []string
	for _, err := range errs {
		if code, ok := err.Extensions["code"].(string); ok && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}
