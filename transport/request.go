package transport

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

// readPost reads the request of a POST. It reads at most Limits.BodyBytes, and nothing where Content-Length is
// larger.
func (h *Handler) readPost(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	if !sentAsJSON(r.Header) {
		return nil, refuse(http.StatusUnsupportedMediaType, CodeUnsupportedMedia,
			"a POST must have Content-Type: application/json in UTF-8 and no content coding")
	}
	body := io.Reader(r.Body)
	if limit := h.limits.BodyBytes; limit >= 0 {
		if r.ContentLength > int64(limit) {
			w.Header().Set("Connection", "close") // otherwise net/http reads on to keep the connection
			return nil, refuse(http.StatusRequestEntityTooLarge, CodeTooLarge, fmt.Sprintf("the body may have at most %d bytes", h.limits.BodyBytes))
		}
		body = http.MaxBytesReader(w, r.Body, int64(limit))
	}
	text, err := io.ReadAll(body)
	if err != nil {
		if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
			return nil, refuse(http.StatusRequestEntityTooLarge, CodeTooLarge, fmt.Sprintf("the body may have at most %d bytes", h.limits.BodyBytes))
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
		return nil, refuse(http.StatusRequestURITooLong, CodeTooLarge, fmt.Sprintf("the URL's query may have at most %d bytes", h.limits.BodyBytes))
	}
	parameters, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, CodeBadRequest, "the URL's parameters are malformed")
	}
	object := map[string]any{}
	for key, values := range parameters {
		if len(values) != 1 {
			return nil, refuse(http.StatusBadRequest, CodeBadRequest, "the URL has the same parameter twice")
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

// requestOf reads the members that the GraphQL-over-HTTP specification defines. Others are ignored, unless they
// differ from those only in case: a more lenient reader would accept them.
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
					return malformed("a member's name is in the wrong case; write " + known)
				}
			}
		}
		if !ok {
			return malformed(key + " has the wrong JSON type; send " + map[string]string{"query": "a string", "operationName": "a string", "variables": "an object", "extensions": "an object"}[key])
		}
	}
	if params.Query == "" && params.Extensions["persistedQuery"] == nil {
		return malformed("query is missing")
	}
	return params, nil
}
