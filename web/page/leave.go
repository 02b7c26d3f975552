package page

import (
	"context"
	"net/http"

	"kopeck/fault"
	"kopeck/service"
	"kopeck/service/consent"
)

// leaving is a link that ends a permission without signing in. Following it only shows a button, since mail scanners follow links too. Pressing
// the button, or a mail program's one-click POST (RFC 8058), ends the permission.
type leaving struct {
	pages *Pages
	path  string
	end   func(ctx context.Context, token string) error
}

func (p *Pages) leaving() []leaving {
	verbs := p.config.App.Consent
	return []leaving{
		{p, consent.UnsubscribePage, verbs.Unsubscribe},
		{p, consent.RevocationPage, func(ctx context.Context, token string) error {
			_, err := verbs.RevokePermissionByLink(ctx, service.RevokePermissionByLinkInput{Token: token})
			return err
		}},
	}
}

// leave is what the page of such a link shows.
type leave struct{ Done, Wrong, Path, Token string }

func (l leaving) ask(w http.ResponseWriter, r *http.Request) {
	l.pages.show(w, r, http.StatusOK, "leave.html", leave{Path: l.path, Token: r.URL.Query().Get("token")})
}

func (l leaving) leave(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	token := r.URL.Query().Get("token")
	if token == "" {
		token = r.PostFormValue("token")
	}
	err := l.end(r.Context(), token)
	switch {
	case err == nil:
		l.pages.show(w, r, http.StatusOK, "leave.html", leave{Done: chosen(r).LeaveDone})
	case fault.All(err) != nil && !fault.Is(err, fault.Unavailable):
		l.pages.show(w, r, http.StatusBadRequest, "leave.html", leave{Wrong: chosen(r).WrongLink})
	default:
		l.pages.failed(w, r, err)
	}
}
