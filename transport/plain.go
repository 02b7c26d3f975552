package transport

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"kopeck/fault"
)

// servePlain answers a POST or GET with one JSON document.
func (h *Handler) servePlain(w http.ResponseWriter, r *http.Request, media string) {
	params, refused := h.read(w, r)
	if refused != nil {
		h.writeRefusal(w, r, media, refused)
		return
	}
	params.Headers = r.Header
	op, refused := h.prepare(r.Context(), "http", params, func(kind ast.Operation) *refusal {
		if kind == ast.Subscription {
			return refuse(http.StatusBadRequest, CodeBadRequest, "a subscription needs a WebSocket, or the header Accept: text/event-stream")
		}
		return onlyQueriesByGet(r, kind)
	}, func(o *ast.OperationDefinition, variables map[string]any) *refusal {
		return h.writesByGet(r, o, variables)
	})
	if refused != nil {
		h.writeAnswer(w, media, refused)
		return
	}
	response := op.run()
	body := encode(response, true)
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if op.isRepeatable(response) {
		setRetryAfter(w, RetryAfter)
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	mustReceive(w, h.limits.Write)
	_, _ = w.Write(body) // the client may have disconnected
}

// isRepeatable reports whether nothing was done and the same operation may succeed later: all its errors are outages whose outcome
// is known, there are no data, and it is not one of several mutations, of which some may have been done.
func (op *operation) isRepeatable(response *graphql.Response) bool {
	if len(response.Errors) == 0 {
		return false
	}
	for _, err := range response.Errors {
		if err.Extensions["code"] != string(fault.Unavailable) || err.Extensions["outcomeUnknown"] == true {
			return false
		}
	}
	definition := op.graphql.Operation
	if definition.Operation == ast.Mutation && (len(definition.SelectionSet) != 1 || !isField(definition.SelectionSet[0])) {
		return false
	}
	var roots map[string]json.RawMessage
	if len(response.Data) > 0 && json.Unmarshal(response.Data, &roots) != nil {
		return false
	}
	for _, value := range roots {
		if string(value) != "null" {
			return false
		}
	}
	return true
}

func isField(selection ast.Selection) bool {
	_, is := selection.(*ast.Field)
	return is
}

// setRetryAfter says when a request may be repeated, in whole seconds.
func setRetryAfter(w http.ResponseWriter, after time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(after.Seconds()))))
}

// onlyQueriesByGet refuses mutations by GET, so that links, prefetching and images change nothing.
func onlyQueriesByGet(r *http.Request, kind ast.Operation) *refusal {
	if r.Method != http.MethodGet || kind != ast.Mutation {
		return nil
	}
	refused := refuse(http.StatusMethodNotAllowed, CodeMethodNotAllowed, "a mutation must be sent by POST")
	refused.allow = http.MethodPost
	return refused
}

// writeRefusal answers a request that was refused before it became an operation, and observes it.
func (h *Handler) writeRefusal(w http.ResponseWriter, r *http.Request, media string, refused *refusal) {
	refused = cmp.Or(denied(r.Context()), refused)
	op := &operation{handler: h, begun: h.config.Now(), info: OperationInfo{
		Name: anonymous, Transport: "http", Codes: codes(refused.errors), RequestID: RequestID(r.Context()),
	}}
	op.observe(r.Context())
	h.writeAnswer(w, media, refused)
}

// writeAnswer writes a refusal: errors and no data.
func (h *Handler) writeAnswer(w http.ResponseWriter, media string, refused *refusal) {
	if refused.answer != nil {
		mustReceive(w, h.limits.Write)
		refused.answer(w)
		return
	}
	if refused.allow != "" {
		w.Header().Set("Allow", refused.allow)
	}
	if refused.retryAfter > 0 {
		setRetryAfter(w, refused.retryAfter)
	}
	body := encode(&graphql.Response{Errors: refused.errors, Extensions: refused.extensions}, false)
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	mustReceive(w, h.limits.Write)
	w.WriteHeader(refused.httpStatus(media))
	_, _ = w.Write(body)
}

// encode encodes a response. Its data is JSON already and is copied.
func encode(response *graphql.Response, withData bool) []byte {
	var out bytes.Buffer
	out.Grow(len(response.Data) + 256)
	out.WriteByte('{')
	member := func(name string, value []byte) {
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		out.WriteString(`"` + name + `":`)
		out.Write(value)
	}
	if len(response.Errors) > 0 {
		member("errors", mustJSON(response.Errors))
	}
	if withData {
		if len(response.Data) == 0 {
			member("data", []byte("null"))
		} else {
			member("data", response.Data)
		}
	}
	if len(response.Extensions) > 0 {
		member("extensions", mustJSON(response.Extensions))
	}
	out.WriteByte('}')
	return out.Bytes()
}

// mustJSON encodes a value of this package or of a resolver. It panics if the value cannot be encoded, which is a
// defect of the program.
func mustJSON(value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return encoded
}
