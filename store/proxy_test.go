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

// proxy stands between a store and PostgreSQL and misbehaves.
type proxy struct {
	url string

	mu      sync.Mutex
	silent  bool   // nothing goes through, and nobody is told
	dropOn  []byte // what the client says that makes the proxy cut the connection once it was handed on
	refuse  string // a startup parameter that is refused, as pgbouncer does
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

// up passes on what the client says, after a look at its first message.
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
	p.pass(client, server, func(said []byte) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.dropOn != nil && bytes.Contains(said, p.dropOn)
	})
}

// pass hands on what one end says to the other, until drop says to cut.
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
			from.Close() // the client hears no more; the server does what it was told
			to.Write(buffer[:n])
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
