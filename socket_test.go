package main

import (
	"context"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// socket is a client of a WebSocket.
type socket struct {
	t    *testing.T
	ctx  context.Context
	conn *websocket.Conn
}

// connect opens and authenticates a WebSocket, which is closed when the test ends.
func connect(t *testing.T, address, token string) socket {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	conn, _, err := websocket.Dial(ctx, "ws://"+address+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow(); cancel() })
	s := socket{t, ctx, conn}
	s.send(map[string]any{"type": "connection_init", "payload": map[string]any{"authorization": "Bearer " + token}})
	if ack := s.receive(); ack["type"] != "connection_ack" {
		t.Fatal(ack)
	}
	return s
}

func (s socket) send(message any) {
	s.t.Helper()
	if err := wsjson.Write(s.ctx, s.conn, message); err != nil {
		s.t.Fatal(err)
	}
}

// receive returns the next message that is neither ping nor pong.
func (s socket) receive() map[string]any {
	s.t.Helper()
	for {
		var message map[string]any
		if err := wsjson.Read(s.ctx, s.conn, &message); err != nil {
			s.t.Fatal(err)
		}
		if message["type"] != "ping" && message["type"] != "pong" {
			return message
		}
	}
}

// subscribe starts a subscription and waits some time for it to be active.
func (s socket) subscribe(id, query string, variables any) {
	s.t.Helper()
	s.send(map[string]any{"id": id, "type": "subscribe", "payload": map[string]any{"query": query, "variables": variables}})
	time.Sleep(300 * time.Millisecond)
}
