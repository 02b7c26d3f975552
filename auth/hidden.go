package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
)

// HiddenNumbers encrypts numbers that a client keeps for the server and may not read, such as the lifetime value in the cursor
// of a list that is ordered by it. All processes that share the keys' directory read what one of them wrote.
//
// The key is derived from the oldest key of links, which is never dropped. If an operator deletes that key, numbers that were
// encrypted before can no longer be read.
type HiddenNumbers struct{ Keys *Keys }

// errHidden reports a text that Hide has not returned for the same place.
var errHidden = errors.New("auth: not a hidden number, or one of another place")

// Hide encrypts a number. The place is any text that Reveal is given as well; the same number at the same place gives the
// same text. The error is a *KeysError if there is no key.
func (h HiddenNumbers) Hide(number int64, place string) (string, error) {
	c, err := h.ciphers()
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(c.seal(binary.BigEndian.AppendUint64(nil, uint64(number)), []byte(place))), nil
}

// Reveal decrypts a number. The error is errHidden for any text that Hide has not returned for this place, or a *KeysError.
func (h HiddenNumbers) Reveal(text, place string) (int64, error) {
	c, err := h.ciphers()
	if err != nil {
		return 0, err
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return 0, errHidden
	}
	plain, ok := c.open(sealed, []byte(place))
	if !ok || len(plain) != 8 {
		return 0, errHidden
	}
	return int64(binary.BigEndian.Uint64(plain)), nil
}

// Draw returns a number from 0 up to n, n excluded and more than 0, that looks drawn by lot to everybody without the keys: always
// the same for the same place and n. The error is a *KeysError if there is no key.
func (h HiddenNumbers) Draw(n int64, place string) (int64, error) {
	c, err := h.ciphers()
	if err != nil {
		return 0, err
	}
	drawn := hmac.New(sha256.New, c.mac)
	drawn.Write(binary.BigEndian.AppendUint64([]byte("draw\x00"), uint64(n)))
	drawn.Write([]byte(place))
	return int64(binary.BigEndian.Uint64(drawn.Sum(nil)) % uint64(n)), nil
}

func (h HiddenNumbers) ciphers() (ciphers, error) {
	keys := (*h.Keys.current())[UseLink]
	if len(keys) == 0 {
		return ciphers{}, h.Keys.none(UseLink)
	}
	return newCiphers(keys[0], "kopeck hidden numbers 1")
}
