package auth

import (
	"bytes"
	"compress/flate"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"math"
	"strings"
	"testing"
)

// forge makes a token of an attacker: header and claims as JSON texts, signed by a function.
type forge struct {
	header, claims string
	sign           func(message string) []byte
}

func (f forge) token() string {
	message := encode(f.header) + "." + encode(f.claims)
	return message + "." + base64.RawURLEncoding.EncodeToString(f.sign(message))
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func toJSON(t *testing.T, members map[string]any) string {
	t.Helper()
	text, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestAccessAttacks signs every attack but those on the signature with the real key, so that the check under test
// refuses it and not that of the signature.
func TestAccessAttacks(t *testing.T) {
	t.Parallel()
	access, c := newAccess(t)
	real, err := access.Keys.signer(UseAccess)
	if err != nil {
		t.Fatal(err)
	}
	ours := func(message string) []byte { return ed25519.Sign(real.private, []byte(message)) }
	now := c.Now().Unix()
	header := map[string]any{"alg": "EdDSA", "typ": "at+jwt", "kid": real.id}
	claims := map[string]any{
		"iss": "kopeck", "aud": "kopeck-api", "sub": "usr_x", "jti": "1", "role": "ADMIN",
		"iat": now, "exp": now + 900,
	}
	with := func(base map[string]any, name string, value any) string {
		changed := maps.Clone(base)
		changed[name] = value
		return toJSON(t, changed)
	}
	without := func(base map[string]any, name string) string {
		changed := maps.Clone(base)
		delete(changed, name)
		return toJSON(t, changed)
	}
	goodHeader, goodClaims := toJSON(t, header), toJSON(t, claims)
	good := forge{goodHeader, goodClaims, ours}.token()

	// Each attack below differs from these tokens in one thing.
	for name, token := range map[string]string{
		"good":                  good,
		"with nbf":              forge{goodHeader, with(claims, "nbf", now), ours}.token(),
		"nbf within the skew":   forge{goodHeader, with(claims, "nbf", now+30), ours}.token(),
		"with an unknown claim": forge{goodHeader, with(claims, "new", []int{1}), ours}.token(),
	} {
		if _, err := access.Verify(token); err != nil {
			t.Fatalf("%s: the forge does not work: %v", name, err)
		}
	}

	attacks := map[string]string{}
	raw := func(name, token string) { attacks[name] = token }
	signed := func(name, header, claims string) { attacks[name] = forge{header, claims, ours}.token() }

	// The time for which it is valid.
	const year9999 = 253_370_764_800
	signed("valid until the year 9999", goodHeader, with(claims, "exp", int64(year9999)))
	signed("valid for a second longer than any that is issued", goodHeader, with(claims, "exp", now+int64(MaxLife(UseAccess).Seconds())+1))
	signed("valid until it was issued", goodHeader, with(claims, "exp", now))
	signed("issued long ago and valid for long", goodHeader, toJSON(t, map[string]any{
		"iss": "kopeck", "aud": "kopeck-api", "sub": "usr_x", "jti": "1", "role": "ADMIN", "iat": 1, "exp": now + 900,
	}))

	// The algorithm.
	nothing := func(string) []byte { return nil }
	for _, none := range []string{"none", "None", "NONE", "nOnE", ""} {
		raw("alg "+none+" unsigned", forge{with(header, "alg", none), goodClaims, nothing}.token())
		signed("alg "+none+" signed", with(header, "alg", none), goodClaims)
	}
	mac := func(newHash func() hash.Hash, secret []byte) func(string) []byte {
		return func(message string) []byte {
			m := hmac.New(newHash, secret)
			m.Write([]byte(message))
			return m.Sum(nil)
		}
	}
	secrets := map[string][]byte{
		"public key": real.public(), "public key in base64": []byte(base64.RawURLEncoding.EncodeToString(real.public())),
		"kid": []byte(real.id), "jwks": access.Keys.JWKS(), "empty": nil,
	}
	for name, secret := range secrets {
		raw("HS256 with the "+name, forge{with(header, "alg", "HS256"), goodClaims, mac(sha256.New, secret)}.token())
		raw("HS512 with the "+name, forge{with(header, "alg", "HS512"), goodClaims, mac(sha512.New, secret)}.token())
		raw("HMAC under EdDSA with the "+name, forge{goodHeader, goodClaims, mac(sha512.New, secret)}.token())
	}
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	raw("ES256 with a key of the attacker", forge{with(header, "alg", "ES256"), goodClaims, func(message string) []byte {
		digest := sha256.Sum256([]byte(message))
		r, s, err := ecdsa.Sign(rand.Reader, elliptical, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}}.token())
	for _, alg := range []any{"ES256", "RS256", "PS256", "Ed25519", "eddsa", "EDDSA", "EdDSA ", nil, 5, []string{"EdDSA"}} {
		signed(fmt.Sprintf("alg %v", alg), with(header, "alg", alg), goodClaims)
	}

	// The key.
	_, foreign, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	foreignSign := func(message string) []byte { return ed25519.Sign(foreign, []byte(message)) }
	_, foreignID := thumbprint(foreign.Public().(ed25519.PublicKey))
	raw("a foreign key under our kid", forge{goodHeader, goodClaims, foreignSign}.token())
	raw("a foreign key under its own kid", forge{with(header, "kid", foreignID), goodClaims, foreignSign}.token())
	for _, kid := range []any{"", nil, 0, foreignID, "access-000001.pem", "../../../../dev/null", "' OR '1'='1", strings.ToLower(real.id), real.id + " ", []string{real.id}} {
		signed(fmt.Sprintf("kid %v", kid), with(header, "kid", kid), goodClaims)
	}
	for _, use := range []KeyUse{UsePrice, UseLink} {
		key, err := access.Keys.signer(use)
		if err != nil {
			t.Fatal(err)
		}
		raw("signed with the key for "+string(use), forge{with(header, "kid", key.id), goodClaims, func(m string) []byte { return ed25519.Sign(key.private, []byte(m)) }}.token())
	}
	jwk := map[string]any{"kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(foreign.Public().(ed25519.PublicKey)), "kid": foreignID}
	raw("jwk of a foreign key", forge{with(header, "jwk", jwk), goodClaims, foreignSign}.token())

	// The header: members other than alg, typ and kid are refused, even with a valid signature.
	for name, value := range map[string]any{
		"jwk": jwk, "jku": "https://evil.example/jwks.json", "x5u": "https://evil.example/cert.pem", "x5c": []string{"MIIB"}, "x5t": "AA",
		"crit": []string{"exp"}, "b64": false, "zip": "DEF", "cty": "JWT", "enc": "A128GCM", "x": nil,
	} {
		signed("header "+name, with(header, name, value), goodClaims)
	}
	signed("crit with what it names", toJSON(t, map[string]any{"alg": "EdDSA", "typ": "at+jwt", "kid": real.id, "crit": []string{"b64"}, "b64": true}), goodClaims)
	for _, name := range []string{"alg", "typ", "kid"} {
		signed("header without "+name, without(header, name), goodClaims)
		signed("header with "+name+" twice", strings.TrimSuffix(goodHeader, "}")+`,"`+name+`":"x"}`, goodClaims)
		signed("header with "+name+" twice and the same", strings.TrimSuffix(goodHeader, "}")+fmt.Sprintf(`,%q:%q}`, name, header[name]), goodClaims)
		signed("header with "+name+" in another case", strings.Replace(goodHeader, `"`+name+`"`, `"`+strings.ToUpper(name)+`"`, 1), goodClaims)
	}
	for _, typ := range []any{"JWT", "at+JWT", "AT+JWT", "application/at+jwt", "refresh+jwt", "jwt", "", nil, 1} {
		signed(fmt.Sprintf("typ %v", typ), with(header, "typ", typ), goodClaims)
	}
	for i, text := range []string{"", "{}", "null", "[]", `"x"`, goodHeader + "{}", goodHeader + " x", "[" + goodHeader + "]", strings.TrimSuffix(goodHeader, "}")} {
		signed(fmt.Sprintf("broken header %d", i), text, goodClaims)
	}

	// The claims.
	for _, name := range []string{"iss", "aud", "sub", "jti", "role", "iat", "exp"} {
		signed("without "+name, goodHeader, without(claims, name))
		for _, value := range []any{nil, "", []string{}, map[string]any{}, true, -1, 1.5} {
			signed(fmt.Sprintf("%s %v (%T)", name, value, value), goodHeader, with(claims, name, value))
		}
		signed(name+" twice, forged last", goodHeader, strings.TrimSuffix(goodClaims, "}")+`,"`+name+`":"x"}`)
		signed(name+" twice and the same", goodHeader, strings.TrimSuffix(goodClaims, "}")+strings.Replace(toJSON(t, map[string]any{name: claims[name]}), "{", ",", 1))
		signed(name+" in another case only", goodHeader, strings.Replace(goodClaims, `"`+name+`"`, `"`+strings.ToUpper(name)+`"`, 1))
		signed(name+" twice, once escaped", goodHeader, strings.TrimSuffix(goodClaims, "}")+fmt.Sprintf(`,"\u%04x%s":"x"}`, name[0], name[1:]))
	}
	signed("another issuer", goodHeader, with(claims, "iss", "kopeck "))
	signed("another audience", goodHeader, with(claims, "aud", "kopeck-price"))
	signed("audiences, ours among them", goodHeader, with(claims, "aud", []string{"other", "kopeck-api"}))
	signed("expired", goodHeader, with(claims, "exp", now-30))
	signed("expired long ago", goodHeader, with(claims, "exp", 0))
	signed("exp as text", goodHeader, with(claims, "exp", fmt.Sprint(now+900)))
	signed("exp as a fraction", goodHeader, strings.Replace(goodClaims, fmt.Sprint(now+900), fmt.Sprint(now+900)+".5", 1))
	signed("exp past every calendar", goodHeader, with(claims, "exp", int64(math.MaxInt64)))
	signed("exp in the year 10000", goodHeader, with(claims, "exp", 253402300800))
	signed("exp of 1e300", goodHeader, strings.Replace(goodClaims, fmt.Sprint(now+900), "1e300", 1))
	signed("issued in the future", goodHeader, with(claims, "iat", now+31))
	signed("not yet valid", goodHeader, with(claims, "nbf", now+31))
	signed("nbf null", goodHeader, with(claims, "nbf", nil))
	signed("sid null", goodHeader, with(claims, "sid", nil))
	signed("sid number", goodHeader, with(claims, "sid", 7))
	for i, text := range []string{"", "{}", "null", "[]", `"x"`, goodClaims + goodClaims, "[" + goodClaims + "]", strings.TrimSuffix(goodClaims, "}"), strings.Repeat("[", 4000)} {
		signed(fmt.Sprintf("broken claims %d", i), goodHeader, text)
	}
	var packed bytes.Buffer
	deflate, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := deflate.Write([]byte(goodClaims)); err != nil || deflate.Close() != nil {
		t.Fatal(err)
	}
	signed("claims deflated", with(header, "zip", "DEF"), packed.String())

	// The text.
	part := strings.Split(good, ".")
	raw("empty", "")
	raw("dots", "..")
	raw("no signature", part[0]+"."+part[1]+".")
	raw("two parts", part[0]+"."+part[1])
	raw("four parts", good+".x")
	raw("five parts, as JWE", good+".x.x")
	raw("another's signature", part[0]+"."+encode(with(claims, "role", "MANAGER"))+"."+part[2])
	raw("header altered", encode(with(header, "x", 1))+"."+part[1]+"."+part[2])
	raw("padding", part[0]+"."+part[1]+"."+part[2]+"==")
	raw("standard base64", strings.NewReplacer("-", "+", "_", "/").Replace(part[0]+"."+part[1])+"."+part[2]+"=")
	raw("new line in front", "\n"+good)
	raw("new line behind", good+"\n")
	raw("new line within", part[0]+".\r\n"+part[1]+"."+part[2])
	raw("space", " "+good)
	raw("Bearer", "Bearer "+good)
	raw("zero byte", good+"\x00")
	raw("JSON serialisation", fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, part[0], part[1], part[2]))
	signed("over 8 KiB", goodHeader, with(claims, "filler", strings.Repeat("x", 8<<10)))
	signature, err := base64.RawURLEncoding.DecodeString(part[2])
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 31, 32, 63} {
		bent := bytes.Clone(signature)
		bent[i] ^= 1
		raw(fmt.Sprintf("signature's byte %d altered", i), part[0]+"."+part[1]+"."+base64.RawURLEncoding.EncodeToString(bent))
	}
	raw("signature's idle bits", good[:len(good)-1]+sibling(good[len(good)-1]))
	raw("signature of zeros", part[0]+"."+part[1]+"."+base64.RawURLEncoding.EncodeToString(make([]byte, 64)))
	raw("signature longer", part[0]+"."+part[1]+"."+base64.RawURLEncoding.EncodeToString(append(bytes.Clone(signature), 0)))
	raw("signature plus the group's order", part[0]+"."+part[1]+"."+base64.RawURLEncoding.EncodeToString(addOrder(signature)))

	if len(attacks) < 150 {
		t.Errorf("%d attacks: some have the same name", len(attacks))
	}
	for name, token := range attacks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			switch got, err := access.Verify(token); {
			case token == good:
				t.Error("the token is valid")
			case err != ErrInvalidToken: // the same error for all, not wrapped
				t.Errorf("error %v", err)
			case got != AccessClaims{}:
				t.Errorf("claims %+v with the error", got)
			}
		})
	}
}

// sibling returns the base64url digit that differs only in the lowest bit, which is unused in the last digit of 64 bytes.
func sibling(digit byte) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	at := strings.IndexByte(digits, digit) ^ 1
	return digits[at : at+1]
}

// addOrder returns the other spelling of a signature's scalar, which a lenient verifier would accept (RFC 8032, 5.1.7).
func addOrder(signature []byte) []byte {
	order := []byte{
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
	}
	bent, carry := bytes.Clone(signature), 0
	for i, digit := range order {
		sum := int(bent[32+i]) + int(digit) + carry
		bent[32+i], carry = byte(sum), sum>>8
	}
	return bent
}
