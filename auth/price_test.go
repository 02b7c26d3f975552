package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func newPrices(t testing.TB) (*Prices, *clock) {
	t.Helper()
	c := newClock()
	return &Prices{Keys: openKeys(t, filepath.Join(t.TempDir(), "keys"), c), Now: c.Now}, c
}

// curtains is a price as they usually are: six lines, two options.
func curtains(c *clock) PriceContent {
	return PriceContent{
		Customer: "cus_01h455vb4pex5vsknk084sn02q", Product: "prd_01h455vb4pex5vsknk084sn02r",
		Quantity: 2_500_000_000, Unit: 1_234_500, List: 1_500_000, Tax: 514_375, LeadDays: 14,
		AskedAt: c.Now(), ValidUntil: c.Now().Add(15 * time.Minute),
		Options: []PriceOption{{"lining", "blackout"}, {"width_cm", "240"}},
		Lines: []PriceLine{
			{Kind: 1, Amount: 1_500_000},
			{Kind: 3, Amount: -150_000, Ref: "rul_01h455vb4pex5vsknk084sn02s"},
			{Kind: 3, Amount: -135_000, Ref: "rul_01h455vb4pex5vsknk084sn02t"},
			{Kind: 4, Amount: -45_678},
			{Kind: 5, Amount: 65_132},
			{Kind: 6, Amount: 46},
		},
	}
}

func TestPriceIsAPromise(t *testing.T) {
	prices, c := newPrices(t)
	want := curtains(c)
	token, err := prices.Issue(want)
	if err != nil {
		t.Fatal(err)
	}
	if len(token) >= 600 || len(token) > 400 {
		t.Errorf("%d bytes", len(token))
	}
	got, err := prices.Verify(token)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%v\n got %+v\nwant %+v", err, got, want)
	}
	c.move(15*time.Minute - time.Microsecond)
	if _, err := prices.Verify(token); err != nil {
		t.Errorf("in its last microsecond: %v", err)
	}
	c.move(time.Microsecond)
	got, err = prices.Verify(token)
	if err != ErrPriceExpired || !reflect.DeepEqual(got, want) {
		t.Errorf("expired: %v, %+v", err, got)
	}
}

// TestAPriceTokenCannotBeRead: whoever holds it finds in it neither what the price is made of nor how many lines it has.
func TestAPriceTokenCannotBeRead(t *testing.T) {
	prices, c := newPrices(t)
	content := curtains(c)
	issue := func() string {
		t.Helper()
		token, err := prices.Issue(content)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	token := issue()
	if again := issue(); again != token {
		t.Errorf("the same content has two tokens: %s, %s", token, again)
	}
	body, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, "kp3."))
	if err != nil {
		t.Fatal(err)
	}
	payload, err := encodePrice(content)
	if err != nil {
		t.Fatal(err)
	}
	for from := range len(payload) - 3 { // the amount of the floor has three bytes
		if bytes.Contains(body, payload[from:from+4]) {
			t.Errorf("bytes %d to %d of the content are in the token", from, from+3)
		}
	}
	floor := content.Lines[4].Amount
	content.Lines = slices.Delete(content.Lines, 4, 5)
	content.Unit -= floor
	if other := issue(); len(other) != len(token) || strings.Contains(token, other[20:40]) {
		t.Errorf("without the floor the token has %d characters, with it %d:\n%s\n%s", len(other), len(token), other, token)
	}
	content.Options = nil
	if other := issue(); len(other) != len(token) {
		t.Errorf("without options the token has %d characters, with them %d", len(other), len(token))
	}
}

// TestPriceTokensOfEarlierReleases: a token that was signed by a release that did not encrypt is honoured until it expires.
func TestPriceTokensOfEarlierReleases(t *testing.T) {
	dir := t.TempDir()
	key, err := os.ReadFile("testdata/price-000001.pem")
	if err != nil {
		t.Fatal(err)
	}
	signed, err := os.ReadFile("testdata/signed.token")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "price-000001.pem"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	c := newClock()
	c.move(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC).Sub(c.Now()))
	prices := &Prices{Keys: openKeys(t, dir, c), Now: c.Now}
	want, token := curtains(c), strings.TrimSpace(string(signed))
	want.Tax = 0
	for _, step := range []struct {
		name string
		move time.Duration
		want error
	}{{"at once", 0, nil}, {"in its last second", 15*time.Minute - time.Second, nil}, {"expired", time.Second, ErrPriceExpired}} {
		c.move(step.move)
		if got, err := prices.Verify(token); err != step.want || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", step.name, err, got, want)
		}
		if err := prices.Keys.Rotate(UsePrice); err != nil {
			t.Fatal(err)
		}
	}
	for name, altered := range map[string]string{"altered": flip(token), "cut off": token[:len(token)-1], "as one of today": "kp3." + token[4:]} {
		if got, err := prices.Verify(altered); err != ErrPriceInvalid {
			t.Errorf("%s: %v, %+v", name, err, got)
		}
	}
}

// TestPricesOfBeforeTaxAreHonoured: a token that an earlier release encrypted has no tax.
func TestPricesOfBeforeTaxAreHonoured(t *testing.T) {
	prices, c := newPrices(t)
	want := curtains(c)
	payload, err := encodePrice(want)
	if err != nil {
		t.Fatal(err)
	}
	token, err := untaxedTokens.seal(prices.Keys, payload[:len(payload)-len(binary.AppendVarint(nil, want.Tax))])
	if err != nil {
		t.Fatal(err)
	}
	want.Tax = 0
	if got, err := prices.Verify(token); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
	if got, err := prices.Verify("kp3." + token[4:]); err != ErrPriceInvalid {
		t.Errorf("as one of today: %v, %+v", err, got)
	}
}

func TestPriceHoldsThroughRotations(t *testing.T) {
	prices, c := newPrices(t)
	long := curtains(c)
	long.ValidUntil = c.Now().Add(MaxLife(UsePrice))
	token, err := prices.Issue(long)
	if err != nil {
		t.Fatal(err)
	}
	for c.Now().Before(long.ValidUntil) {
		if _, err := prices.Verify(token); err != nil {
			t.Fatalf("at %v: %v", c.Now(), err)
		}
		if err := prices.Keys.Rotate(UsePrice); err != nil {
			t.Fatal(err)
		}
		c.move(9 * 24 * time.Hour)
	}
	long.ValidUntil = c.Now().Add(MaxLife(UsePrice) + 1)
	if _, err := prices.Issue(long); err == nil {
		t.Error("a promise longer than its key lasts")
	}
}

func TestPriceAltered(t *testing.T) {
	prices, c := newPrices(t)
	token, err := prices.Issue(curtains(c))
	if err != nil {
		t.Fatal(err)
	}
	body, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, "kp3."))
	if err != nil {
		t.Fatal(err)
	}
	refused := func(name, text string) {
		t.Helper()
		if got, err := prices.Verify(text); err != ErrPriceInvalid || !reflect.DeepEqual(got, PriceContent{}) {
			t.Errorf("%s: %v, %+v", name, err, got)
		}
	}
	for i := range body { // every single byte counts
		body[i] ^= 0x20
		refused("byte altered", "kp3."+base64.RawURLEncoding.EncodeToString(body))
		body[i] ^= 0x20
	}
	for n := range token {
		refused("cut off", token[:n])
	}
	other, _ := newPrices(t)
	foreign, err := other.Issue(curtains(c))
	if err != nil {
		t.Fatal(err)
	}
	refused("another installation's", foreign)
	refused("longer", token+"A")
	refused("new line", token+"\n")
	refused("new line within", token[:10]+"\n"+token[10:])
	refused("padded", token+"=")
	refused("another version", "kp4."+token[4:])
	refused("one without tax", "kp2."+token[4:])
	refused("the version before", "kp1."+token[4:])
	refused("a link's prefix", "kl1."+token[4:])
	refused("huge", "kp3."+strings.Repeat("A", 1<<20))
	for _, value := range []string{"", "x", "xx"} { // two of three lengths leave idle bits in the last digit
		content := curtains(c)
		content.Options[0].Value = value
		token, err := prices.Issue(content)
		if err != nil {
			t.Fatal(err)
		}
		refused("last digit", token[:len(token)-1]+sibling(token[len(token)-1]))
	}
}

func TestPriceNumbersHaveOneSpelling(t *testing.T) {
	content := curtains(newClock())
	content.Lines, content.Options = nil, nil
	payload, err := encodePrice(content)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decodePrice(payload, true); err != nil {
		t.Fatal(err)
	}
	const quantity = 32 // behind the two ids; 2.5 units take five bytes
	longer := append([]byte{}, payload[:quantity+4]...)
	longer = append(append(longer, payload[quantity+4]|0x80, 0), payload[quantity+5:]...)
	if got, err := decodePrice(longer, true); err == nil {
		t.Errorf("a number in six bytes: %+v", got)
	}
	longer = append(append([]byte{}, payload[:len(payload)-4]...), 0x80, 0)
	longer = append(longer, payload[len(payload)-3:]...) // the tax takes three
	if got, err := decodePrice(longer, true); err == nil {
		t.Errorf("a count in two bytes: %+v", got)
	}
}

func TestIssuePriceRefuses(t *testing.T) {
	prices, c := newPrices(t)
	for name, spoil := range map[string]func(*PriceContent){
		"no customer":             func(p *PriceContent) { p.Customer = "" },
		"a product for customer":  func(p *PriceContent) { p.Customer = p.Product },
		"a short id":              func(p *PriceContent) { p.Product = "prd_1" },
		"an id past 128 bits":     func(p *PriceContent) { p.Product = "prd_81h455vb4pex5vsknk084sn02r" },
		"an id in capitals":       func(p *PriceContent) { p.Product = "prd_01H455VB4PEX5VSKNK084SN02R" },
		"an id with a letter l":   func(p *PriceContent) { p.Product = "prd_01h455vb4pex5vsknk084sn02l" },
		"a line's customer":       func(p *PriceContent) { p.Lines[1].Ref = p.Customer },
		"a waterfall one short":   func(p *PriceContent) { p.Unit++ },
		"no waterfall":            func(p *PriceContent) { p.Lines = nil },
		"a line of no step":       func(p *PriceContent) { p.Lines[1].Kind = 0 },
		"a step not found":        func(p *PriceContent) { p.Lines[1].Kind = 255 },
		"an overflow":             func(p *PriceContent) { p.Lines[0].Amount, p.Lines[4].Amount = math.MaxInt64, math.MaxInt64 },
		"negative lead days":      func(p *PriceContent) { p.LeadDays = -1 },
		"bytes for a text":        func(p *PriceContent) { p.Options[0].Value = "\xff" },
		"a book for an option":    func(p *PriceContent) { p.Options[0].Value = strings.Repeat("x", 16<<10) },
		"a time past microsecond": func(p *PriceContent) { p.AskedAt = time.Unix(math.MinInt64/2, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			content := curtains(c)
			spoil(&content)
			if token, err := prices.Issue(content); err == nil || token != "" {
				t.Errorf("signed as %q", token)
			}
		})
	}
	content := curtains(c)
	content.Options = append(content.Options, PriceOption{"engraving", strings.Repeat("длинно ", 100)})
	token, err := prices.Issue(content)
	if err != nil {
		t.Fatal("long options are still signed:", err)
	}
	if got, err := prices.Verify(token); err != nil || !reflect.DeepEqual(got, content) {
		t.Errorf("%v: %+v", err, got)
	}
}

func BenchmarkIssuePrice(b *testing.B) {
	prices, c := newPrices(b)
	content := curtains(c)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := prices.Issue(content); err != nil {
			b.Fatal(err)
		}
	}
}
