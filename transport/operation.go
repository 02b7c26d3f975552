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
	cost    int          // charged beforehand
	spent   atomic.Int64 // while it runs, in tenths of a point
	info    OperationInfo
	begun   time.Time
}

// cost is what extensions.cost says.
type cost struct {
	Requested   int  `json:"requested"`
	Actual      *int `json:"actual,omitempty"`
	Maximum     int  `json:"maximum"`
	Available   int  `json:"available"`
	RestoreRate int  `json:"restoreRate"`
}

// prepare takes a request through everything that comes before running it: the document, the choice
// of the operation, the variables, the cost, the caller's bucket and Config.Validate. allowed looks
// at the kind of operation before anything is made of the variables. The refusal has been observed.
func (h *Handler) prepare(ctx context.Context, transport string, params *graphql.RawParams, allowed func(ast.Operation) *refusal) (*operation, *refusal) {
	op := &operation{handler: h, begun: h.config.Now()}
	op.info = OperationInfo{Name: anonymous, Transport: transport, RequestID: RequestID(ctx)}
	refused := op.prepare(ctx, params, allowed)
	if refused != nil {
		op.info.Codes = codes(refused.errors)
		op.observe(ctx)
		return nil, refused
	}
	return op, nil
}

func (op *operation) prepare(ctx context.Context, params *graphql.RawParams, allowed func(ast.Operation) *refusal) *refusal {
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
			"operationName names none of the document's %d operations", len(doc.ast.Operations)))
	}
	op.info.Type = string(definition.Operation)
	op.info.Name = h.names.bounded(definition.Name)
	if refused := allowed(definition.Operation); refused != nil {
		return refused
	}

	coerced, errs := coercion{h.schema.Schema(), h.limits}.variables(definition, doc.notNull, params.Variables)
	if len(errs) > 0 {
		return &refusal{errors: h.plainErrors(string(fault.Invalid), errs)}
	}
	params.Variables = coerced

	ctx = context.WithValue(ctx, documentKey{}, doc)
	op.ctx = graphql.StartOperationTrace(ctx)
	op.graphql, errs = h.executor.CreateOperationContext(op.ctx, params)
	if len(errs) > 0 {
		return &refusal{errors: h.plainErrors(string(fault.Invalid), errs)}
	}

	op.graphql.ResolverMiddleware = h.costs.meter(&op.spent) // the executor has no extension that wants to see fields

	op.cost = h.costs.of(definition, op.graphql.Variables)
	op.info.Cost = op.cost
	op.caller = h.caller(ctx)
	if refused := op.charge(); refused != nil {
		return refused
	}
	if h.config.Validate != nil {
		if errs := h.config.Validate(graphql.WithOperationContext(op.ctx, op.graphql), op.graphql); len(errs) > 0 {
			op.settle()
			return &refusal{errors: h.plainErrors(string(fault.Invalid), errs)}
		}
	}
	return nil
}

// charge takes the cost out of the caller's bucket, or says why not.
func (op *operation) charge() *refusal {
	h := op.handler
	if over(op.cost, h.limits.Cost) {
		refused := refuse(0, string(fault.LimitExceeded),
			fmt.Sprintf("the operation costs %d points, at most %d are allowed: ask for smaller pages or fewer fields", op.cost, h.limits.Cost))
		refused.extensions = map[string]any{"cost": op.costs(h.buckets.settle(op.caller, 0, 0), nil)}
		return refused
	}
	available, wait, ok := h.buckets.take(op.caller, op.cost)
	if !ok {
		refused := refuse(http.StatusTooManyRequests, CodeThrottled, "too much was asked for lately, try again later")
		refused.retryAfter = wait
		refused.errors[0].Extensions["retryAfter"] = wait.Seconds() // a socket's messages have no header
		refused.extensions = map[string]any{"cost": op.costs(available, nil)}
		return refused
	}
	return nil
}

// settle corrects the charge to what was really spent, and gives what is left.
func (op *operation) settle() cost {
	actual := tenths(int(op.spent.Load()))
	return op.costs(op.handler.buckets.settle(op.caller, op.cost, actual), &actual)
}

func (op *operation) costs(available int, actual *int) cost {
	limits := op.handler.limits
	if limits.Bucket < 0 { // no throttle: the most that one operation may cost is always there
		available = limits.Cost
	}
	return cost{Requested: op.cost, Actual: actual, Maximum: limits.Cost, Available: available, RestoreRate: limits.Restore}
}

// run executes a query or mutation under its deadline and gives its answer.
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
	if response == nil { // the executor gives nothing once its context has ended
		cause := cmp.Or(context.Cause(ctx), errors.New("the executor gave no answer"))
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

// events starts a subscription. The function it gives waits for the next event; nil is the end. ctx
// must be the operation's or come from it; cancelling it ends the producer. An event must be encoded
// before the next is waited for, since gqlgen uses its buffer again. observe is the caller's to call.
func (op *operation) events(ctx context.Context) func() *graphql.Response {
	var next graphql.ResponseHandler
	failed := op.guarded(func() *graphql.Response {
		next, ctx = op.handler.executor.DispatchOperation(ctx, op.graphql)
		return nil
	})
	return func() *graphql.Response {
		if failed != nil {
			response := failed
			failed, next = nil, graphql.OneShot(nil)
			return response
		}
		response := op.guarded(func() *graphql.Response { return next(ctx) })
		if response != nil {
			op.finish(response)
		}
		return response
	}
}

// guarded turns a panic outside of any field into an answer.
func (op *operation) guarded(work func() *graphql.Response) (response *graphql.Response) {
	defer func() {
		if p := recover(); p != nil {
			ctx := graphql.WithOperationContext(op.ctx, op.graphql)
			response = &graphql.Response{Errors: gqlerror.List{op.handler.present(ctx, recovered(ctx, p))}}
		}
	}()
	return work()
}

// finish notes an answer's errors and caps their number.
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
