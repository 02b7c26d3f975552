package auth

import (
	"crypto/hmac"
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

// NextRefreshToken returns the token that follows a used one in its session, and its hash. Both are the same whenever they are
// computed, so that an answer that was lost can be given again although no token is stored. row is the id of the row with
// the hash, which nobody but the database knows: the used token alone does not give the next one, nor does the
// database. The error is ErrInvalidToken if used does not have the form of a refresh token.
func NextRefreshToken(used, row string) (token, hash string, err error) {
	if _, err := HashRefreshToken(used); err != nil {
		return "", "", err
	}
	derived := hmac.New(sha256.New, []byte(used))
	derived.Write([]byte("next refresh token\x00" + row))
	token = refreshPrefix + base64.RawURLEncoding.EncodeToString(derived.Sum(nil))
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
