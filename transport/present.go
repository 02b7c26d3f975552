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

// panicked is a panic on its way to the log.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// recovered makes an error of a panic. It is the executor's graphql.RecoverFunc.
func recovered(_ context.Context, value any) error {
	return &panicked{value: value, stack: debug.Stack()}
}

// present decides what a client learns of an error that arose while running. Shown are faults
// (package fault: code, field, message), arguments that a scalar or input could not read, and the
// deadline. All else is "internal error" with the request's id, and is logged.
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
		if errors.Is(ctx.Err(), context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
			shown.Message = "the operation took too long and was stopped"
			shown.Extensions = map[string]any{"code": CodeDeadline, "requestId": RequestID(ctx)}
			h.logError(ctx, slog.LevelWarn, "operation past its deadline", shown.Path, err, crash)
			return shown
		}
	}

	shown.Message = "internal error"
	shown.Extensions = map[string]any{"code": CodeInternal, "requestId": RequestID(ctx)}
	level := slog.LevelError
	if crash == nil && errors.Is(ctx.Err(), context.Canceled) {
		level = slog.LevelDebug // the client has left, and nobody is told
	}
	h.logError(ctx, level, "internal error", shown.Path, err, crash)
	return shown
}

// describe gives a fault's extensions.
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
		attrs = attrs[1:] // the handler adds it
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

// badArgument gives the message for an argument that could not be read, "" where that is not what
// has happened. The executor sets a field's Args once all of them are read, so a field that takes
// arguments and has none in its context has failed on one. What the scalar said is not repeated: it
// may be a library's text.
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
	message := "argument " + strings.Join(names, ".") + " cannot be read"
	if typ := h.inputType(arguments, path[own:]); typ != nil {
		message += " as " + typ.Name()
	}
	return message
}

// inputType follows a path of names and indexes into an argument.
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
