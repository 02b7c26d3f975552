package auth

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// What customers do without signing in: the links of their messages and of their own page, and the codes that are sent to their addresses. All
// are signed by the keys of links, and none is ever taken for another.

// Subscription is what a link to unsubscribe ends: what a message was sent by, to a customer, by a channel.
type Subscription struct{ Message, Customer, Channel string }

// Unsubscribe returns the token that lets its holder end what a message was sent by. It never expires.
func (l *Links) Unsubscribe(of Subscription) (string, error) {
	message, err := packID("msg", of.Message)
	if err != nil {
		return "", err
	}
	customer, err := packID("cus", of.Customer)
	if err != nil {
		return "", err
	}
	payload := append([]byte{byte(linkUnsubscribe)}, message[:]...)
	payload = append(payload, customer[:]...)
	return linkTokens.seal(l.Keys, append(payload, of.Channel...))
}

// VerifyUnsubscribe returns what a link to unsubscribe ends. The error is ErrLinkInvalid.
func (l *Links) VerifyUnsubscribe(token string) (Subscription, error) {
	payload, err := l.open(linkUnsubscribe, token)
	if err != nil || len(payload) <= 2*idBytes {
		return Subscription{}, ErrLinkInvalid
	}
	return Subscription{
		Message: unpackID("msg", [idBytes]byte(payload[:idBytes])), Customer: unpackID("cus", [idBytes]byte(payload[idBytes:2*idBytes])),
		Channel: string(payload[2*idBytes:]),
	}, nil
}

// Page returns the token that opens a customer's own page, of the link (lnk_…) that the database has. When it ends is said there.
func (l *Links) Page(link string) (string, error) {
	packed, err := packID("lnk", link)
	if err != nil {
		return "", err
	}
	return linkTokens.seal(l.Keys, append([]byte{byte(linkPage)}, packed[:]...))
}

// VerifyPage returns the link of a token of Page. The error is ErrLinkInvalid.
func (l *Links) VerifyPage(token string) (link string, err error) {
	payload, err := l.open(linkPage, token)
	if err != nil || len(payload) != idBytes {
		return "", ErrLinkInvalid
	}
	return unpackID("lnk", [idBytes]byte(payload)), nil
}

// Viewing returns the token that lets somebody who has entered a code (lcd_…) read what is held until a time, truncated to seconds.
func (l *Links) Viewing(code string, until time.Time) (string, error) {
	packed, err := packID("lcd", code)
	if err != nil {
		return "", err
	}
	if until.Unix() <= 0 {
		return "", errors.New("auth: a viewing needs an end after 1970")
	}
	payload := append([]byte{byte(linkViewing)}, packed[:]...)
	return linkTokens.seal(l.Keys, binary.AppendUvarint(payload, uint64(until.Unix())))
}

// VerifyViewing returns the code of a token of Viewing. The error is ErrLinkInvalid, or ErrLinkExpired.
func (l *Links) VerifyViewing(token string) (code string, err error) {
	payload, err := l.open(linkViewing, token)
	if err != nil || len(payload) <= idBytes {
		return "", ErrLinkInvalid
	}
	until, n := binary.Uvarint(payload[idBytes:])
	switch {
	case n != len(payload)-idBytes:
		return "", ErrLinkInvalid
	case l.Now().Unix() >= int64(until):
		return "", ErrLinkExpired
	}
	return unpackID("lcd", [idBytes]byte(payload)), nil
}

// codeRange is how many codes there are: they have eight digits.
const codeRange = 100_000_000

// Code returns the code of eight digits that follows from an id (lcd_…) and the key that signs links now, so that it is kept nowhere: neither
// the database nor a copy of it tells a code. After a rotation of keys the codes are others.
func (l *Links) Code(id string) (string, error) {
	packed, err := packID("lcd", id)
	if err != nil {
		return "", err
	}
	key, err := l.Keys.signer(UseLink)
	if err != nil {
		return "", err
	}
	c, err := newCiphers(key, "kopeck page code 1")
	if err != nil {
		return "", err
	}
	digest := c.nonce(packed[:], []byte{byte(linkCode)})
	return fmt.Sprintf("%08d", binary.BigEndian.Uint64(digest[:8])%codeRange), nil
}

// open returns what follows the purpose in the payload of a token.
func (l *Links) open(purpose LinkPurpose, token string) ([]byte, error) {
	payload, err := linkTokens.open(l.Keys, token)
	if err != nil || len(payload) == 0 || LinkPurpose(payload[0]) != purpose {
		return nil, ErrLinkInvalid
	}
	return payload[1:], nil
}
