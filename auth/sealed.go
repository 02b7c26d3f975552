package auth

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"
)

// sealed is a kind of compact signed token: a prefix in clear, then in base64url the first 8 bytes of
// the key's thumbprint, the payload, and the Ed25519 signature over domain, key and payload. Key use
// and domain are its own, so no kind is ever taken for another, nor for a JWT.
type sealed struct {
	use    KeyUse
	prefix string
	domain string // ends in a zero byte: no domain begins another
	limit  int    // bytes of a whole token
}

var (
	errNotSealed = errors.New("auth: not a token of this kind, or not signed by us")
	errTooLarge  = errors.New("auth: more than fits a token")
)

const keyHint = 8

func (s sealed) message(body []byte) []byte {
	return append([]byte(s.domain), body...)
}

// seal signs a payload. It fails with errTooLarge, or with a *KeysError when there is no key.
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

// open gives the payload of a token that one of our keys has signed, else errNotSealed. A token has
// one spelling: no second text opens to the same payload under the same key.
func (s sealed) open(keys *Keys, token string) ([]byte, error) {
	if len(token) > s.limit {
		return nil, errNotSealed
	}
	encoded, ok := strings.CutPrefix(token, s.prefix)
	if !ok || strings.ContainsAny(encoded, "\r\n") { // which the decoder would skip
		return nil, errNotSealed
	}
	body, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
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
