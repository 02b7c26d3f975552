package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"kopeck/fault"
)

// operation is one operation of a caller, ready to run.
type operation struct {
	handler *Handler
	ctx     context.Context
	graphql *graphql.OperationContext
	caller  string
	cost    int          // charged before it runs
	spent   atomic.Int64 // the actual cost so far, in tenths of a point
	info    OperationInfo
	begun   time.Time
}

// cost is the content of extensions.cost.
type cost struct {
	Requested   int  `json:"requested"`
	Actual      *int `json:"actual,omitempty"`
	Maximum     int  `json:"maximum"`
	Available   int  `json:"available"`
	RestoreRate int  `json:"restoreRate"`
}

// prepare does everything before an operation is run: it finds the document and the operation, converts the variables,
// computes the cost, charges the caller's bucket and calls Config.Validate. allowed is called with the kind of
// operation before the variables are converted, and may with the operation and its variables after that. A refusal is observed before it is returned.
func (h *Handler) prepare(ctx context.Context, transport string, params *graphql.RawParams, allowed func(ast.Operation) *refusal, may func(*ast.OperationDefinition, map[string]any) *refusal) (*operation, *refusal) {
	op := &operation{handler: h, begun: h.config.Now()}
	op.info = OperationInfo{Name: anonymous, Transport: transport, RequestID: RequestID(ctx)}
	refused := op.prepare(ctx, params, allowed, may)
	if refused != nil && op.graphql == nil {
		refused = cmp.Or(denied(ctx), refused)
	}
	if refused != nil {
		op.info.Codes = codes(refused.errors)
		op.observe(ctx)
		return nil, refused
	}
	return op, nil
}

func (op *operation) prepare(ctx context.Context, params *graphql.RawParams, allowed func(ast.Operation) *refusal, may func(*ast.OperationDefinition, map[string]any) *refusal) *refusal {
	h := op.handler
	text, refused := h.text(params)
	if refused != nil {
		return refused
	}
	params.Query = text
	doc, refused := h.document(text)
	if refused != nil {
		return refused
	}
	definition := doc.ast.Operations.ForName(params.OperationName)
	if definition == nil {
		return refuse(0, CodeValidation, fmt.Sprintf(
			"the document has %d operations and none of the name in operationName", len(doc.ast.Operations)))
	}
	op.info.Type = string(definition.Operation)
	op.info.Name = h.names.label(definition.Name, false)
	if refused := allowed(definition.Operation); refused != nil {
		return refused
	}

	coerced, errs := coercion{h.schema.Schema(), h.limits, h.config.Development}.variables(definition, doc.notNull, params.Variables)
	if len(errs) > 0 {
		return &refusal{errors: h.plainErrors(string(fault.Invalid), errs)}
	}
	params.Variables = coerced

	ctx = context.WithValue(ctx, documentKey{}, doc)
	op.ctx = graphql.StartOperationTrace(ctx)
	op.graphql, errs = h.executor.CreateOperationContext(op.ctx, params)
	if len(errs) > 0 {
		op.graphql = nil
		return &refusal{errors: h.plainErrors(string(fault.Invalid), errs)}
	}

	if refused := denied(ctx); refused != nil && (h.config.Public == nil || !h.config.Public(op.graphql)) {
		return refused
	}

	if refused := may(definition, op.graphql.Variables); refused != nil {
		return refused
	}

	op.graphql.ResolverMiddleware = h.costs.meter(&op.spent) // no extension of the executor sets it

	op.cost = h.costs.of(definition, op.graphql.Variables)
	op.info.Cost = op.cost
	op.caller = h.caller(ctx)
	if refused := h.available(op.ctx); refused != nil {
		return refused
	}
	if refused := op.charge(); refused != nil {
		return refused
	}
	if h.config.Validate != nil {
		if errs := h.config.Validate(graphql.WithOperationContext(op.ctx, op.graphql), op.graphql); len(errs) > 0 {
			op.settle()
			return &refusal{errors: h.plainErrors(string(fault.Invalid), errs)}
		}
	}
	op.info.Name = h.names.label(definition.Name, h.config.Somebody == nil || h.config.Somebody(op.ctx))
	return nil
}

// available returns the refusal of an operation while the server is not available.
func (h *Handler) available(ctx context.Context) *refusal {
	if h.config.Available == nil {
		return nil
	}
	err := h.config.Available(ctx)
	if err == nil {
		return nil
	}
	return &refusal{status: http.StatusServiceUnavailable, errors: gqlerror.List{h.present(ctx, err)}, retryAfter: RetryAfter}
}

// charge takes the cost from the caller's bucket, or returns the refusal.
func (op *operation) charge() *refusal {
	h := op.handler
	if over(op.cost, h.limits.Cost) {
		refused := refuse(0, string(fault.LimitExceeded),
			fmt.Sprintf("the operation costs %d points, at most %d are allowed; request smaller pages or fewer fields", op.cost, h.limits.Cost))
		refused.extensions = map[string]any{"cost": op.costs(h.buckets.settle(op.caller, 0, 0), nil)}
		return refused
	}
	available, wait, ok := h.buckets.take(op.caller, op.cost)
	if !ok {
		refused := refuse(http.StatusTooManyRequests, CodeThrottled, fmt.Sprintf("the operation costs %d points and %d are available; retry after %v", op.cost, available, wait.Round(time.Millisecond)))
		refused.retryAfter = wait
		refused.errors[0].Extensions["retryAfter"] = wait.Seconds() // messages of a socket have no header
		refused.extensions = map[string]any{"cost": op.costs(available, nil)}
		return refused
	}
	return nil
}

// settle corrects the charge to the actual cost.
func (op *operation) settle() cost {
	actual := tenths(int(op.spent.Load()))
	return op.costs(op.handler.buckets.settle(op.caller, op.cost, actual), &actual)
}

func (op *operation) costs(available int, actual *int) cost {
	limits := op.handler.limits
	if limits.Bucket < 0 { // without a throttle the maximum cost of one operation is always available
		available = limits.Cost
	}
	return cost{Requested: op.cost, Actual: actual, Maximum: limits.Cost, Available: available, RestoreRate: limits.Restore}
}

// run executes a query or mutation under its deadline and returns its response.
func (op *operation) run() *graphql.Response {
	ctx := op.ctx
	if op.handler.limits.Operation > 0 {
		deadline, cancel := context.WithTimeout(ctx, op.handler.limits.Operation)
		defer cancel()
		ctx = deadline
	}
	response := op.guarded(func() *graphql.Response {
		next, ctx := op.handler.executor.DispatchOperation(ctx, op.graphql)
		return next(ctx)
	})
	if response == nil { // the executor returns nothing after its context has ended
		cause := cmp.Or(context.Cause(ctx), errors.New("the executor returned no response"))
		response = &graphql.Response{Errors: gqlerror.List{op.handler.present(ctx, cause)}}
	}
	op.finish(response)
	if response.Extensions == nil {
		response.Extensions = map[string]any{}
	}
	response.Extensions["cost"] = op.settle()
	op.observe(op.ctx)
	return response
}

// events starts a subscription. The returned function waits for the next event and returns nil at the end. ctx
// must be the operation's context or derive from it; cancelling it ends the producer. Each event is charged: see stream. An event must be encoded
// before the next call, since gqlgen reuses its buffer. The caller calls observe.
func (op *operation) events(ctx context.Context) func() *graphql.Response {
	var next graphql.ResponseHandler
	failed := op.guarded(func() *graphql.Response {
		next, ctx = op.handler.executor.DispatchOperation(ctx, op.graphql)
		return nil
	})
	paying := stream{op: op}
	return func() *graphql.Response {
		if failed != nil {
			response := failed
			failed, next = nil, graphql.OneShot(nil)
			return response
		}
		if paying.ended {
			return nil
		}
		if refused := paying.await(ctx); refused != nil {
			paying.ended = true
			response := &graphql.Response{Errors: refused.errors}
			op.finish(response)
			return response
		}
		response := op.guarded(func() *graphql.Response { return next(ctx) })
		paying.pay()
		if refused := op.handler.available(ctx); refused != nil && response != nil {
			response = &graphql.Response{Errors: refused.errors}
			next = graphql.OneShot(nil)
		}
		if response != nil {
			op.finish(response)
		}
		return response
	}
}

// guarded converts a panic outside of a field to a response.
func (op *operation) guarded(work func() *graphql.Response) (response *graphql.Response) {
	defer func() {
		if p := recover(); p != nil {
			ctx := graphql.WithOperationContext(op.ctx, op.graphql)
			response = &graphql.Response{Errors: gqlerror.List{op.handler.present(ctx, recovered(ctx, p))}}
		}
	}()
	return work()
}

// finish records a response's errors and limits their number.
func (op *operation) finish(response *graphql.Response) {
	op.info.Codes = append(op.info.Codes, codes(response.Errors)...)
	if limit := op.handler.limits.Errors; over(len(response.Errors), limit) {
		if response.Extensions == nil {
			response.Extensions = map[string]any{}
		}
		response.Extensions["errorsOmitted"] = len(response.Errors) - limit
		response.Errors = response.Errors[:limit]
	}
}
