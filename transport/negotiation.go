package transport

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// The media types of a response.
const (
	mediaJSON     = "application/json"
	mediaResponse = "application/graphql-response+json"
	mediaEvents   = "text/event-stream"
)

// accepted chooses the response's media type by the Accept header: the highest quality, then the order in the
// header. Without a header, and for */*, it is application/json, as clients older than the GraphQL-over-HTTP
// specification expect. It returns "" if no supported media type is accepted.
func accepted(header http.Header) string {
	values := header.Values("Accept")
	if len(values) == 0 {
		return mediaJSON
	}
	best, bestQuality := "", 0.0
	refused := map[string]bool{} // listed with q=0, so that a wildcard does not include it
	wildcard := 0.0
	for part := range strings.SplitSeq(strings.Join(values, ","), ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		quality := 1.0
		if q, named := params["q"]; named {
			if quality, err = strconv.ParseFloat(q, 64); err != nil || !(quality >= 0 && quality <= 1) {
				continue
			}
		}
		switch media {
		case mediaJSON, mediaResponse, mediaEvents:
			if quality == 0 {
				refused[media] = true
			}
			if quality > bestQuality {
				best, bestQuality = media, quality
			}
		case "*/*", "application/*":
			wildcard = max(wildcard, quality)
		}
	}
	if wildcard > bestQuality {
		for _, media := range []string{mediaJSON, mediaResponse} {
			if !refused[media] {
				return media
			}
		}
	}
	return best
}

// sentAsJSON reports whether a POST's body is declared as JSON in UTF-8 without a content coding. A form on a page of
// another site cannot send this media type, so the check also prevents cross-site requests.
func sentAsJSON(header http.Header) bool {
	media, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil || media != mediaJSON || len(header.Values("Content-Type")) != 1 {
		return false
	}
	if charset, named := params["charset"]; named && !strings.EqualFold(charset, "utf-8") {
		return false
	}
	for _, coding := range header.Values("Content-Encoding") {
		if coding != "" && !strings.EqualFold(coding, "identity") {
			return false
		}
	}
	return true
}
