package auth

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
)

// publicKey is one key of a JSON Web Key set (RFC 7517, RFC 8037): public parameters only.
type publicKey struct {
	Type      string `json:"kty"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	ID        string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
}

// JWKS returns the public keys that verify access tokens, as the JSON of
// /.well-known/jwks.json. A rotated key is in it SignAfter before it signs, so a response may be cached for that time.
func (k *Keys) JWKS() []byte { return k.jwks(UseAccess) }

// ReceiptJWKS returns the public keys that verify receipts of permissions, of all times, as the JSON of
// /.well-known/receipt-keys.json.
func (k *Keys) ReceiptJWKS() []byte { return k.jwks(UseReceipt) }

func (k *Keys) jwks(use KeyUse) []byte {
	keys := []publicKey{}
	for _, key := range k.current().verifying(use, k.now()) {
		keys = append(keys, publicKey{
			Type: "OKP", Curve: "Ed25519", X: base64.RawURLEncoding.EncodeToString(key.public()),
			ID: key.id, Use: "sig", Algorithm: "EdDSA",
		})
	}
	text, err := json.Marshal(map[string][]publicKey{"keys": keys})
	if err != nil {
		panic("auth: encoding public keys: " + err.Error())
	}
	return text
}

// thumbprint is the SHA-256 of RFC 7638 over the required members of an OKP key (RFC 8037, section 2),
// plain and as base64url.
func thumbprint(key ed25519.PublicKey) (digest [32]byte, id string) {
	digest = sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + base64.RawURLEncoding.EncodeToString(key) + `"}`))
	return digest, base64.RawURLEncoding.EncodeToString(digest[:])
}
