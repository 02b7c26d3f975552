package auth

import "crypto/ed25519"

// ReceiptKey is the key that signs receipts of permissions now.
type ReceiptKey struct {
	ID     string // the RFC 7638 thumbprint in base64url: the kid
	Public ed25519.PublicKey

	private ed25519.PrivateKey
}

// ReceiptKey returns the key that signs receipts now. The error is a *KeysError if there is none.
func (k *Keys) ReceiptKey() (ReceiptKey, error) {
	key, err := k.signer(UseReceipt)
	if err != nil {
		return ReceiptKey{}, err
	}
	return ReceiptKey{key.id, key.public(), key.private}, nil
}

// Sign signs a message, which begins with the domain of receipts (package receipt): no signature of a receipt is one of anything else.
func (k ReceiptKey) Sign(message []byte) []byte { return ed25519.Sign(k.private, message) }
