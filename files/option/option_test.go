package option

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestParseMap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ spec, want string }{
		{"", ""},
		{"customer=who, order = invoice", "customer<who|order<invoice"},
		{`name=first + ", " + last,email=mail`, `name<first + ", " + last|email<mail`},
		{`sku=firstOf([sku, "other"]),amount=sum`, `sku<firstOf([sku, "other"])|amount<sum`},
		{`"amount=sum, RUB",customer=who`, "amount<sum, RUB|customer<who"},
		{"customer", `!want field=column, not "customer"`},
		{"customer=", `!want field=column, not "customer="`},
		{`"amount=sum`, "!a quote is opened and never closed"},
		{`"amount=sum"x`, "!--map cannot be read"},
	} {
		t.Run(c.spec, func(t *testing.T) {
			t.Parallel()
			all, err := ParseMap(c.spec)
			var texts []string
			for _, one := range all {
				texts = append(texts, one.Field+"<"+one.From)
			}
			got := strings.Join(texts, "|")
			if says, wrong := strings.CutPrefix(c.want, "!"); wrong {
				if !errors.Is(err, ErrOptions) || !strings.Contains(err.Error(), says) {
					t.Errorf("%v, want %q in it", err, says)
				}
			} else if err != nil || got != c.want {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}

// Every profile of the program can be read, of each kind that it is for.
func TestProfiles(t *testing.T) {
	t.Parallel()
	for _, one := range Profiles() {
		t.Run(one.Name, func(t *testing.T) {
			t.Parallel()
			read := 0
			for _, kind := range Kinds() {
				o := Options{Kind: kind, Profile: one.Name}
				switch err := o.ReadProfile(); {
				case err == nil:
					read++
				case !strings.Contains(err.Error(), "is for"):
					t.Errorf("%s: %v", kind, err)
				}
			}
			if read == 0 || one.About == "" {
				t.Errorf("it is for %d kinds and says %q of itself", read, one.About)
			}
		})
	}
}

// What the command says is before what the profile says.
func TestProfileGivesWay(t *testing.T) {
	t.Parallel()
	const text = "[orders]\nskip = 3\nnumbers = 1.234,50\nround = true\nmap amount = sum\nmap order = number\nword status paid = COMPLETED\n[customers]\nskip = 7\n"
	p, err := parseProfile("mine", text, Orders)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Kind: Orders, Numbers: "1,234.50", Map: "total=all", Words: []string{"status:open=PLACED"}, profile: p}
	if err := p.apply(&o); err != nil {
		t.Fatal(err)
	}
	if o.Skip != 3 || o.Numbers != "1,234.50" || !o.Round {
		t.Errorf("skip %d, numbers %s, round %t; want 3 lines, the numbers of the command, and rounding", o.Skip, o.Numbers, o.Round)
	}
	all, err := o.Mappings()
	if err != nil || len(all) != 2 || all[0].Field != "total" || all[1].Field != "order" {
		t.Errorf("%v, %v; want total of the command instead of amount, and order of the profile", all, err)
	}
	words, err := o.Dictionary()
	if got := fmt.Sprint(words); err != nil || got != "map[status:map[open:PLACED paid:COMPLETED]]" {
		t.Errorf("%s, %v; want the words of both", got, err)
	}
}

func TestWrongProfiles(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"[offers]\n":              "line 1: want [orders]",
		"[orders]\nmap amount\n":  "line 2: wrong options: want NAME = VALUE",
		"[orders]\ncolour = red":  `line 2: wrong options: "colour": want map`,
		"[orders]\nword paid = X": "want word FIELD TEXT = VALUE",
		"[customers]\n":           "is for customers, not for orders",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if _, err := parseProfile("mine", text, Orders); !errors.Is(err, ErrOptions) || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q in it", err, want)
			}
		})
	}
}
