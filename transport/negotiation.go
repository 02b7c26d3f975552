package transport

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// The media types an answer can have.
const (
	mediaJSON     = "application/json"
	mediaResponse = "application/graphql-response+json"
	mediaEvents   = "text/event-stream"
)

// accepted chooses the answer's media type from the Accept header: the highest quality wins, then
// the order in which the client named them. No header and */* mean application/json, as clients
// older than the GraphQL-over-HTTP specification expect. "" means that nothing we have is accepted.
func accepted(header http.Header) string {
	values := header.Values("Accept")
	if len(values) == 0 {
		return mediaJSON
	}
	best, bestQuality := "", 0.0
	refused := map[string]bool{} // named with q=0, so a wildcard does not bring it back
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

// sentAsJSON tells whether a POST's body is declared as JSON in UTF-8 without any coding. A form of
// another site's page can send neither, so this is also the wall against cross-site requests.
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
