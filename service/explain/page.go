package explain

import (
	"strings"
	"unicode/utf8"
)

// The page is 100 columns wide: what something is on the left, its money on the right.
const (
	textWidth   = 86
	amountWidth = 14
	indentWidth = 2
)

// page is a text in the making.
type page struct{ text strings.Builder }

// String returns the text.
func (p *page) String() string { return p.text.String() }

// row adds a line with its money, "" for none, aligned to the right. A text that is too long goes on below.
func (p *page) row(depth int, text, amount string) {
	indent := strings.Repeat(" ", depth*indentWidth)
	lines := wrap(text, textWidth-len(indent)-1)
	for i, line := range lines {
		if i > 0 {
			line = strings.Repeat(" ", indentWidth) + line
		}
		p.text.WriteString(indent + line)
		if i == len(lines)-1 && amount != "" {
			p.text.WriteString(strings.Repeat(" ", max(1, textWidth+amountWidth-utf8.RuneCountInString(indent+line)-utf8.RuneCountInString(amount))) + amount)
		}
		p.text.WriteByte('\n')
	}
}

// sum adds a line with a sum under a rule.
func (p *page) sum(depth int, text, amount string) {
	p.text.WriteString(strings.Repeat(" ", textWidth+amountWidth-utf8.RuneCountInString(amount)) + strings.Repeat("-", utf8.RuneCountInString(amount)) + "\n")
	p.row(depth, text, amount)
}

// fact adds a line with a name and its value, unless that is empty.
func (p *page) fact(name, value string) {
	if value != "" {
		p.row(0, name+strings.Repeat(" ", max(1, 14-utf8.RuneCountInString(name)))+value, "")
	}
}

// head adds an empty line and a heading.
func (p *page) head(text string) { p.text.WriteString("\n" + text + "\n") }

// wrap breaks a text at spaces, so that no line is longer than a width where that is possible.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
