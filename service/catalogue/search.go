package catalogue

import (
	"strings"

	"entgo.io/ent/dialect/sql"

	"kopeck/fault"
	"kopeck/service/input"
)

// Search returns the condition that a product's sku or name begins with a text, or a word of its name does, as [input.SearchKey] compares.
func Search(text string) (func(*sql.Selector), error) {
	if err := input.CheckText("search", text, 200); err != nil {
		return nil, fault.At(err, "filter")
	}
	pattern := "% " + escapeLike(input.SearchKey(strings.TrimSpace(text))) + "%"
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C("search_key")).WriteString(" LIKE ").Arg(pattern).WriteString(` ESCAPE '!'`)
		}))
	}, nil
}

// escapeLike escapes the characters that have a meaning in LIKE.
func escapeLike(text string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text)
}
