package transport_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"kopeck/transport"
	"kopeck/transport/internal/testschema"
)

// pipes is a listener whose connections have no buffers: whatever the client does not read, the server cannot write.
type pipes struct {
	made  chan net.Conn
	ended chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.made:
		return conn, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error {
	select {
	case <-p.ended:
	default:
		close(p.ended)
	}
	return nil
}

func (pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.made <- server
	return client
}

// TestClientThatDoesNotRead sends requests of every kind and reads nothing of the answer: the server cuts each, and a shutdown
// beside them ends in order.
func TestClientThatDoesNotRead(t *testing.T) {
	t.Parallel()
	const post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s"
	request := func(body string, headers ...string) string {
		return fmt.Sprintf(post, len(body), strings.Join(append(headers, ""), "\r\n"), body)
	}
	for name, send := range map[string]string{
		"an answer":      request(`{"query":"{ hello }"}`),
		"a refusal":      request(`{"query":"{ nothing }"}`),
		"no JSON":        request(`{`),
		"one event":      request(`{"query":"{ hello }"}`, "Accept: text/event-stream"),
		"a subscription": request(`{"query":"subscription { count(to: 3) }"}`, "Accept: text/event-stream"),
		"another method": "DELETE / HTTP/1.1\r\nHost: x\r\n\r\n",
		"a page":         "GET /page HTTP/1.1\r\nHost: x\r\n\r\n",
		"a WebSocket":    "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const within = 50 * time.Millisecond
			handler := transport.New(testschema.NewExecutableSchema(testschema.Config{Resolvers: &testschema.Resolvers{}}), transport.Config{Limits: transport.Limits{Write: within, SocketPing: within}})
			mux := http.NewServeMux()
			mux.Handle("/", handler)
			mux.Handle("/page", transport.Deadlines(within, http.NotFoundHandler()))
			server := &http.Server{Handler: mux, WriteTimeout: time.Hour}
			listener := pipes{make(chan net.Conn), make(chan struct{})}
			served := make(chan error, 1)
			go func() { served <- server.Serve(listener) }()
			client := listener.dial()
			defer client.Close()
			_ = client.SetDeadline(time.Now().Add(30 * time.Second))
			if _, err := client.Write([]byte(send)); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			if err := errors.Join(handler.Shutdown(ctx), server.Shutdown(ctx)); err != nil {
				t.Errorf("the shutdown waits for a client that does not read: %v", err)
			}
			<-served
		})
	}
}

// The time of one answer does not end the connection's next: a client that reads keeps it.
func TestDeadlineIsOfOneAnswer(t *testing.T) {
	t.Parallel()
	const within = 50 * time.Millisecond
	handler := transport.New(testschema.NewExecutableSchema(testschema.Config{Resolvers: &testschema.Resolvers{}}), transport.Config{Limits: transport.Limits{Write: within}})
	server := &http.Server{Handler: handler, WriteTimeout: time.Hour}
	listener := pipes{make(chan net.Conn), make(chan struct{})}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	conn := listener.dial()
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	reader := bufio.NewReader(conn)
	for i := range 2 {
		if i > 0 {
			time.Sleep(2 * within) // the first answer's deadline passes
		}
		fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n%s", `{"query":"{ hello }"}`)
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
}
