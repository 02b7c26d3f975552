package transport

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/ast"

	"kopeck/fault"
)

// socket is one client's connection.
type socket struct {
	handler *Handler
	conn    *websocket.Conn
	ctx     context.Context // ends with the socket
	cancel  context.CancelFunc
	header  http.Header
	count   int // number of operations started, for their request ids

	mu         sync.Mutex
	operations context.Context // as returned by Authenticate; nil before the acknowledgement
	running    map[string]*running
	work       sync.WaitGroup
}

// running is one operation of a socket.
type running struct{ cancel context.CancelFunc }

func (s *socket) serve() {
	defer func() {
		s.cancel()
		_ = s.conn.CloseNow()
		s.work.Wait()
	}()
	initialised := make(chan struct{})
	s.spawn(func() { s.awaitInit(initialised) })
	s.spawn(s.ping)
	s.spawn(s.awaitShutdown)
	initialisations := 0
	for {
		kind, text, err := s.conn.Read(s.ctx)
		if err != nil {
			return
		}
		msg, ok := parseMessage(kind, text)
		if !ok {
			s.close(closeBadMessage, "Invalid message")
			return
		}
		switch msg.Type {
		case "connection_init":
			if initialisations++; initialisations > 1 {
				s.close(closeTooManyInit, "Too many initialisation requests")
				return
			}
			close(initialised)
			if !s.init(msg.Payload) {
				return
			}
		case "ping":
			s.send(message{Type: "pong", Payload: msg.Payload})
		case "pong":
		case "subscribe":
			if !s.subscribe(msg) {
				return
			}
		case "complete":
			s.mu.Lock()
			if op := s.running[msg.ID]; op != nil {
				delete(s.running, msg.ID)
				op.cancel()
			}
			s.mu.Unlock()
		}
	}
}

// spawn runs work that the socket waits for when it ends. Only serve's goroutine calls it.
func (s *socket) spawn(work func()) {
	s.work.Go(work)
}

func (s *socket) awaitInit(initialised <-chan struct{}) {
	if s.handler.limits.SocketInit < 0 {
		return
	}
	timer := time.NewTimer(s.handler.limits.SocketInit)
	defer timer.Stop()
	select {
	case <-timer.C:
		s.close(closeInitTimeout, "Connection initialisation timeout")
	case <-initialised:
	case <-s.ctx.Done():
	}
}

// ping keeps proxies from closing an idle socket and detects a client that has vanished. It sends both the
// protocol's ping, for clients that expect it, and the WebSocket's, which must be answered.
func (s *socket) ping() {
	interval := s.handler.limits.SocketPing
	ticker := newTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if s.acknowledged() != nil {
				s.send(message{Type: "ping"})
			}
			alive, cancel := context.WithTimeout(s.ctx, interval)
			err := s.conn.Ping(alive)
			cancel()
			if err != nil {
				s.cancel()
				return
			}
		case <-s.ctx.Done():
			return
		}
	}
}

// awaitShutdown closes the socket when the server shuts down, also while a message or a ping waits for a client that does not
// read.
func (s *socket) awaitShutdown() {
	select {
	case <-s.handler.ending:
		s.close(websocket.StatusGoingAway, "the server is shutting down")
	case <-s.ctx.Done():
	}
}

func (s *socket) acknowledged() context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.operations
}

// init authenticates the socket. It returns false if it has closed the socket instead.
func (s *socket) init(payload json.RawMessage) bool {
	ctx := s.ctx
	if authenticate := s.handler.config.Authenticate; authenticate != nil {
		signedIn, expiresAt, done, err := authenticate(ctx, tokenIn(payload))
		if f := fault.Of(err); f != nil && f.Code == fault.Unavailable {
			s.close(websocket.StatusTryAgainLater, "Try again later")
			return false
		}
		if err != nil {
			s.close(closeForbidden, "Forbidden")
			return false
		}
		ctx = signedIn
		s.spawn(func() { s.awaitSessionEnd(expiresAt, done) })
	}
	s.mu.Lock()
	s.operations = ctx
	s.mu.Unlock()
	s.send(message{Type: "connection_ack"})
	return true
}

func (s *socket) awaitSessionEnd(expiresAt time.Time, done <-chan struct{}) {
	var expired <-chan time.Time
	if !expiresAt.IsZero() {
		timer := time.NewTimer(expiresAt.Sub(s.handler.config.Now()))
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case <-expired:
		s.close(closeForbidden, "the token has expired")
	case <-done:
		s.close(closeForbidden, "signed out")
	case <-s.ctx.Done():
	}
}

// subscribe starts an operation. It returns false if it has closed the socket instead.
func (s *socket) subscribe(msg message) bool {
	signedIn := s.acknowledged()
	if signedIn == nil {
		s.close(closeUnauthorized, "Unauthorized")
		return false
	}
	object, err := decodeObject(msg.Payload)
	if err != nil {
		s.close(closeBadMessage, "Invalid message")
		return false
	}
	params, refused := requestOf(object)
	if refused != nil {
		s.close(closeBadMessage, "Invalid message")
		return false
	}
	params.Headers = s.header

	s.count++
	ctx := WithRequestID(signedIn, fmt.Sprintf("%s-%d", RequestID(s.ctx), s.count))
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.ctx, cancel) // the context of Authenticate may not derive from the socket's
	op := &running{cancel: func() { stop(); cancel() }}
	s.mu.Lock()
	_, twice := s.running[msg.ID]
	full := over(len(s.running)+1, s.handler.limits.SocketOperations)
	if !twice && !full {
		s.running[msg.ID] = op
	}
	s.mu.Unlock()
	switch {
	case twice:
		op.cancel()
		s.close(closeTwice, "Subscriber for "+shortID(msg.ID)+" already exists")
		return false
	case full:
		op.cancel()
		refused := refuse(0, string(fault.LimitExceeded), fmt.Sprintf("a socket may run at most %d operations at once", s.handler.limits.SocketOperations))
		s.send(message{ID: msg.ID, Type: "error", Payload: mustJSON(refused.errors)})
		return true
	}
	s.spawn(func() {
		defer op.cancel()
		s.run(ctx, msg.ID, op, params)
	})
	return true
}

// shortID returns an id that fits the 123 bytes of a close frame's reason.
func shortID(id string) string {
	if len(id) > 36 {
		return "this id"
	}
	return id
}

// run prepares and runs an operation and sends its messages: one "error" if it is refused, otherwise any number
// of "next" and a "complete".
func (s *socket) run(ctx context.Context, id string, current *running, params *graphql.RawParams) {
	defer func() {
		if p := recover(); p != nil {
			_ = s.handler.present(ctx, recovered(ctx, p)) // to the log
			s.close(closeInternalError, "internal error")
		}
	}()
	op, refused := s.handler.prepare(ctx, "websocket", params, func(ast.Operation) *refusal { return nil }, func(*ast.OperationDefinition, map[string]any) *refusal { return nil })
	if refused != nil {
		if s.finish(id, current) {
			s.send(message{ID: id, Type: "error", Payload: mustJSON(refused.errors)})
		}
		return
	}
	if op.graphql.Operation.Operation != ast.Subscription {
		s.next(id, current, op.run())
	} else {
		defer op.observe(ctx)
		next := op.events(op.ctx)
		for response := next(); response != nil && ctx.Err() == nil; response = next() {
			s.next(id, current, response)
		}
	}
	if s.finish(id, current) {
		s.send(message{ID: id, Type: "complete"})
	}
}

// next sends a result unless the client has completed the operation.
func (s *socket) next(id string, current *running, response *graphql.Response) {
	s.mu.Lock()
	wanted := s.running[id] == current
	s.mu.Unlock()
	if wanted {
		s.send(message{ID: id, Type: "next", Payload: encode(response, true)})
	}
}

// finish removes an operation from the list. It returns false if the client has completed it before.
func (s *socket) finish(id string, current *running) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[id] != current {
		return false
	}
	delete(s.running, id)
	return true
}

// send writes a message. The socket is closed if the client does not receive it in time.
func (s *socket) send(msg message) {
	ctx, cancel := s.handler.limits.receiving(s.ctx)
	defer cancel()
	if err := s.conn.Write(ctx, websocket.MessageText, mustJSON(msg)); err != nil {
		s.cancel()
	}
}

// close sends the client the reason and ends the socket with all its operations.
func (s *socket) close(code websocket.StatusCode, reason string) {
	_ = s.conn.Close(code, reason) // the client may have disconnected
	s.cancel()
}
