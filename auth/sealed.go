package auth

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
)

// sealed is a kind of compact signed token, which its holder can read: a prefix in clear text, then in base64url the first 8 bytes of
// the key's thumbprint, the payload, and the Ed25519 signature of domain, key and payload. Each kind has its own key use
// and domain, so that no token is accepted as another kind or as a JWT.
type sealed struct {
	use    KeyUse
	prefix string
	domain string // ends with a zero byte, so that no domain is a prefix of another
	limit  int    // the maximum length of a token in bytes
}

var (
	errNotSealed = errors.New("auth: not a token of this kind, or not signed by this installation")
	errTooLarge  = errors.New("auth: the payload is too large for a token")
)

const keyHint = 8

func (s sealed) message(body []byte) []byte {
	return append([]byte(s.domain), body...)
}

// seal signs a payload. The error is errTooLarge, or a *KeysError if there is no key.
func (s sealed) seal(keys *Keys, payload []byte) (string, error) {
	key, err := keys.signer(s.use)
	if err != nil {
		return "", err
	}
	body := append(bytes.Clone(key.digest[:keyHint]), payload...)
	body = append(body, ed25519.Sign(key.private, s.message(body))...)
	if len(s.prefix)+base64.RawURLEncoding.EncodedLen(len(body)) > s.limit {
		return "", errTooLarge
	}
	return s.prefix + base64.RawURLEncoding.EncodeToString(body), nil
}

// open returns the payload of a token signed by one of the keys; any other token is errNotSealed. A token has only one
// valid spelling: no other text has the same payload under the same key.
func (s sealed) open(keys *Keys, token string) ([]byte, error) {
	body, err := bodyOf(token, s.prefix, s.limit)
	if err != nil || len(body) < keyHint+ed25519.SignatureSize {
		return nil, errNotSealed
	}
	hint := body[:keyHint]
	body, signature := body[:len(body)-ed25519.SignatureSize], body[len(body)-ed25519.SignatureSize:]
	key := keys.verifier(s.use, func(k *signingKey) bool { return bytes.Equal(k.digest[:keyHint], hint) })
	if key == nil || !ed25519.Verify(key.public(), s.message(body), signature) {
		return nil, errNotSealed
	}
	return body[keyHint:], nil
}
