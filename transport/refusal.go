package transport

import (
	"context"
	"net/http"
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"kopeck/fault"
)

// The codes of extensions.code that this package adds to those of package fault.
const (
	CodeBadRequest       = "BAD_REQUEST"
	CodeMethodNotAllowed = "METHOD_NOT_ALLOWED"
	CodeNotAcceptable    = "NOT_ACCEPTABLE"
	CodeUnsupportedMedia = "UNSUPPORTED_MEDIA_TYPE"
	CodeTooLarge         = "PAYLOAD_TOO_LARGE"
	CodeForbiddenOrigin  = "FORBIDDEN_ORIGIN"
	CodeParse            = "GRAPHQL_PARSE_FAILED"
	CodeValidation       = "GRAPHQL_VALIDATION_FAILED"
	CodeThrottled        = "THROTTLED"
	CodeDeadline         = "DEADLINE_EXCEEDED"
	CodeInternal         = "INTERNAL"
	CodeNotPersisted     = "PERSISTED_QUERY_NOT_FOUND"
	CodeNoPersisted      = "PERSISTED_QUERY_NOT_SUPPORTED"
	CodeNotTrusted       = "OPERATION_NOT_ALLOWED"
	CodeShuttingDown     = "SHUTTING_DOWN"
)

// refusal is the response to a request that is not run: errors, and no data.
type refusal struct {
	status     int // 0 means the status of a request error in the response's media type
	errors     gqlerror.List
	extensions map[string]any
	retryAfter time.Duration // for status 429 and 503
	allow      string        // for status 405

	answer func(http.ResponseWriter) // if not nil, writes the whole answer instead
}

// refuse returns a refusal with one error.
func refuse(status int, code, message string) *refusal {
	return &refusal{status: status, errors: gqlerror.List{requestError(code, message)}}
}

// requestError returns an error of the request as a whole.
func requestError(code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}

// httpStatus returns the status for a response of this media type. The GraphQL-over-HTTP specification requires
// 200 for application/json, which intermediaries produce too, and 400 for its own type.
func (r *refusal) httpStatus(media string) int {
	switch {
	case r.status != 0:
		return r.status
	case media == mediaResponse:
		return http.StatusBadRequest
	default:
		return http.StatusOK
	}
}

type deniedKey struct{}

// WithDenied returns the context of a request whose credentials are not accepted. Handler lets it run only operations that are public
// ([Config.Public]), as if it had none; answer writes the answer to every other. A client whose access token has expired
// can thereby refresh its session without taking the token off.
func WithDenied(ctx context.Context, answer func(http.ResponseWriter)) context.Context {
	return context.WithValue(ctx, deniedKey{}, answer)
}

// denied returns the refusal of a request whose credentials are not accepted, nil for any other.
func denied(ctx context.Context) *refusal {
	answer, _ := ctx.Value(deniedKey{}).(func(http.ResponseWriter))
	if answer == nil {
		return nil
	}
	refused := refuse(http.StatusUnauthorized, string(fault.Unauthenticated), "the credentials are not accepted")
	refused.answer = answer
	return refused
}

// RetryAfter is when a request that was refused because the server is not available may be sent again.
const RetryAfter = 2 * time.Second

// maxMessage is the maximum length in bytes of a message that repeats text of the client: the name of a field may be as
// long as the body.
const maxMessage = 300

// suggestion matches the validator's suggestions, which reveal names of the schema.
var suggestion = regexp.MustCompile(`(?s) Did you mean .*$`)

// plainErrors converts errors of the parser and the validator to those shown: with a code, of limited
// length and number, without names of source files and, outside development, without suggestions.
func (h *Handler) plainErrors(code string, list gqlerror.List) gqlerror.List {
	plain := make(gqlerror.List, 0, min(len(list), 20))
	for i, err := range list {
		if over(i+1, h.limits.Errors) {
			break
		}
		message := err.Message
		if !h.config.Development {
			message = suggestion.ReplaceAllString(message, "")
		}
		if len(message) > maxMessage {
			message = message[:maxMessage]
			for !utf8.ValidString(message) {
				message = message[:len(message)-1]
			}
			message += "…"
		}
		extensions := map[string]any{"code": code}
		for _, key := range []string{"code", "field"} {
			if value, own := err.Extensions[key]; own {
				extensions[key] = value
			}
		}
		plain = append(plain, &gqlerror.Error{Message: message, Path: err.Path, Locations: err.Locations, Extensions: extensions})
	}
	return plain
}
