package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"kopeck/fault"
)

// panicked is the error of a recovered panic.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// recovered converts a panic to an error. It is the executor's graphql.RecoverFunc.
func recovered(_ context.Context, value any) error {
	return &panicked{value: value, stack: debug.Stack()}
}

// present decides what a client sees of an error during execution: faults (package fault: code, field,
// message), arguments that a scalar could not read, the deadline, and outages (Config.Outage). Every other error is logged and
// shown as "internal error" with the request's id.
func (h *Handler) present(ctx context.Context, err error) *gqlerror.Error {
	if err == nil {
		return nil
	}
	shown := &gqlerror.Error{}
	if wrapped := (*gqlerror.Error)(nil); errors.As(err, &wrapped) {
		shown.Path, shown.Locations = wrapped.Path, wrapped.Locations
	}
	if shown.Path == nil && graphql.GetFieldContext(ctx) != nil {
		shown.Path = graphql.GetPath(ctx)
	}

	if faults := fault.All(err); len(faults) > 0 {
		shown.Message = faults[0].Message
		shown.Extensions = describe(faults[0])
		if len(faults) > 1 {
			all := make([]map[string]any, len(faults))
			for i, f := range faults {
				all[i] = describe(f)
				all[i]["message"] = f.Message
			}
			shown.Extensions["faults"] = all
		}
		return shown
	}

	crash := (*panicked)(nil)
	if !errors.As(err, &crash) {
		if message := h.badArgument(ctx, shown.Path); message != "" {
			shown.Message = message
			shown.Extensions = map[string]any{"code": string(fault.Invalid)}
			return shown
		}
		tooSlow := h.config.TooSlow != nil && h.config.TooSlow(err)
		if tooSlow || errors.Is(ctx.Err(), context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
			shown.Message = "the operation exceeded its time limit and was stopped"
			shown.Extensions = map[string]any{"code": CodeDeadline, "requestId": RequestID(ctx)}
			h.logError(ctx, slog.LevelWarn, "operation past its deadline", shown.Path, err, crash)
			return shown
		}
		if h.outage(ctx, shown, err) {
			return shown
		}
	}

	shown.Message = "internal error"
	shown.Extensions = map[string]any{"code": CodeInternal, "requestId": RequestID(ctx)}
	level := slog.LevelError
	if crash == nil && errors.Is(ctx.Err(), context.Canceled) {
		level = slog.LevelDebug // the client has disconnected
	}
	h.logError(ctx, level, "internal error", shown.Path, err, crash)
	return shown
}

// outage completes what is shown of an error that does not depend on the operation; false for any other error.
func (h *Handler) outage(ctx context.Context, shown *gqlerror.Error, err error) bool {
	if h.config.Outage == nil || errors.Is(ctx.Err(), context.Canceled) {
		return false
	}
	message := h.config.Outage(err)
	if message == "" {
		return false
	}
	shown.Message = message
	shown.Extensions = map[string]any{"code": string(fault.Unavailable), "requestId": RequestID(ctx)}
	if h.config.OutcomeUnknown != nil && h.config.OutcomeUnknown(err) {
		shown.Extensions["outcomeUnknown"] = true
	}
	h.logError(ctx, slog.LevelWarn, "the database was not available", shown.Path, err, nil)
	return true
}

// describe returns a fault's extensions.
func describe(f *fault.Error) map[string]any {
	extensions := map[string]any{"code": string(f.Code)}
	if len(f.Path) > 0 {
		extensions["field"] = f.Path
	}
	return extensions
}

func (h *Handler) logError(ctx context.Context, level slog.Level, message string, path ast.Path, err error, crash *panicked) {
	attrs := []slog.Attr{slog.String("requestId", RequestID(ctx)), slog.String("error", err.Error())}
	if _, own := h.log.Handler().(requestLog); own {
		attrs = attrs[1:] // the log handler adds it
	}
	if len(path) > 0 {
		attrs = append(attrs, slog.String("path", path.String()))
	}
	if graphql.HasOperationContext(ctx) {
		if operation := graphql.GetOperationContext(ctx).Operation; operation != nil {
			attrs = append(attrs, slog.String("operation", operation.Name), slog.String("type", string(operation.Operation)))
		}
	}
	if crash != nil {
		attrs = append(attrs, slog.String("stack", string(crash.stack)))
	}
	h.log.LogAttrs(ctx, level, message, attrs...)
}

// badArgument returns the message for an argument that could not be read, "" for any other error. The
// executor sets a field's Args when all of them are read, so a field that takes arguments and has
// none in its context has failed on one of them. The scalar's own error is not shown, since it may be that of
// a library.
func (h *Handler) badArgument(ctx context.Context, path ast.Path) string {
	field := graphql.GetFieldContext(ctx)
	if field == nil || field.Args != nil || field.Field.Field == nil || field.Field.Definition == nil {
		return ""
	}
	arguments := field.Field.Definition.Arguments
	own := len(field.Path())
	if len(arguments) == 0 || len(path) <= own {
		return ""
	}
	names := make([]string, 0, len(path)-own)
	for _, part := range path[own:] {
		names = append(names, fmt.Sprint(part))
	}
	typ := h.inputType(arguments, path[own:])
	if typ == nil {
		return strings.Join(names, ".") + ": cannot read the value"
	}
	value := inputValue(field.Field.ArgumentMap(graphql.GetOperationContext(ctx).Variables), path[own:])
	send := expected(typ.Name(), value)
	if send == "" && h.config.Expected != nil {
		send = h.config.Expected(typ.Name(), value)
	}
	return strings.Join(names, ".") + ": " + cannotRead(value, typ.Name(), send)
}

// inputValue follows a path of names and indexes into the arguments of a field. A single value stands for a list of one.
func inputValue(arguments map[string]any, path ast.Path) any {
	var value any = arguments
	for _, part := range path {
		switch part := part.(type) {
		case ast.PathName:
			object, _ := value.(map[string]any)
			value = object[string(part)]
		case ast.PathIndex:
			if list, ok := value.([]any); ok && int(part) < len(list) {
				value = list[part]
			}
		}
	}
	return value
}

// inputType returns the type at a path of names and indexes into the arguments, nil where there is none.
func (h *Handler) inputType(arguments ast.ArgumentDefinitionList, path ast.Path) *ast.Type {
	name, _ := path[0].(ast.PathName)
	argument := arguments.ForName(string(name))
	if argument == nil {
		return nil
	}
	typ := argument.Type
	for _, part := range path[1:] {
		switch part := part.(type) {
		case ast.PathIndex:
			if typ.Elem != nil {
				typ = typ.Elem
			}
		case ast.PathName:
			definition := h.schema.Schema().Types[typ.Name()]
			if definition == nil {
				return nil
			}
			field := definition.Fields.ForName(string(part))
			if field == nil {
				return nil
			}
			typ = field.Type
		}
	}
	return typ
}
