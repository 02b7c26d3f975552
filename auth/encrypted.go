package auth

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
)

// ciphers encrypts and authenticates by AES-256-GCM. The nonce is computed from what is encrypted, so that the same text under the same
// key gives the same result, and a nonce is used again for the same text alone.
type ciphers struct {
	aead cipher.AEAD
	mac  []byte // of nonces
}

// newCiphers derives the keys of ciphers from a signing key. Each purpose has keys of its own.
func newCiphers(key *signingKey, purpose string) (ciphers, error) {
	const half = 32
	secret, err := hkdf.Key(sha256.New, key.private.Seed(), nil, purpose, 2*half)
	if err != nil {
		return ciphers{}, err
	}
	block, err := aes.NewCipher(secret[:half])
	if err != nil {
		return ciphers{}, err
	}
	aead, err := cipher.NewGCM(block)
	return ciphers{aead, secret[half:]}, err
}

// seal returns the nonce and what was encrypted. The place is anything that open must be given as well.
func (c ciphers) seal(plain, place []byte) []byte {
	nonce := c.nonce(plain, place)
	return c.aead.Seal(nonce, nonce, plain, place)
}

// open returns what was encrypted for a place; false for anything that seal has not returned for it.
func (c ciphers) open(sealed, place []byte) ([]byte, bool) {
	n := c.aead.NonceSize()
	if len(sealed) < n {
		return nil, false
	}
	plain, err := c.aead.Open(nil, sealed[:n:n], sealed[n:], place)
	return plain, err == nil && hmac.Equal(sealed[:n], c.nonce(plain, place))
}

func (c ciphers) nonce(plain, place []byte) []byte {
	h := hmac.New(sha256.New, c.mac)
	h.Write(plain)
	h.Write(place)
	return slices.Clip(h.Sum(nil)[:c.aead.NonceSize()])
}

// encrypted is a kind of compact token that its holder cannot read: a prefix in clear text, then in base64url the first 8 bytes of the
// thumbprint of the key that its ciphers are derived from, the nonce, and the payload, filled up and encrypted. Each kind has its
// own key use and purpose, so that no token is accepted as another kind.
type encrypted struct {
	use     KeyUse
	prefix  string
	purpose string
	limit   int // the maximum length of a token in bytes
	grain   int // payloads are filled up to multiples of it, so that the length of a token does not tell what is in it
}

const filler = 0x80 // follows the payload; zeros follow it

func (e encrypted) seal(keys *Keys, payload []byte) (string, error) {
	key, err := keys.signer(e.use)
	if err != nil {
		return "", err
	}
	c, err := newCiphers(key, e.purpose)
	if err != nil {
		return "", err
	}
	filled := append(bytes.Clone(payload), filler)
	filled = append(filled, make([]byte, (e.grain-len(filled)%e.grain)%e.grain)...)
	hint := key.digest[:keyHint]
	body := slices.Concat(hint, c.seal(filled, hint))
	if len(e.prefix)+base64.RawURLEncoding.EncodedLen(len(body)) > e.limit {
		return "", errTooLarge
	}
	return e.prefix + base64.RawURLEncoding.EncodeToString(body), nil
}

// open returns the payload of a token that was encrypted by one of the keys; any other token is errNotSealed. A token has only one
// valid spelling: no other text has the same payload under the same key.
func (e encrypted) open(keys *Keys, token string) ([]byte, error) {
	body, err := bodyOf(token, e.prefix, e.limit)
	if err != nil || len(body) < keyHint {
		return nil, errNotSealed
	}
	hint := body[:keyHint]
	key := keys.verifier(e.use, func(k *signingKey) bool { return bytes.Equal(k.digest[:keyHint], hint) })
	if key == nil {
		return nil, errNotSealed
	}
	c, err := newCiphers(key, e.purpose)
	if err != nil {
		return nil, err
	}
	filled, ok := c.open(body[keyHint:], hint)
	payload, marked := bytes.CutSuffix(bytes.TrimRight(filled, "\x00"), []byte{filler})
	if !ok || !marked {
		return nil, errNotSealed
	}
	return payload, nil
}

// bodyOf returns the bytes of a token of a kind behind its prefix. The error is errNotSealed.
func bodyOf(token, prefix string, limit int) ([]byte, error) {
	if len(token) > limit {
		return nil, errNotSealed
	}
	encoded, ok := strings.CutPrefix(token, prefix)
	if !ok || strings.ContainsAny(encoded, "\r\n") { // which the decoder would skip
		return nil, errNotSealed
	}
	body, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return nil, errNotSealed
	}
	return body, nil
}
