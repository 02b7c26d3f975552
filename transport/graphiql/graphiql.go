// Package graphiql serves GraphiQL, a user interface for GraphQL APIs, from files embedded in the binary, so that the
// page loads nothing from other sites.
//
// The assets are the browser builds of graphiql 3.9.0, react and react-dom 18.3.1 and graphql-ws 5.16.2, with their
// licences in assets/LICENSES.txt; boot.js and page.css belong to this package.
package graphiql

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"net/http"
	"regexp"
	"strings"
	"time"
)

//go:embed assets
var assets embed.FS

// Example is the initial content of a tab.
type Example struct {
	Query     string `json:"query"`
	Variables string `json:"variables,omitempty"` // JSON text
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/graphiql.min.css">
<link rel="stylesheet" href="assets/page.css">
</head>
<body>
<div id="graphiql" data-title="{{.Title}}" data-endpoint="{{.Endpoint}}" data-examples="{{.Examples}}"></div>
<noscript>GraphiQL needs JavaScript. The API itself does not: POST to {{.Endpoint}}.</noscript>
<script src="assets/react.production.min.js"></script>
<script src="assets/react-dom.production.min.js"></script>
<script src="assets/graphql-ws.min.js"></script>
<script src="assets/graphiql.min.js"></script>
<script src="assets/boot.js"></script>
</body>
</html>
`))

// New returns the handler of the page at "/" and of its files at "/assets/". Mount it at the root, or with
// http.StripPrefix at a path that ends with a slash, since the page uses relative paths. The endpoint is the path of the API on
// the same server ("/graphql"): the page sends queries by POST and subscriptions over graphql-transport-ws, with the
// content of the headers pane as connection_init's payload.
func New(title, endpoint string, examples ...Example) http.Handler {
	if examples == nil {
		examples = []Example{}
	}
	list, err := json.Marshal(examples)
	if err != nil {
		panic(err) // strings can always be encoded
	}
	var text bytes.Buffer
	err = page.Execute(&text, map[string]string{"Title": title, "Endpoint": endpoint, "Examples": string(list)})
	if err != nil {
		panic(err) // template and data are fixed
	}
	files := map[string]file{"/": newFile("index.html", text.Bytes())}
	entries, err := assets.ReadDir("assets")
	if err != nil {
		panic(err) // the directory is embedded
	}
	for _, entry := range entries {
		content, err := assets.ReadFile("assets/" + entry.Name())
		if err != nil {
			panic(err)
		}
		files["/assets/"+entry.Name()] = newFile(entry.Name(), content)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		file, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		header := w.Header()
		header.Set("Content-Security-Policy", policy(r.Host))
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cache-Control", "no-cache") // revalidated on every load
		header.Set("ETag", file.tag)
		http.ServeContent(w, r, file.name, time.Time{}, bytes.NewReader(file.content))
	})
}

type file struct {
	name, tag string
	content   []byte
}

func newFile(name string, content []byte) file {
	sum := sha256.Sum256(content)
	return file{name: name, tag: `"` + hex.EncodeToString(sum[:8]) + `"`, content: content}
}

// plainHost matches a host that is safe in a header.
var plainHost = regexp.MustCompile(`^[A-Za-z0-9.:\[\]-]+$`)

// policy returns the page's content security policy. It allows only this server, and nothing inline except
// styles, which the editor sets on its elements. WebSockets to this server are listed because not every browser includes
// them in 'self'.
func policy(host string) string {
	connect := "'self'"
	if plainHost.MatchString(host) {
		connect += " ws://" + host + " wss://" + host
	}
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self' 'unsafe-inline'",
		"img-src 'self' data:",
		"font-src 'self' data:",
		"connect-src " + connect,
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}
