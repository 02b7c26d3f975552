package catalogue

import (
	"strings"

	"entgo.io/ent/dialect/sql"

	"kopeck/fault"
	"kopeck/service/input"
	"kopeck/store"
)

// Search returns the condition that a product's sku or name begins with a text, or a word of its name does.
func Search(text string) (func(*sql.Selector), error) {
	if err := input.CheckText("search", text, 200); err != nil {
		return nil, fault.At(err, "filter")
	}
	begins := strings.TrimSpace(text)
	folded := escapeLike(input.Fold(begins))
	return func(s *sql.Selector) {
		like := func(column, pattern string) *sql.Predicate {
			return sql.P(func(b *sql.Builder) {
				b.Ident(s.C(column)).WriteString(" LIKE ").Arg(pattern).WriteString(` ESCAPE '!'`)
			})
		}
		from := func(column, begin string) *sql.Predicate { return store.HasPrefix(s.C(column), begin) }
		s.Where(sql.Or(
			from("sku", begins), from("sku", strings.ToUpper(begins)),
			like("name_key", folded+"%"), like("name_key", "% "+folded+"%"),
		))
	}, nil
}

// escapeLike escapes the characters that have a meaning in LIKE.
func escapeLike(text string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text)
}
