package auth

import "net/netip"

// Network returns the network by which a client is counted: the address itself for IPv4, the /64 for IPv6, since one client has a
// whole network. address may have a port; what is no address is returned as it is.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		withPort, portErr := netip.ParseAddrPort(address)
		if portErr != nil {
			return address
		}
		ip = withPort.Addr()
	}
	ip = ip.Unmap()
	if ip.Is6() {
		network, _ := ip.WithZone("").Prefix(64) // 64 bits fit any IPv6 address
		ip = network.Addr()
	}
	return ip.String()
}
