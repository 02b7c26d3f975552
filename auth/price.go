package auth

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// The errors of a price token.
var (
	// ErrPriceInvalid: not a price token of this installation: malformed, altered, or of another kind.
	ErrPriceInvalid = errors.New("the price token was not issued by this installation")
	// ErrPriceExpired: of this installation and unaltered, but no longer valid. The content comes with it.
	ErrPriceExpired = errors.New("the price token has expired")
)

const maxPriceToken = 16 << 10 // bytes

// A price token is encrypted: the waterfall has lines that its holder may not see, such as the floor, which is a cost. Those that were
// issued before have no tax, and the first were signed alone; they are honoured until they expire.
var (
	priceTokens       = encrypted{use: UsePrice, prefix: "kp3.", purpose: "kopeck price token 3", limit: maxPriceToken, grain: 192}
	untaxedTokens     = encrypted{use: UsePrice, prefix: "kp2.", purpose: "kopeck price token 2", limit: maxPriceToken, grain: 192}
	signedPriceTokens = sealed{use: UsePrice, prefix: "kp1.", domain: "kopeck price token 1\x00", limit: maxPriceToken}
)

// PriceContent is what a price token promises: this customer gets this product at this unit price
// until ValidUntil. Money is in minor units, times are kept to the microsecond.
type PriceContent struct {
	Customer   string        // cus_…
	Product    string        // prd_…
	Quantity   int64         // in billionths of a unit
	Unit       int64         // what one unit is promised for
	Tax        int64         // of the whole quantity, in the unit price or on top of it
	List       int64         // the list price of one unit when it was asked
	LeadDays   int           // not negative
	AskedAt    time.Time     // the moment that the price is of
	ValidUntil time.Time     // the first moment at which it no longer holds
	Options    []PriceOption // in the order given
	Lines      []PriceLine   // the waterfall; its amounts sum to Unit
}

// PriceOption is one option chosen, or one measurement given, with its value.
type PriceOption struct{ Code, Value string }

// PriceLine is one line of the waterfall.
type PriceLine struct {
	Kind   uint8 // the number of the price step (pricing.Step), from 1 to 254
	Amount int64
	Ref    string // the rule (rul_…), agreement (agr_…) or option (opt_…) that made it; else empty
}

// Prices makes price tokens and verifies them.
//
// A token is "kp3." and base64url. It has 308 characters, and 256 more for every further 192 bytes of its content: six lines
// with a rule each need no more. Issue refuses more than 16 KiB.
// The same content gives the same token as long as the same key signs.
type Prices struct {
	Keys *Keys
	Now  func() time.Time
}

// Issue makes the token of a price. It refuses a waterfall that does not sum to the unit price, ids of
// another type, a line without the number of a step, a ValidUntil further off than MaxLife(UsePrice), and what does not fit 16 KiB.
func (p *Prices) Issue(content PriceContent) (string, error) {
	if life := content.ValidUntil.Sub(p.Now()); life > MaxLife(UsePrice) {
		return "", fmt.Errorf("auth: a price can be promised for %v at most, not for %v", MaxLife(UsePrice), life)
	}
	if err := sumsTo(content.Lines, content.Unit); err != nil {
		return "", err
	}
	payload, err := encodePrice(content)
	if err != nil {
		return "", err
	}
	return priceTokens.seal(p.Keys, payload)
}

// Verify returns the content of a token that still holds. ErrPriceExpired comes with the content too, so
// that the caller can offer today's price; with ErrPriceInvalid there is none. The caller checks that
// the customer is the one who is being served.
func (p *Prices) Verify(token string) (PriceContent, error) {
	open, taxed := priceTokens.open, true
	switch {
	case strings.HasPrefix(token, signedPriceTokens.prefix):
		open, taxed = signedPriceTokens.open, false
	case strings.HasPrefix(token, untaxedTokens.prefix):
		open, taxed = untaxedTokens.open, false
	}
	payload, err := open(p.Keys, token)
	if err != nil {
		return PriceContent{}, ErrPriceInvalid
	}
	content, err := decodePrice(payload, taxed)
	if err != nil {
		return PriceContent{}, ErrPriceInvalid
	}
	if !p.Now().Before(content.ValidUntil) {
		return content, ErrPriceExpired
	}
	return content, nil
}

func sumsTo(lines []PriceLine, unit int64) error {
	var sum int64
	for _, line := range lines {
		next := sum + line.Amount
		if (next > sum) != (line.Amount > 0) {
			return errors.New("auth: the lines of a price overflow")
		}
		sum = next
	}
	if sum != unit {
		return fmt.Errorf("auth: the lines of a price sum to %d, its unit price is %d", sum, unit)
	}
	return nil
}
