package pricing_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kopeck/pricing"
)

// TestStepNumbers: every step has a number and a label of its own, and is found by its kind and by its number.
func TestStepNumbers(t *testing.T) {
	t.Parallel()
	kinds, numbers, labels := map[pricing.LineKind]bool{}, map[uint8]bool{}, map[string]bool{}
	for _, s := range pricing.Steps() {
		t.Run(string(s.Kind), func(t *testing.T) {
			if s.Kind == "" || s.Number == 0 || s.Number == 255 || s.Label == "" {
				t.Errorf("%+v: want a kind, a number from 1 to 254 and a label", s)
			}
			if kinds[s.Kind] || numbers[s.Number] || labels[s.Label] {
				t.Errorf("%+v: another step has its kind, number or label", s)
			}
			kinds[s.Kind], numbers[s.Number], labels[s.Label] = true, true, true
			if got, err := pricing.StepOf(s.Kind); err != nil || got != s {
				t.Errorf("by kind: %+v, %v", got, err)
			}
			if got, err := pricing.StepNumbered(s.Number); err != nil || got != s {
				t.Errorf("by number: %+v, %v", got, err)
			}
		})
	}
}

// TestStepNumbersAreKept: price tokens that were signed by earlier releases mean what they meant.
func TestStepNumbersAreKept(t *testing.T) {
	t.Parallel()
	for number, kind := range map[uint8]pricing.LineKind{
		1: "LIST", 2: "AGREEMENT", 3: "RULE", 4: "LEAD_TIME", 5: "FLOOR", 6: "ROUNDING", 7: "OPTION", 8: "EXEMPTION",
	} {
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			if s, err := pricing.StepNumbered(number); err != nil || s.Kind != kind {
				t.Errorf("%d: %s, %v; want %s", number, s.Kind, err, kind)
			}
		})
	}
}

func TestUnknownStep(t *testing.T) {
	t.Parallel()
	for _, kind := range []pricing.LineKind{"", "DISCOUNT", "list"} {
		if s, err := pricing.StepOf(kind); err == nil {
			t.Errorf("%q: %+v; want an error", kind, s)
		}
	}
	for _, number := range []uint8{0, 254, 255} {
		if s, err := pricing.StepNumbered(number); err == nil {
			t.Errorf("%d: %+v; want an error", number, s)
		}
	}
}

// TestStepsAreThoseOfTheAPI: the API's PriceLineKind has the kinds of the steps, in their order, and no others.
func TestStepsAreThoseOfTheAPI(t *testing.T) {
	t.Parallel()
	sdl, err := os.ReadFile("../schema/price.graphql")
	if err != nil {
		t.Fatal(err)
	}
	enum := regexp.MustCompile(`(?s)enum PriceLineKind \{(.*?)\n\}`).FindSubmatch(sdl)
	if enum == nil {
		t.Fatal("there is no enum PriceLineKind in price.graphql")
	}
	got := regexp.MustCompile(`(?m)^\s*([A-Z_]+)\s*$`).FindAllStringSubmatch(string(enum[1]), -1)
	var inAPI, inTable []string
	for _, value := range got {
		inAPI = append(inAPI, value[1])
	}
	for _, s := range pricing.Steps() {
		inTable = append(inTable, string(s.Kind))
	}
	if !slices.Equal(inAPI, inTable) {
		t.Errorf("the API has %s, the table %s", strings.Join(inAPI, " "), strings.Join(inTable, " "))
	}
}

// TestLinesFollowTheSteps: the lines of a price stand in the order of the table.
func TestLinesFollowTheSteps(t *testing.T) {
	t.Parallel()
	source, question := curtain(), ask()
	source.Rules = []pricing.Rule{rule("a", "true", "-1"), rule("b", "true", "-90")}
	source.Terms[0].Amount = amount(120050)
	source.Step = *amount(1000)
	price, err := pricing.NewBook(source).Price(question)
	if err != nil {
		t.Fatal(err)
	}
	position := func(kind pricing.LineKind) int {
		return slices.IndexFunc(pricing.Steps(), func(s pricing.Step) bool { return s.Kind == kind })
	}
	if len(price.Lines) < 4 || !slices.IsSortedFunc(price.Lines, func(a, b pricing.Line) int { return position(a.Kind) - position(b.Kind) }) {
		t.Error(waterfall(price))
	}
}
