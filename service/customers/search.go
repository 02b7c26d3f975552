package customers

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/predicate"
	"kopeck/ent/searchterm"
	"kopeck/fault"
	"kopeck/service/input"
	"kopeck/store"
)

// A customer is found by the beginnings of words: search_terms holds, folded, every word of the name, the e-mail
// and its parts, the external id, and every tail of the phone's digits from four on. A search is then one range
// of an index a word, on both databases alike.

const (
	longestTerm  = 100 // bytes
	fewestDigits = 4
	mostWords    = 8
)

// SearchTerms gives the terms under which a customer is found, each once.
func SearchTerms(c *ent.Customer) []string {
	var terms []string
	add := func(text string) {
		for _, word := range words(text) {
			terms = append(terms, cut(word))
		}
	}
	add(c.Name)
	if c.Email != nil {
		terms = append(terms, cut(input.Fold(*c.Email)))
		add(*c.Email)
	}
	if c.ExternalID != nil {
		terms = append(terms, cut(input.Fold(*c.ExternalID)))
		add(*c.ExternalID)
	}
	if c.Phone != nil {
		digits := PhoneDigits(*c.Phone)
		for from := 0; len(digits)-from >= fewestDigits; from++ {
			terms = append(terms, digits[from:])
		}
	}
	slices.Sort(terms)
	return slices.DeleteFunc(slices.Compact(terms), func(term string) bool { return term == "" })
}

// PhoneDigits gives the digits of a phone number however it is typed; a Russian number's leading 8 is +7.
func PhoneDigits(phone string) string {
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, phone)
	if len(digits) == 11 && digits[0] == '8' && !strings.HasPrefix(strings.TrimSpace(phone), "+") {
		digits = "7" + digits[1:]
	}
	return digits
}

// words splits text into folded words of letters and digits.
func words(text string) []string {
	return strings.FieldsFunc(input.Fold(text), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) && !unicode.IsMark(c) })
}

func cut(term string) string {
	for len(term) > longestTerm {
		_, size := utf8.DecodeLastRuneInString(term)
		term = term[:len(term)-size]
	}
	return term
}

// CustomerSearch gives the conditions of a search: all of its words must be found. A text that is typed as a
// phone number is looked for as one.
func CustomerSearch(text string) ([]predicate.Customer, error) {
	if utf8.RuneCountInString(text) > 200 {
		return nil, fault.Invalidf("search", "want at most 200 characters")
	}
	if err := input.CheckText("search", text, 200); err != nil {
		return nil, err
	}
	wanted := words(text)
	if looksLikePhone(text) {
		wanted = []string{PhoneDigits(text)}
	} else if folded := input.Fold(strings.TrimSpace(text)); strings.Contains(folded, "@") && !strings.ContainsAny(folded, " \t") {
		wanted = []string{folded}
	}
	if len(wanted) > mostWords {
		return nil, fault.Invalidf("search", "want at most %d words", mostWords)
	}
	if len(wanted) == 0 && strings.TrimSpace(text) != "" {
		return []predicate.Customer{func(s *sql.Selector) { s.Where(sql.False()) }}, nil
	}
	conditions := make([]predicate.Customer, len(wanted))
	for i, word := range wanted {
		conditions[i] = termBeginsWith(cut(word))
	}
	return conditions, nil
}

// looksLikePhone tells a number typed on a keypad: digits, and what people put between them.
func looksLikePhone(text string) bool {
	return len(PhoneDigits(text)) >= fewestDigits && strings.Trim(text, "0123456789+()-. \t") == ""
}

func termBeginsWith(word string) predicate.Customer {
	return func(s *sql.Selector) {
		terms := sql.Dialect(s.Dialect()).Table("search_terms").As("found_terms")
		found := sql.Dialect(s.Dialect()).Select(terms.C("customer_id")).From(terms).
			Where(sql.And(sql.GTE(terms.C("term"), word), sql.LT(terms.C("term"), word+string(utf8.MaxRune))))
		s.Where(sql.In(s.C("id"), found))
	}
}

// writeTerms brings a customer's search terms up to date.
func (s *Service) writeTerms(ctx context.Context, tx *store.Tx, c *ent.Customer) error {
	ctx = auth.System(ctx)
	rows, err := tx.SearchTerm.Query().Where(searchterm.CustomerID(c.ID)).All(ctx)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	if c.DeletedAt == nil {
		for _, term := range SearchTerms(c) {
			wanted[term] = true
		}
	}
	var gone []int
	for _, row := range rows {
		if !wanted[row.Term] {
			gone = append(gone, row.ID)
		}
		delete(wanted, row.Term)
	}
	if len(gone) > 0 {
		if _, err := tx.SearchTerm.Delete().Where(searchterm.IDIn(gone...)).Exec(ctx); err != nil {
			return err
		}
	}
	fresh := make([]*ent.SearchTermCreate, 0, len(wanted))
	for term := range wanted {
		fresh = append(fresh, tx.SearchTerm.Create().SetCustomerID(c.ID).SetTerm(term))
	}
	if len(fresh) == 0 {
		return nil
	}
	return tx.SearchTerm.CreateBulk(fresh...).Exec(ctx)
}

// ProductSearch gives the condition that a product's sku or name begins with a text, or a word of its name does.
func ProductSearch(text string) (func(*sql.Selector), error) {
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
		from := func(column, begin string) *sql.Predicate {
			return sql.And(sql.GTE(s.C(column), begin), sql.LT(s.C(column), begin+string(utf8.MaxRune)))
		}
		s.Where(sql.Or(
			from("sku", begins), from("sku", strings.ToUpper(begins)),
			like("name_key", folded+"%"), like("name_key", "% "+folded+"%"),
		))
	}, nil
}

// escapeLike takes the meaning from the characters that LIKE has one for.
func escapeLike(text string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text)
}
