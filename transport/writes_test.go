package transport_test

import (
	"net/http"
	"net/url"
	"testing"

	"kopeck/transport"
)

// TestWritesByGet: a query that an argument makes write is refused by GET, however it is written, and nothing else is.
func TestWritesByGet(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{Writes: transport.Writes{"Query.flag": "value"}})
	for name, c := range map[string]struct {
		query, variables string
		status           int
	}{
		"it writes":            {`{ flag(value: true) }`, "", http.StatusMethodNotAllowed},
		"by a variable":        {`query($v: Boolean) { flag(value: $v) }`, `{"v":true}`, http.StatusMethodNotAllowed},
		"by a default":         {`query($v: Boolean = true) { flag(value: $v) }`, "", http.StatusMethodNotAllowed},
		"under another name":   {`{ hello other: flag(value: true) }`, "", http.StatusMethodNotAllowed},
		"in a fragment":        {`{ ...F } fragment F on Query { ... { flag(value: true) } }`, "", http.StatusMethodNotAllowed},
		"it does not":          {`{ flag(value: false) }`, "", http.StatusOK},
		"nor by a variable":    {`query($v: Boolean) { flag(value: $v) }`, `{"v":false}`, http.StatusOK},
		"nor without one":      {`query($v: Boolean) { flag(value: $v) }`, "", http.StatusOK},
		"nor by null":          {`{ flag(value: null) }`, "", http.StatusOK},
		"nor another field":    {`{ hello }`, "", http.StatusOK},
		"nor another argument": {`{ colour(value: RED) }`, "", http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.URL+"/?query="+url.QueryEscape(c.query)+"&variables="+url.QueryEscape(c.variables), http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != c.status || (response.Header.Get("Allow") == http.MethodPost) != (c.status == http.StatusMethodNotAllowed) {
				t.Errorf("%s: %s, want %d", c.query, response.Status, c.status)
			}
			if a := w.in(t).post(c.query, c.variables); a.status != http.StatusOK {
				t.Errorf("%s by POST: %d", c.query, a.status)
			}
		})
	}
}
