package main

import (
	"context"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// socket is a client on a WebSocket.
type socket struct {
	t    *testing.T
	ctx  context.Context
	conn *websocket.Conn
}

// connect signs in on a WebSocket, which is closed when the test ends.
func connect(t *testing.T, address, token string) socket {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	conn, _, err := websocket.Dial(ctx, "ws://"+address+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow(); cancel() })
	s := socket{t, ctx, conn}
	s.say(map[string]any{"type": "connection_init", "payload": map[string]any{"authorization": "Bearer " + token}})
	if ack := s.hear(); ack["type"] != "connection_ack" {
		t.Fatal(ack)
	}
	return s
}

func (s socket) say(message any) {
	s.t.Helper()
	if err := wsjson.Write(s.ctx, s.conn, message); err != nil {
		s.t.Fatal(err)
	}
}

// hear gives the next message that is neither ping nor pong.
func (s socket) hear() map[string]any {
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

// subscribe begins a subscription and waits until it stands.
func (s socket) subscribe(id, query string, variables any) {
	s.t.Helper()
	s.say(map[string]any{"id": id, "type": "subscribe", "payload": map[string]any{"query": query, "variables": variables}})
	time.Sleep(300 * time.Millisecond)
}
