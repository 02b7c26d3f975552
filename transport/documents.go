package transport

import (
	"container/list"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// document is a parsed and validated document. Many operations read it at once; it is never changed.
type document struct {
	text string
	ast  *ast.QueryDocument
	// notNull has the variables of a nullable type with a default value that are used where null is not allowed.
	// The validator accepts them, so an explicit null must be refused when the values are read.
	notNull map[string]bool
}

// bytes estimates the memory of the document: the tree takes up to forty times its text, which stays in memory because
// the tree's names are parts of it.
func (d *document) bytes() int { return 4096 + 40*len(d.text) }

// document returns the document of a text, from the cache or parsed under the token limit. Its shape is checked before it
// is validated, since some of the validator's rules are quadratic.
func (h *Handler) document(text string) (*document, *refusal) {
	key := sha256.Sum256([]byte(text))
	if doc, ok := h.documents.get(key); ok {
		return doc, nil
	}
	parsed, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, max(h.limits.Tokens, 0))
	if err != nil {
		return nil, h.refuseDocument(CodeParse, gqlerror.List{gqlerror.WrapIfUnwrapped(err)})
	}
	if len(parsed.Operations) == 0 {
		return nil, h.refuseDocument(CodeValidation, gqlerror.List{gqlerror.Errorf("the document has no operation")})
	}
	if errs := checkShape(parsed, h.limits); errs != nil {
		return nil, h.refuseDocument(CodeValidation, errs)
	}
	doc := &document{text: text, ast: parsed, notNull: map[string]bool{}}
	if errs := validator.ValidateWithRules(h.schema.Schema(), parsed, h.rulesFor(doc)); errs != nil {
		return nil, h.refuseDocument(CodeValidation, errs)
	}
	h.documents.add(key, doc)
	return doc, nil
}

func (h *Handler) refuseDocument(code string, errs gqlerror.List) *refusal {
	return &refusal{errors: h.plainErrors(code, errs)}
}

// rulesFor returns the specification's rules and those of this package. Outside development the rules that suggest
// names are replaced by variants that do not.
func (h *Handler) rulesFor(doc *document) *rules.Rules {
	all := rules.NewDefaultRules()
	if !h.config.Development {
		for suggesting, silent := range map[string]core.Rule{
			rules.FieldsOnCorrectTypeRule.Name: rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
			rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions,
			rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions,
			rules.ScalarLeafsRule.Name:         rules.ScalarLeafsRuleWithoutSuggestions,
			rules.ValuesOfCorrectTypeRule.Name: rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
		} {
			all.RemoveRule(suggesting)
			all.AddRule(silent.Name, silent.RuleFunc)
		}
		all.AddRule("NoIntrospection", noIntrospection)
	}
	all.AddRule("NoDefer", noDefer)
	all.AddRule("Literals", h.literals)
	all.AddRule("NotNull", func(events *core.Events, _ core.AddErrFunc) {
		events.OnValue(func(_ *core.Walker, value *ast.Value) {
			if value.Kind == ast.Variable && value.ExpectedType != nil && value.ExpectedType.NonNull {
				doc.notNull[value.Raw] = true
			}
		})
	})
	return all
}

// noIntrospection refuses __schema and __type; __typename is allowed.
func noIntrospection(events *core.Events, addError core.AddErrFunc) {
	events.OnField(func(_ *core.Walker, field *ast.Field) {
		if introspective(field.Name) {
			addError(core.Message("introspection is available only in development"), core.At(field.Position))
		}
	})
}

// noDefer refuses @defer, which the executor supports but which would need a response in several parts.
func noDefer(events *core.Events, addError core.AddErrFunc) {
	events.OnDirective(func(_ *core.Walker, directive *ast.Directive) {
		if directive.Name == "defer" {
			addError(core.Message("@defer is not supported"), core.At(directive.Position))
		}
	})
}

// text returns the text of the document to run: the one in the request, or the trusted or persisted one whose
// SHA-256 the request has.
func (h *Handler) text(params *graphql.RawParams) (string, *refusal) {
	hash := ""
	if persisted := params.Extensions["persistedQuery"]; persisted != nil {
		fields, _ := persisted.(map[string]any)
		hash, _ = fields["sha256Hash"].(string)
		hash = strings.ToLower(hash)
		if raw, err := hex.DecodeString(hash); err != nil || len(raw) != sha256.Size {
			return "", refuse(http.StatusBadRequest, CodeBadRequest, "extensions.persistedQuery.sha256Hash must be a SHA-256 in 64 hexadecimal digits")
		}
	}
	if h.config.Trusted != nil {
		if hash == "" {
			hash = hashOf(params.Query)
		}
		text, known := h.config.Trusted[hash]
		if !known || params.Query != "" && params.Query != text {
			return "", refuse(0, CodeNotTrusted, "the server runs only registered documents, and this is none of them")
		}
		return text, nil
	}
	switch {
	case hash == "" || !h.config.PersistedQueries && params.Query != "":
		return params.Query, nil
	case !h.config.PersistedQueries:
		return "", refuse(0, CodeNoPersisted, "PersistedQueryNotSupported")
	case params.Query == "":
		var key [sha256.Size]byte
		_, _ = hex.Decode(key[:], []byte(hash)) // it was decoded above without an error
		if doc, ok := h.documents.get(key); ok {
			return doc.text, nil
		}
		return "", refuse(0, CodeNotPersisted, "PersistedQueryNotFound")
	default:
		if hashOf(params.Query) != hash {
			return "", refuse(http.StatusBadRequest, CodeBadRequest, "extensions.persistedQuery.sha256Hash does not match query")
		}
		return params.Query, nil
	}
}

// documents caches validated documents by the SHA-256 of their text. The least recently used are dropped when
// the total exceeds the limit. A document that would take more than a quarter of the limit is not cached.
type documents struct {
	limit int // in bytes; if negative, nothing is cached

	mu     sync.Mutex
	bytes  int
	recent *list.List // of *kept, the most recent in front
	byKey  map[[sha256.Size]byte]*list.Element
}

type kept struct {
	key [sha256.Size]byte
	doc *document
}

func newDocuments(limit int) *documents {
	return &documents{limit: limit, recent: list.New(), byKey: map[[sha256.Size]byte]*list.Element{}}
}

func (d *documents) get(key [sha256.Size]byte) (*document, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	element, ok := d.byKey[key]
	if !ok {
		return nil, false
	}
	d.recent.MoveToFront(element)
	return element.Value.(*kept).doc, true
}

func (d *documents) add(key [sha256.Size]byte, doc *document) {
	if doc.bytes() > d.limit/4 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.byKey[key]; ok {
		return
	}
	d.byKey[key] = d.recent.PushFront(&kept{key: key, doc: doc})
	d.bytes += doc.bytes()
	for d.bytes > d.limit {
		oldest := d.recent.Remove(d.recent.Back()).(*kept)
		delete(d.byKey, oldest.key)
		d.bytes -= oldest.doc.bytes()
	}
}

type documentKey struct{}

// prepared is the executor's document cache. It returns the document in the context, so that the executor never parses
// or validates.
type prepared struct{}

// Get implements graphql.Cache.
func (prepared) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	doc, ok := ctx.Value(documentKey{}).(*document)
	if !ok {
		return nil, false
	}
	return doc.ast, true
}

// Add implements graphql.Cache.
func (prepared) Add(context.Context, string, *ast.QueryDocument) {}
