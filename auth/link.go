package auth

import (
	"encoding/binary"
	"errors"
	"time"
)

// The errors of a link.
var (
	// ErrLinkInvalid reports a link that this installation has not made, or one for another purpose.
	ErrLinkInvalid = errors.New("the link is invalid or incomplete")
	// ErrLinkExpired reports a link for confirming that has expired.
	ErrLinkExpired = errors.New("the link has expired")
)

var linkTokens = sealed{use: UseLink, prefix: "kl1.", domain: "kopeck link token 1\x00", limit: 256}

// LinkPurpose is what the holder of a link may do.
type LinkPurpose byte

// The purposes.
const (
	LinkRevoke  LinkPurpose = 1 // revoke a permission without signing in
	LinkConfirm LinkPurpose = 2 // confirm a permission (double opt-in)

	linkUnsubscribe LinkPurpose = 3 // end what a message was sent by: see Unsubscribe
	linkPage        LinkPurpose = 4 // open a customer's own page: see Page
	linkViewing     LinkPurpose = 5 // read what is held of a customer: see Viewing
	linkCode        LinkPurpose = 6 // what a code follows from: see Code
)

// Links signs the tokens in links of letters and messages, each of which gives the right to do one thing to one
// permission. The keys of links are never dropped, so a link for revoking never expires.
type Links struct {
	Keys *Keys
	Now  func() time.Time
}

// Revoke returns the token that lets its holder revoke a permission (prm_…). It never expires.
func (l *Links) Revoke(permission string) (string, error) {
	return l.sign(LinkRevoke, permission, 0)
}

// Confirm returns the token that lets its holder confirm a permission until a time, truncated to seconds.
func (l *Links) Confirm(permission string, until time.Time) (string, error) {
	if until.Unix() <= 0 {
		return "", errors.New("auth: a link for confirming needs an end after 1970")
	}
	return l.sign(LinkConfirm, permission, uint64(until.Unix()))
}

// Verify returns the permission of a link. The error is ErrLinkInvalid, also if the link has another purpose, or
// ErrLinkExpired together with the permission.
func (l *Links) Verify(purpose LinkPurpose, token string) (permission string, err error) {
	payload, err := linkTokens.open(l.Keys, token)
	if err != nil || len(payload) <= 1+idBytes || LinkPurpose(payload[0]) != purpose {
		return "", ErrLinkInvalid
	}
	until, n := binary.Uvarint(payload[1+idBytes:])
	if n != len(payload)-1-idBytes || (until == 0) != (purpose == LinkRevoke) {
		return "", ErrLinkInvalid
	}
	permission = unpackID("prm", [idBytes]byte(payload[1:1+idBytes]))
	if until != 0 && l.Now().Unix() >= int64(until) {
		return permission, ErrLinkExpired
	}
	return permission, nil
}

func (l *Links) sign(purpose LinkPurpose, permission string, until uint64) (string, error) {
	id, err := packID("prm", permission)
	if err != nil {
		return "", err
	}
	payload := append([]byte{byte(purpose)}, id[:]...)
	return linkTokens.seal(l.Keys, binary.AppendUvarint(payload, until))
}
