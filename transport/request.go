package transport

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

// readPost reads the request of a POST. It reads no more than the cap, and not at all where the
// client says beforehand that there is more.
func (h *Handler) readPost(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	if !sentAsJSON(r.Header) {
		return nil, refuse(http.StatusUnsupportedMediaType, CodeUnsupportedMedia,
			"a POST must be application/json in UTF-8, without a content coding")
	}
	body := io.Reader(r.Body)
	if limit := h.limits.BodyBytes; limit >= 0 {
		if r.ContentLength > int64(limit) {
			w.Header().Set("Connection", "close") // else net/http reads on to save the connection
			return nil, refuse(http.StatusRequestEntityTooLarge, CodeTooLarge, "the body is too large")
		}
		body = http.MaxBytesReader(w, r.Body, int64(limit))
	}
	text, err := io.ReadAll(body)
	if err != nil {
		if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
			return nil, refuse(http.StatusRequestEntityTooLarge, CodeTooLarge, "the body is too large")
		}
		return nil, refuse(http.StatusBadRequest, CodeBadRequest, "the body could not be read")
	}
	object, err := decodeObject(text)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, CodeBadRequest, err.Error())
	}
	return requestOf(object)
}

// readGet reads the request of a GET from the URL's parameters; variables and extensions are JSON.
func (h *Handler) readGet(r *http.Request) (*graphql.RawParams, *refusal) {
	if over(len(r.URL.RawQuery), h.limits.BodyBytes) {
		return nil, refuse(http.StatusRequestURITooLong, CodeTooLarge, "the URL is too long")
	}
	parameters, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, CodeBadRequest, "the URL's parameters are malformed")
	}
	object := map[string]any{}
	for key, values := range parameters {
		if len(values) != 1 {
			return nil, refuse(http.StatusBadRequest, CodeBadRequest, "a parameter stands twice in the URL")
		}
		value := values[0]
		switch key {
		case "variables", "extensions":
			if value == "" {
				continue
			}
			if object[key], err = decodeObject([]byte(value)); err != nil {
				if value == "null" {
					object[key] = nil
					continue
				}
				return nil, refuse(http.StatusBadRequest, CodeBadRequest, key+": "+err.Error())
			}
		default:
			object[key] = value
		}
	}
	return requestOf(object)
}

// requestOf reads the members that the GraphQL-over-HTTP specification names; others are ignored,
// unless they differ from those in case alone, which a laxer reader would take for them.
func requestOf(object map[string]any) (*graphql.RawParams, *refusal) {
	params := &graphql.RawParams{}
	malformed := func(message string) (*graphql.RawParams, *refusal) {
		return nil, refuse(http.StatusBadRequest, CodeBadRequest, message)
	}
	for key, value := range object {
		ok := true
		switch key {
		case "query":
			params.Query, ok = value.(string)
		case "operationName":
			if value != nil {
				params.OperationName, ok = value.(string)
			}
		case "variables":
			if value != nil {
				params.Variables, ok = value.(map[string]any)
			}
		case "extensions":
			if value != nil {
				params.Extensions, ok = value.(map[string]any)
			}
		default:
			for _, known := range []string{"query", "operationName", "variables", "extensions"} {
				if strings.EqualFold(key, known) {
					return malformed("a member's name is in the wrong case: " + known)
				}
			}
		}
		if !ok {
			return malformed(key + " is of the wrong JSON type")
		}
	}
	if params.Query == "" && params.Extensions["persistedQuery"] == nil {
		return malformed("query is missing")
	}
	return params, nil
}
