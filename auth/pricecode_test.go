package auth

import (
	"encoding/binary"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.jetify.com/typeid/v2"
	"pgregory.net/rapid"
)

func drawID(t *rapid.T, prefix string) string {
	raw := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, prefix)
	made, err := typeid.FromBytes(prefix, raw)
	if err != nil {
		t.Fatal(err)
	}
	return made.String()
}

func TestPackIDAgreesWithTypeID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawID(t, "rul")
		packed, err := packID("rul", text)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := typeid.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if string(packed[:]) != string(parsed.Bytes()) || unpackID("rul", packed) != text {
			t.Fatalf("%s: %x, want %x; back %s", text, packed, parsed.Bytes(), unpackID("rul", packed))
		}
	})
	// The extremes of the specification.
	if id := unpackID("x", [16]byte{}); id != "x_00000000000000000000000000" {
		t.Error(id)
	}
	if packed, err := packID("x", "x_7zzzzzzzzzzzzzzzzzzzzzzzzz"); err != nil || packed != [16]byte([]byte(strings.Repeat("\xff", 16))) {
		t.Error(packed, err)
	}
}

func TestPriceRoundTrip(t *testing.T) {
	prices, _ := newPrices(t)
	limit := prices.Now().Add(MaxLife(UsePrice)).UnixMicro()
	rapid.Check(t, func(t *rapid.T) {
		want := PriceContent{
			Customer: drawID(t, "cus"), Product: drawID(t, "prd"),
			Quantity: rapid.Int64().Draw(t, "quantity"), List: rapid.Int64().Draw(t, "list"),
			LeadDays:   int(rapid.Int32Min(0).Draw(t, "days")),
			AskedAt:    time.UnixMicro(rapid.Int64().Draw(t, "asked")).UTC(),
			ValidUntil: time.UnixMicro(rapid.Int64Max(limit).Draw(t, "until")).UTC(),
		}
		for range rapid.IntRange(0, 5).Draw(t, "options") {
			want.Options = append(want.Options, PriceOption{rapid.String().Draw(t, "code"), rapid.String().Draw(t, "value")})
		}
		for range rapid.IntRange(0, 9).Draw(t, "lines") {
			line := PriceLine{Kind: rapid.ByteRange(1, 254).Draw(t, "kind"), Amount: rapid.Int64Range(-1<<58, 1<<58).Draw(t, "amount")}
			switch rapid.IntRange(0, 3).Draw(t, "ref") {
			case 1:
				line.Ref = drawID(t, "rul")
			case 2:
				line.Ref = drawID(t, "agr")
			case 3:
				line.Ref = drawID(t, "opt")
			}
			want.Lines = append(want.Lines, line)
			want.Unit += line.Amount
		}
		token, err := prices.Issue(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := prices.Verify(token)
		if expired := !prices.Now().Before(want.ValidUntil); expired != errors.Is(err, ErrPriceExpired) || !expired && err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("\n got %+v\nwant %+v", got, want)
		}
	})
}

// TestDecodeRefusesLinesOfNoStep: a payload that the earlier encoder could make by mistake is not a price.
func TestDecodeRefusesLinesOfNoStep(t *testing.T) {
	content := curtains(newClock())
	content.Options, content.Lines = nil, []PriceLine{{Kind: 1, Amount: content.Unit}}
	payload, err := encodePrice(content)
	if err != nil {
		t.Fatal(err)
	}
	kind := len(payload) - len(binary.AppendVarint(binary.AppendVarint(nil, content.Unit), content.Tax)) - 2
	for _, wrong := range []byte{0, 255} {
		payload[kind] = wrong
		if got, err := decodePrice(payload, true); err == nil {
			t.Errorf("a line of kind %d: %+v", wrong, got)
		}
	}
	payload[kind] = 1
	if _, err := decodePrice(payload, true); err != nil {
		t.Error(err)
	}
}

// Whatever bytes are taken for a price have that one encoding: there are no two tokens for one content.
func FuzzDecodePrice(f *testing.F) {
	payload, err := encodePrice(curtains(newClock()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(payload)
	f.Add(payload[:40])
	f.Add(append(payload[:len(payload):len(payload)], 0))
	f.Add([]byte(strings.Repeat("\x00", 40)))
	f.Add([]byte(strings.Repeat("\xff", 60)))
	f.Fuzz(func(t *testing.T, payload []byte) {
		content, err := decodePrice(payload, true)
		if err != nil {
			return
		}
		second, err := encodePrice(content)
		if err != nil || string(second) != string(payload) {
			t.Errorf("%x decodes to %+v, which encodes to %x (%v)", payload, content, second, err)
		}
	})
}
