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
	refreshPrefix = "kr1." // distinguishes refresh tokens from other tokens, also for scanners for leaked secrets
	refreshBytes  = 32
)

// NewRefreshToken returns an opaque token of 256 random bits for the client and its hash for the database. The token
// itself must not be stored. A nil random means the system's source.
func NewRefreshToken(random io.Reader) (token, hash string, err error) {
	if random == nil {
		random = rand.Reader
	}
	var raw [refreshBytes]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", "", fmt.Errorf("auth: reading randomness for a refresh token: %w", err)
	}
	token = refreshPrefix + base64.RawURLEncoding.EncodeToString(raw[:])
	hash, err = HashRefreshToken(token)
	return token, hash, err
}

// HashRefreshToken returns the hash under which a refresh token is stored: SHA-256 in 64 hexadecimal
// digits. A slow hash would not make 256 random bits safer. The error is ErrInvalidToken for a text that does not have
// the form of a refresh token, such as an access or price token.
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
