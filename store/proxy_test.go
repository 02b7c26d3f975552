package store_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
)

// proxy forwards the connections of a store to PostgreSQL and simulates failures.
type proxy struct {
	url string

	mu      sync.Mutex
	silent  bool   // nothing is forwarded, and no connection is closed
	dropOn  []byte // text of the client after which the proxy forwards it and cuts the connection
	refuse  string // a startup parameter that is refused, as by pgbouncer
	links   []net.Conn
	resumed *sync.Cond
}

// through starts a proxy to the database of a URL, which is on a Unix socket or on TCP.
func through(t *testing.T, to string) *proxy {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	network, address := "tcp", u.Host
	parameters := u.Query()
	if directory := parameters.Get("host"); directory != "" {
		network, address = "unix", filepath.Join(directory, ".s.PGSQL.5432")
		parameters.Del("host")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u.Host, u.RawQuery = listener.Addr().String(), parameters.Encode()
	p := &proxy{url: u.String()}
	p.resumed = sync.NewCond(&p.mu)
	t.Cleanup(func() {
		listener.Close()
		p.change(func() { p.silent = false })
		p.cut()
	})
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial(network, address)
			if err != nil {
				client.Close()
				continue
			}
			p.change(func() { p.links = append(p.links, client, server) })
			go p.up(client, server)
			go p.pass(server, client, nil)
		}
	}()
	return p
}

func (p *proxy) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	p.resumed.Broadcast()
}

// cut resets all connections.
func (p *proxy) cut() {
	p.change(func() {
		for _, link := range p.links {
			link.Close()
		}
		p.links = nil
	})
}

// up forwards what the client sends, unless its first message has a parameter to be refused.
func (p *proxy) up(client, server net.Conn) {
	var length [4]byte
	if _, err := io.ReadFull(client, length[:]); err != nil {
		return
	}
	first := make([]byte, binary.BigEndian.Uint32(length[:])-4)
	if _, err := io.ReadFull(client, first); err != nil {
		return
	}
	p.mu.Lock()
	refuse := p.refuse
	p.mu.Unlock()
	if refuse != "" && bytes.Contains(first, []byte(refuse)) {
		fields := "SFATAL\x00C08P01\x00Munsupported startup parameter: " + refuse + "\x00\x00"
		answer := binary.BigEndian.AppendUint32([]byte{'E'}, uint32(len(fields)+4))
		client.Write(append(answer, fields...))
		client.Close()
		server.Close()
		return
	}
	server.Write(append(length[:], first...))
	p.pass(client, server, func(sent []byte) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.dropOn != nil && bytes.Contains(sent, p.dropOn)
	})
}

// pass forwards data from one end to the other until drop returns true for it.
func (p *proxy) pass(from, to net.Conn, drop func([]byte) bool) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		p.mu.Lock()
		for p.silent {
			p.resumed.Wait()
		}
		p.mu.Unlock()
		if drop != nil && drop(buffer[:n]) {
			from.Close() // the client gets no answer; the server still gets the statement
			to.Write(buffer[:n])
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
