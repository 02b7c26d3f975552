package transport

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies says which proxies are trusted to name the client in X-Forwarded-For. The zero value trusts none.
type Proxies struct {
	nearest  bool // whoever connects
	networks []netip.Prefix
}

// ParseProxies reads "false" or "" (none), "true" (whoever connects to the server, and nobody else) or a list of addresses and
// networks separated by commas: "10.0.0.0/8, 2001:db8::1".
func ParseProxies(text string) (Proxies, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "", "false", "0":
		return Proxies{}, nil
	case "true", "1":
		return Proxies{nearest: true}, nil
	}
	var p Proxies
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		network, err := netip.ParsePrefix(part)
		if err != nil {
			var address netip.Addr
			address, err = netip.ParseAddr(part)
			network = netip.PrefixFrom(address, address.BitLen())
		}
		if err != nil {
			return Proxies{}, fmt.Errorf("%q is neither true nor false nor an address nor a network; write them as 10.0.0.0/8,192.0.2.7", part)
		}
		p.networks = append(p.networks, netip.PrefixFrom(network.Addr().Unmap(), network.Bits()-network.Addr().BitLen()+network.Addr().Unmap().BitLen()).Masked())
	}
	return p, nil
}

// trusts reports whether an address is one of the networks'.
func (p Proxies) trusts(address netip.Addr) bool {
	for _, network := range p.networks {
		if network.Contains(address) {
			return true
		}
	}
	return false
}

// ClientAddress returns the network address of the client that a request comes from, without a port. It is who connects, unless that
// is a trusted proxy: then all lines of X-Forwarded-For are one list, and the client is the last address in it that is not a
// trusted proxy's, since only what trusted proxies have appended is true. What cannot be read as an address ends the
// list: the client is then the proxy that has appended it.
func (p Proxies) ClientAddress(r *http.Request) string {
	peer, ok := parseAddress(r.RemoteAddr)
	if !ok {
		return r.RemoteAddr
	}
	if !p.nearest && !p.trusts(peer) {
		return peer.String()
	}
	list := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	client := peer
	for _, text := range slices.Backward(list) {
		address, ok := parseAddress(text)
		if !ok {
			break
		}
		client = address
		if !p.trusts(address) {
			break
		}
	}
	return client.String()
}

// parseAddress reads an address with or without a port.
func parseAddress(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return netip.Addr{}, false
	}
	return address.Unmap().WithZone(""), true
}

type addressKey struct{}

// Addresses is middleware that finds the client's address once for all that ask for it: see [ClientAddress]. Handler includes it
// without trusted proxies; wrap an outer handler to trust some.
func Addresses(trusted Proxies, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ClientAddress(r.Context()) != "" {
			next.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), addressKey{}, trusted.ClientAddress(r))))
	})
}

// ClientAddress returns the network address of the client that the request of ctx comes from, "" outside of one.
func ClientAddress(ctx context.Context) string {
	address, _ := ctx.Value(addressKey{}).(string)
	return address
}
