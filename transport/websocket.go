package transport

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/coder/websocket"
)

// subprotocol is the one protocol spoken over a WebSocket:
// https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md.
const subprotocol = "graphql-transport-ws"

// The close codes of graphql-transport-ws.
const (
	closeBadMessage    websocket.StatusCode = 4400
	closeUnauthorized  websocket.StatusCode = 4401 // an operation before the acknowledgement
	closeForbidden     websocket.StatusCode = 4403 // the token is refused or expired, or its session has ended
	closeSubprotocol   websocket.StatusCode = 4406
	closeInitTimeout   websocket.StatusCode = 4408
	closeTwice         websocket.StatusCode = 4409 // an id that is in use
	closeTooManyInit   websocket.StatusCode = 4429
	closeInternalError websocket.StatusCode = 4500
)

// serveSocket upgrades a request to a WebSocket and serves it until either side closes it.
func (h *Handler) serveSocket(w http.ResponseWriter, r *http.Request) {
	if !h.originAllowed(r) {
		h.writeRefusal(w, r, mediaJSON, refuse(http.StatusForbidden, CodeForbiddenOrigin, "pages of this origin may not open a WebSocket"))
		return
	}
	if !h.streaming() {
		h.writeRefusal(w, r, mediaJSON, refuse(http.StatusServiceUnavailable, CodeShuttingDown, "the server is shutting down"))
		return
	}
	defer h.streams.Done()
	mustReceive(w, h.limits.Write) // the upgrade, which lifts the deadline
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols:       []string{subprotocol},
		InsecureSkipVerify: true, // originAllowed has checked
	})
	if err != nil {
		return // Accept has sent the response
	}
	if conn.Subprotocol() != subprotocol {
		_ = conn.Close(closeSubprotocol, "Subprotocol not acceptable")
		return
	}
	conn.SetReadLimit(int64(h.limits.SocketFrame))
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	s := &socket{handler: h, conn: conn, ctx: ctx, cancel: cancel, header: r.Header, running: map[string]*running{}}
	s.serve()
}

// originAllowed reports whether the page that opens a WebSocket may do so. Browsers do not apply the same-origin policy to
// sockets, and send cookies with them.
func (h *Handler) originAllowed(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	if len(origins) > 1 {
		return false
	}
	origin, err := url.Parse(origins[0])
	if err != nil || origin.Host == "" {
		return false
	}
	if strings.EqualFold(origin.Host, r.Host) {
		return true
	}
	for _, allowed := range h.config.Origins {
		if strings.EqualFold(strings.TrimSuffix(allowed, "/"), origin.Scheme+"://"+origin.Host) {
			return true
		}
	}
	return false
}
