package page

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"kopeck/fault"
	"kopeck/service/ownpage"
	"kopeck/transport"
)

// me is what a customer's own page shows.
type me struct {
	At            string // the address of the page
	Wrong         string // why there is no page; "" if there is one
	Notice, Alert string
	Page          *ownpage.Page
	Asked         bool // whether a code was asked for
	Held, Viewing string
}

// maxShown is how much of what is held is shown in the page: the file that is downloaded is whole.
const maxShown = 30 << 10

func (p *Pages) me() map[string]http.HandlerFunc {
	const at = ownpage.Path + "{token}"
	return map[string]http.HandlerFunc{
		"GET " + at: func(w http.ResponseWriter, r *http.Request) {
			in := chosen(r)
			p.showMe(w, r, http.StatusOK, me{Notice: in.Done[r.URL.Query().Get("done")]})
		},
		"POST " + at + "/revoke": p.change(func(ctx context.Context, token string, form url.Values) (string, error) {
			if one := form.Get("permission"); one != "all" {
				return "revoked", p.verbs().Revoke(ctx, token, one)
			}
			return "revokedAll", p.verbs().RevokeAll(ctx, token)
		}),
		"POST " + at + "/lower": p.change(func(ctx context.Context, token string, form url.Values) (string, error) {
			return "lowered", p.verbs().Lower(ctx, token, form.Get("permission"), form.Get("level"))
		}),
		"POST " + at + "/grant": p.change(func(ctx context.Context, token string, form url.Values) (string, error) {
			return "granted", p.verbs().Grant(ctx, token, form.Get("wording"), transport.ClientAddress(ctx))
		}),
		"POST " + at + "/code":     p.sendCode,
		"POST " + at + "/held":     p.enterCode,
		"POST " + at + "/download": p.download("personal-data.json", p.verbs().Held),
		"POST " + at + "/receipt":  p.download("receipt.json", p.verbs().Receipt),
	}
}

func (p *Pages) verbs() *ownpage.Service { return p.config.App.OwnPage }

// showMe shows the page of a request's token with what m says.
func (p *Pages) showMe(w http.ResponseWriter, r *http.Request, status int, m me) {
	token, in := r.PathValue("token"), chosen(r)
	m.At = ownpage.Path + token
	var err error
	m.Page, err = p.verbs().Open(r.Context(), token, in.Lang)
	switch {
	case fault.Is(err, fault.NotFound):
		p.show(w, r, http.StatusNotFound, "me.html", me{Wrong: in.WrongLink})
	case err != nil:
		p.failed(w, r, err)
	default:
		p.show(w, r, status, "me.html", m)
	}
}

// form reads the form of a request; false if it has been answered.
func (p *Pages) form(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	err := r.ParseForm()
	if err == nil {
		return true
	}
	headers(w, "")
	status := http.StatusBadRequest
	if large := new(http.MaxBytesError); errors.As(err, &large) {
		status = http.StatusRequestEntityTooLarge
	}
	w.WriteHeader(status)
	return false
}

// change carries out what a form of the page asks, and leads back to the page, which says what was done.
func (p *Pages) change(do func(ctx context.Context, token string, form url.Values) (done string, err error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !p.form(w, r) {
			return
		}
		done, err := do(r.Context(), r.PathValue("token"), r.PostForm)
		switch {
		case err == nil:
			headers(w, "")
			to := ownpage.Path + url.PathEscape(r.PathValue("token")) + "?" + url.Values{"done": {done}, "lang": {chosen(r).Lang}}.Encode()
			http.Redirect(w, r, to, http.StatusSeeOther)
		case fault.All(err) != nil && !fault.Is(err, fault.Unavailable):
			p.showMe(w, r, http.StatusConflict, me{Alert: chosen(r).NotChanged})
		default:
			p.failed(w, r, err)
		}
	}
}

func (p *Pages) sendCode(w http.ResponseWriter, r *http.Request) {
	in := chosen(r)
	err := p.verbs().SendCode(r.Context(), r.PathValue("token"), in.Lang)
	switch {
	case err == nil:
		p.showMe(w, r, http.StatusOK, me{Asked: true, Notice: in.CodeSent})
	case fault.Is(err, fault.LimitExceeded):
		p.showMe(w, r, http.StatusTooManyRequests, me{Asked: true, Alert: in.TooMany})
	case fault.All(err) != nil && !fault.Is(err, fault.Unavailable):
		p.showMe(w, r, http.StatusConflict, me{Alert: in.NoCode})
	default:
		p.failed(w, r, err)
	}
}

func (p *Pages) enterCode(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	token, in := r.PathValue("token"), chosen(r)
	viewing, err := p.verbs().EnterCode(r.Context(), token, r.PostFormValue("code"))
	var held string
	if err == nil {
		held, err = p.verbs().Held(r.Context(), token, viewing)
	}
	switch {
	case err == nil:
		if len(held) > maxShown {
			held = held[:maxShown] + "…"
		}
		p.showMe(w, r, http.StatusOK, me{Viewing: viewing, Held: held})
	case fault.All(err) != nil && !fault.Is(err, fault.Unavailable):
		p.showMe(w, r, http.StatusForbidden, me{Asked: true, Alert: in.WrongCode})
	default:
		p.failed(w, r, err)
	}
}

// download answers with a file for whoever has entered a code.
func (p *Pages) download(name string, read func(ctx context.Context, token, viewing string) (string, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !p.form(w, r) {
			return
		}
		text, err := read(r.Context(), r.PathValue("token"), r.PostFormValue("viewing"))
		switch {
		case err == nil:
			headers(w, "")
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
			_, _ = io.WriteString(w, text)
		case fault.Is(err, fault.WrongState):
			p.showMe(w, r, http.StatusConflict, me{Alert: chosen(r).NoReceipt})
		case fault.All(err) != nil && !fault.Is(err, fault.Unavailable):
			p.showMe(w, r, http.StatusForbidden, me{Alert: chosen(r).ViewingOver})
		default:
			p.failed(w, r, err)
		}
	}
}
