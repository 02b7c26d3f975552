package web

import (
	"html/template"
	"net/http"
	"strconv"
	"time"

	"kopeck/fault"
	"kopeck/service"
	"kopeck/store"
	"kopeck/transport"
)

// The link that revokes a permission works without signing in. Following it only shows a button, since mail scanners
// follow links too. Pressing the button, or a mail program's one-click POST (RFC 8058), revokes the permission.
var revokePage = template.Must(template.New("revoke").Parse(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Unsubscribe</title></head>
<body>
{{if .Done}}<p>Done. We will not write or call on this permission any more.</p>
{{else if .Wrong}}<p>This link is invalid or incomplete. Please use the whole link.</p>
{{else}}<form method="post" action="/permissions/revoke"><input type="hidden" name="token" value="{{.Token}}"><button>Stop contacting me</button></form>
{{end}}</body>
</html>
`))

func showRevoke(w http.ResponseWriter, status int, page any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = revokePage.Execute(w, page)
}

type revokeView struct {
	Done, Wrong bool
	Token       string
}

func (s *Site) askToRevoke(w http.ResponseWriter, r *http.Request) {
	showRevoke(w, http.StatusOK, revokeView{Token: r.URL.Query().Get("token")})
}

func (s *Site) revoke(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	token := r.URL.Query().Get("token")
	if token == "" {
		token = r.PostFormValue("token")
	}
	_, err := s.config.App.Consent.RevokePermissionByLink(r.Context(), service.RevokePermissionByLinkInput{Token: token})
	switch {
	case err == nil:
		showRevoke(w, http.StatusOK, revokeView{Done: true})
	case store.Outage(err) != "":
		s.config.Log.WarnContext(r.Context(), "the database was not available", "error", err)
		w.Header().Set("Retry-After", strconv.Itoa(int(transport.RetryAfter/time.Second)))
		plain(w, http.StatusServiceUnavailable, "this is not possible at the moment; please try again in a few minutes")
	case fault.All(err) != nil:
		showRevoke(w, http.StatusBadRequest, revokeView{Wrong: true})
	default:
		s.config.Log.ErrorContext(r.Context(), "a permission could not be revoked by its link", "error", err)
		plain(w, http.StatusInternalServerError, "internal error; please try again")
	}
}
