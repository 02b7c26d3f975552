package auth

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// ErrInvalidToken is the one error for every access or refresh token that is not accepted, so that an attacker learns
// nothing from it.
var ErrInvalidToken = errors.New("the token is invalid or has expired")

const (
	accessType     = "at+jwt" // RFC 9068
	maxAccessToken = 8 << 10  // bytes
	clockSkew      = 30 * time.Second
)

// AccessClaims are the claims of an access token. Issue sets ID, IssuedAt and ExpiresAt itself.
type AccessClaims struct {
	Subject string // the user's id
	Role    string
	Session string // the session's id; empty for a token made on the command line

	ID        string // different in every token
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// Access issues and verifies access tokens: JWTs signed with Ed25519 only (RFC 7519, RFC 8725, RFC 9068). Random must be
// safe for concurrent use.
type Access struct {
	Keys     *Keys
	Issuer   string
	Audience string
	Now      func() time.Time
	Random   io.Reader
}

// Issue returns a token that is valid for ttl, truncated to seconds and at most MaxLife(UseAccess).
// It fails for claims without subject or role, and if there is no key or no randomness.
func (a *Access) Issue(claims AccessClaims, ttl time.Duration) (token string, expiresAt time.Time, err error) {
	switch {
	case claims.Subject == "" || claims.Role == "":
		return "", time.Time{}, errors.New("auth: an access token needs a subject and a role")
	case ttl < time.Second || ttl > MaxLife(UseAccess):
		return "", time.Time{}, fmt.Errorf("auth: an access token must be valid from 1s to %v, not %v", MaxLife(UseAccess), ttl)
	}
	key, err := a.Keys.signer(UseAccess)
	if err != nil {
		return "", time.Time{}, err
	}
	var id [16]byte
	if _, err := io.ReadFull(a.Random, id[:]); err != nil {
		return "", time.Time{}, fmt.Errorf("auth: reading randomness for a token: %w", err)
	}
	issued := a.Now().UTC().Truncate(time.Second)
	expiresAt = issued.Add(ttl.Truncate(time.Second))
	unsigned := jwt.NewWithClaims(jwt.SigningMethodEdDSA, &wireClaims{
		Issuer: a.Issuer, Audience: a.Audience, Subject: claims.Subject, Role: claims.Role, Session: claims.Session,
		ID:      base64.RawURLEncoding.EncodeToString(id[:]),
		Expires: expiresAt.Unix(), Issued: issued.Unix(),
	})
	unsigned.Header["typ"] = accessType
	unsigned.Header["kid"] = key.id
	token, err = unsigned.SignedString(key.private)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("auth: signing: %w", err)
	}
	if len(token) > maxAccessToken {
		return "", time.Time{}, fmt.Errorf("auth: an access token of %d bytes exceeds the maximum of %d", len(token), maxAccessToken)
	}
	return token, expiresAt, nil
}

// Verify returns the claims of a valid token. Every error is ErrInvalidToken itself.
func (a *Access) Verify(token string) (AccessClaims, error) {
	if len(token) > maxAccessToken || strings.ContainsAny(token, "\r\n") { // which the base64 decoder would skip
		return AccessClaims{}, ErrInvalidToken
	}
	kid, err := keyOfHeader(token)
	if err != nil {
		return AccessClaims{}, ErrInvalidToken
	}
	key := a.Keys.verifier(UseAccess, func(k *signingKey) bool { return k.id == kid })
	if key == nil {
		return AccessClaims{}, ErrInvalidToken
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithStrictDecoding(),
		jwt.WithIssuer(a.Issuer), jwt.WithAudience(a.Audience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithLeeway(clockSkew), jwt.WithTimeFunc(a.Now),
	)
	var claims wireClaims
	_, err = parser.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return key.public(), nil })
	// The library does not check an empty expected issuer or audience, so both are compared here.
	if err != nil || claims.Issuer != a.Issuer || claims.Audience != a.Audience {
		return AccessClaims{}, ErrInvalidToken
	}
	// No token that we issue is valid for longer: this one was made by somebody who has the key.
	if life := time.Duration(claims.Expires-claims.Issued) * time.Second; claims.Expires-claims.Issued > int64(MaxLife(UseAccess)/time.Second) || life <= 0 {
		return AccessClaims{}, ErrInvalidToken
	}
	return AccessClaims{
		Subject: claims.Subject, Role: claims.Role, Session: claims.Session, ID: claims.ID,
		IssuedAt: time.Unix(claims.Issued, 0).UTC(), ExpiresAt: time.Unix(claims.Expires, 0).UTC(),
	}, nil
}

// keyOfHeader returns the key id of a token whose header has exactly alg, typ and kid. Any other member
// (jwk, jku, x5u, x5c, crit, b64, zip, …) requires processing that is not supported.
func keyOfHeader(token string) (string, error) {
	encoded, _, ok := strings.Cut(token, ".")
	if !ok {
		return "", ErrInvalidToken
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return "", err
	}
	header, err := parseMembers(text)
	if err != nil {
		return "", err
	}
	if len(header) != 3 {
		return "", ErrInvalidToken
	}
	algorithm, err := header.text("alg")
	if err != nil || algorithm != jwt.SigningMethodEdDSA.Alg() {
		return "", ErrInvalidToken
	}
	kind, err := header.text("typ")
	if err != nil || kind != accessType {
		return "", ErrInvalidToken
	}
	return header.text("kid")
}

// wireClaims are the claims as encoded in the token. It implements jwt.Claims and deliberately has no Validate method,
// which the library would call on claims that have failed its own checks.
type wireClaims struct {
	Issuer    string `json:"iss"`
	Audience  string `json:"aud"`
	Subject   string `json:"sub"`
	ID        string `json:"jti"`
	Expires   int64  `json:"exp"`
	Issued    int64  `json:"iat"`
	NotBefore int64  `json:"nbf,omitempty"`
	Role      string `json:"role"`
	Session   string `json:"sid,omitempty"`
}

// UnmarshalJSON requires every claim except nbf and sid, each once and of its type. Unknown claims are ignored, so that
// replicas of two versions can run at the same time.
func (c *wireClaims) UnmarshalJSON(text []byte) error {
	found, err := parseMembers(text)
	if err != nil {
		return err
	}
	texts := map[string]*string{"iss": &c.Issuer, "aud": &c.Audience, "sub": &c.Subject, "jti": &c.ID, "role": &c.Role}
	if _, given := found["sid"]; given {
		texts["sid"] = &c.Session
	}
	times := map[string]*int64{"exp": &c.Expires, "iat": &c.Issued}
	if _, given := found["nbf"]; given {
		times["nbf"] = &c.NotBefore
	}
	for name, to := range texts {
		if *to, err = found.text(name); err != nil {
			return err
		}
	}
	for name, to := range times {
		if *to, err = found.seconds(name); err != nil {
			return err
		}
	}
	return nil
}

func (c *wireClaims) GetIssuer() (string, error)  { return c.Issuer, nil }
func (c *wireClaims) GetSubject() (string, error) { return c.Subject, nil }
func (c *wireClaims) GetAudience() (jwt.ClaimStrings, error) {
	return jwt.ClaimStrings{c.Audience}, nil
}

func (c *wireClaims) GetExpirationTime() (*jwt.NumericDate, error) {
	return jwt.NewNumericDate(time.Unix(c.Expires, 0)), nil
}

func (c *wireClaims) GetIssuedAt() (*jwt.NumericDate, error) {
	return jwt.NewNumericDate(time.Unix(c.Issued, 0)), nil
}

func (c *wireClaims) GetNotBefore() (*jwt.NumericDate, error) {
	return jwt.NewNumericDate(time.Unix(c.NotBefore, 0)), nil
}
