package transport

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// OperationInfo says how an operation went. Every string in it is one of a bounded number and so fit for
// a metric's label, save RequestID.
type OperationInfo struct {
	Name      string // as the client named it; "anonymous" without a name, or past the first 500 names
	Type      string // query, mutation, subscription; "" where it was refused before that was known
	Transport string // http, websocket, sse
	Duration  time.Duration
	Codes     []string // extensions.code of its errors, each once, sorted; empty when all went well
	Cost      int      // points asked for
	RequestID string
}

// anonymous is the name of an operation without one.
const anonymous = "anonymous"

// The bounds of the names that are told apart.
const (
	maxNames      = 500
	maxNameLength = 64
)

// operationNames keeps the names of operations that passed validation, so that a client that makes up
// names cannot fill the metrics.
type operationNames struct {
	mu    sync.Mutex
	known map[string]bool
}

func (n *operationNames) bounded(name string) string {
	if name == "" || len(name) > maxNameLength {
		return anonymous
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known[name] {
		return name
	}
	if len(n.known) >= maxNames {
		return anonymous
	}
	if n.known == nil {
		n.known = map[string]bool{}
	}
	n.known[name] = true
	return name
}

// observe tells Config.Observe that an operation has ended.
func (op *operation) observe(ctx context.Context) {
	if op.handler.config.Observe == nil {
		return
	}
	slices.Sort(op.info.Codes)
	op.info.Codes = slices.Compact(op.info.Codes)
	op.info.Duration = op.handler.config.Now().Sub(op.begun)
	op.handler.config.Observe(ctx, op.info)
}

// codes gives extensions.code of each error.
func codes(errs gqlerror.List) []string {
	var codes []string
	for _, err := range errs {
		if code, ok := err.Extensions["code"].(string); ok && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}
