package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

const (
	refreshPrefix = "kr1." // tells a refresh token from every other kind, to us and to scanners for leaked secrets
	refreshBytes  = 32
)

// NewRefreshToken gives an opaque token of 256 random bits, for the client, and the hash of it, for
// the database. Nothing else about the token is kept. random nil is the system's source.
func NewRefreshToken(random io.Reader) (token, hash string, err error) {
	if random == nil {
		random = rand.Reader
	}
	var raw [refreshBytes]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", "", fmt.Errorf("auth: no randomness for a refresh token: %w", err)
	}
	token = refreshPrefix + base64.RawURLEncoding.EncodeToString(raw[:])
	hash, err = HashRefreshToken(token)
	return token, hash, err
}

// HashRefreshToken gives the hash under which a refresh token is kept: SHA-256 in 64 hexadecimal
// digits. A slow hash would add nothing to 256 random bits. What does not look like a refresh
// token, an access or price token among them, is ErrInvalidToken.
func HashRefreshToken(token string) (string, error) {
	encoded, ok := strings.CutPrefix(token, refreshPrefix)
	if !ok || len(encoded) != base64.RawURLEncoding.EncodedLen(refreshBytes) {
		return "", ErrInvalidToken
	}
	if raw, err := base64.RawURLEncoding.Strict().DecodeString(encoded); err != nil || len(raw) != refreshBytes {
		return "", ErrInvalidToken
	}
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:]), nil
}
