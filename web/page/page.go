// Package page serves the pages for customers, who do not sign in: the links of their messages, by which they end what they have permitted, and
// their own page. All are HTML made here, in Russian and English, without scripts. What a link is for, and what its holder may do, is decided by
// the verbs; there is no database code here.
//
// It may import what package web may, but for graph.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/text/language"

	"kopeck/fault"
	"kopeck/service/app"
	"kopeck/service/ownpage"
	"kopeck/store"
	"kopeck/transport"
)

// Config configures the pages.
type Config struct {
	App *app.App
	Log *slog.Logger
}

// Pages are the pages for customers.
type Pages struct{ config Config }

// New returns the pages.
func New(c Config) *Pages { return &Pages{c} }

// Routes returns the handler of each pattern.
func (p *Pages) Routes() map[string]http.HandlerFunc {
	routes := map[string]http.HandlerFunc{}
	for _, one := range p.leaving() {
		routes["GET "+one.path] = one.ask
		routes["POST "+one.path] = one.leave
	}
	maps.Copy(routes, p.me())
	return routes
}

//go:embed *.html page.css
var sources embed.FS

var templates = template.Must(template.ParseFS(sources, "*.html"))

// style is the style of all pages, but for the colour of the setting page.
var style = func() string {
	css, err := sources.ReadFile("page.css")
	if err != nil {
		panic(err)
	}
	return string(css)
}()

// sourceOf returns how a policy of content names an inline style.
func sourceOf(css string) string {
	sum := sha256.Sum256([]byte(css))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// maxBody is the largest form that is read.
const maxBody = 16 << 10

// view is what the layout of a page shows around its content.
type view struct {
	*words

	CSS              template.CSS
	Logo             template.URL
	Company          string
	Greeting, Footer string
	Switch           string // the address of the page in the other language
	Content          any
}

// show answers with a page: the template of a name within the layout.
func (p *Pages) show(w http.ResponseWriter, r *http.Request, status int, name string, content any) {
	in, look := chosen(r), p.config.App.Settings().Look
	css := ":root{--accent:" + look.Colour + "}" + style
	v := view{
		words: in, CSS: template.CSS(css), Logo: template.URL(look.Logo), Switch: switched(r, in.OtherLang), Content: content, //nolint:gosec // the setting page has a colour and a picture that were checked
		Greeting: look.Texts[in.Lang].Greeting, Footer: look.Texts[in.Lang].Footer,
	}
	if company := p.config.App.Settings().Company; company != nil {
		v.Company = company.Name
	}
	var body bytes.Buffer
	if err := templates.ExecuteTemplate(&body, name, v); err != nil {
		p.failed(w, r, err)
		return
	}
	headers(w, sourceOf(css))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}

// headers sets the headers of every page: nothing is loaded but a style, and nothing kept, framed, indexed or told to other sites.
func headers(w http.ResponseWriter, styleSource string) {
	if styleSource == "" {
		styleSource = "'none'"
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src "+styleSource+"; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Language")
}

// failed answers a request that the database or a defect has kept from being carried out.
func (p *Pages) failed(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	if f := fault.Of(err); store.Outage(err) != "" || f != nil && f.Code == fault.Unavailable {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", strconv.Itoa(int(transport.RetryAfter/time.Second)))
	}
	p.config.Log.ErrorContext(r.Context(), "a page for a customer could not be shown", "error", err)
	headers(w, "")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(chosen(r).TryLater + "\n"))
}

// chosen returns the words in the language of a request: the one that its address names, or else the one that its reader prefers.
func chosen(r *http.Request) *words {
	switch r.URL.Query().Get("lang") {
	case russian.Lang:
		return &russian
	case english.Lang:
		return &english
	}
	wanted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(wanted) == 0 {
		return &russian
	}
	if _, at, _ := matcher.Match(wanted...); at == 1 {
		return &english
	}
	return &russian
}

var matcher = language.NewMatcher([]language.Tag{language.Russian, language.English})

// switched returns the address of a request in another language.
func switched(r *http.Request, lang string) string {
	at, query := r.URL.Path, r.URL.Query()
	if token := r.PathValue("token"); token != "" { // what a form was sent to has no page of its own
		at, query = ownpage.Path+token, url.Values{}
	}
	query.Set("lang", lang)
	return (&url.URL{Path: at, RawQuery: query.Encode()}).String()
}
