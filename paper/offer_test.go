package paper_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"kopeck/paper"
)

func offer(lines int) paper.Offer {
	o := paper.Offer{
		Title: "Предложение", Company: "ООО «Шторы»", Address: "Казань, ул. Баумана, 1", Customer: "Анна <b>и Ко</b>", Heads: [4]string{"Товар", "Кол-во", "Цена", "Сумма"},
		Notes: []string{"Предложение действует до 01.12.2026."}, Made: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC),
	}
	s := paper.Section{Sums: []paper.Sum{{"Итого", "100.00 RUB"}}}
	for range lines {
		s.Lines = append(s.Lines, paper.Line{Product: "Льняные шторы " + strings.Repeat("длинные ", 9), Options: "ширина 2", Quantity: "1.5", Unit: "66.67 RUB", Total: "100.00 RUB"})
	}
	o.Sections = []paper.Section{s}
	return o
}

func TestOfferPDF(t *testing.T) {
	for name, c := range map[string]struct{ lines, pages int }{"a page": {1, 1}, "several pages": {60, 7}} {
		t.Run(name, func(t *testing.T) {
			first, err := offer(c.lines).PDF()
			if err != nil {
				t.Fatal(err)
			}
			second, err := offer(c.lines).PDF()
			if err != nil || !bytes.Equal(first, second) {
				t.Errorf("the same offer gave another file, or %v", err)
			}
			if !bytes.HasPrefix(first, []byte("%PDF-1.")) || !bytes.HasSuffix(bytes.TrimSpace(first), []byte("%%EOF")) {
				t.Error("it is no PDF")
			}
			if pages := bytes.Count(first, []byte("/Type /Page\n")); pages != c.pages {
				t.Errorf("%d pages; want %d", pages, c.pages)
			}
			if len(first) > 100_000 {
				t.Errorf("%d bytes", len(first))
			}
		})
	}
}
