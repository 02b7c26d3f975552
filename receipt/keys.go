package receipt

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// ParseKeys reads public keys of Ed25519: the JSON of a key set (RFC 7517, as at /.well-known/receipt-keys.json) or of one key, or 32 bytes in
// base64url. At least one.
func ParseKeys(text []byte) ([]ed25519.PublicKey, error) {
	text = bytes.TrimSpace(text)
	if !bytes.HasPrefix(text, []byte("{")) {
		key, err := parseKey(string(text))
		return []ed25519.PublicKey{key}, err
	}
	type one struct {
		Type  string `json:"kty"`
		Curve string `json:"crv"`
		X     string `json:"x"`
	}
	var set struct {
		one

		Keys []one `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("not a set of keys: %w", err)
	}
	if set.Keys == nil {
		set.Keys = []one{set.one}
	}
	var keys []ed25519.PublicKey
	for _, k := range set.Keys {
		if k.Type != "OKP" || k.Curve != "Ed25519" {
			continue // of another kind, for something else
		}
		key, err := parseKey(k.X)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("it has no key of Ed25519")
	}
	return keys, nil
}

func parseKey(text string) (ed25519.PublicKey, error) {
	key, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, errors.New("want a key of Ed25519: 32 bytes in base64url, or a set of keys as JSON")
	}
	return key, nil
}
