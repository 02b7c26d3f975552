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

// document is a parsed and validated document. It is read by many operations at once and never changed.
type document struct {
	text string
	ast  *ast.QueryDocument
	// notNull are the variables of a nullable type with a default that stand where null may not:
	// the validator lets them pass, so an explicit null must be caught when the values arrive.
	notNull map[string]bool
}

// bytes estimates what keeping the document costs: the tree is some forty times its text where that
// is dense, and the text is kept whole because the tree's names are parts of it.
func (d *document) bytes() int { return 4096 + 40*len(d.text) }

// document finds or makes the document of a request: parsed under the token limit, its shape
// checked before the validator, some of whose rules are quadratic, and then validated.
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

// rulesFor gives the specification's rules and our own. Outside development the rules that suggest
// names are replaced by their silent twins.
func (h *Handler) rulesFor(doc *document) *rules.Rules {
	all := rules.NewDefaultRules()
	if !h.config.Development {
		for talking, silent := range map[string]core.Rule{
			rules.FieldsOnCorrectTypeRule.Name: rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
			rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions,
			rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions,
			rules.ScalarLeafsRule.Name:         rules.ScalarLeafsRuleWithoutSuggestions,
			rules.ValuesOfCorrectTypeRule.Name: rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
		} {
			all.RemoveRule(talking)
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

// noIntrospection refuses questions for the schema; __typename is none.
func noIntrospection(events *core.Events, addError core.AddErrFunc) {
	events.OnField(func(_ *core.Walker, field *ast.Field) {
		if introspective(field.Name) {
			addError(core.Message("introspection is switched off"), core.At(field.Position))
		}
	})
}

// noDefer refuses @defer, which the executor knows but which would need an answer in several parts.
func noDefer(events *core.Events, addError core.AddErrFunc) {
	events.OnDirective(func(_ *core.Walker, directive *ast.Directive) {
		if directive.Name == "defer" {
			addError(core.Message("@defer is not supported"), core.At(directive.Position))
		}
	})
}

// text gives the text of the document that a request wants run: what it sends, or what it names by
// the SHA-256 of a trusted document or of one persisted before.
func (h *Handler) text(params *graphql.RawParams) (string, *refusal) {
	hash := ""
	if persisted := params.Extensions["persistedQuery"]; persisted != nil {
		fields, _ := persisted.(map[string]any)
		hash, _ = fields["sha256Hash"].(string)
		hash = strings.ToLower(hash)
		if raw, err := hex.DecodeString(hash); err != nil || len(raw) != sha256.Size {
			return "", refuse(http.StatusBadRequest, CodeBadRequest, "extensions.persistedQuery.sha256Hash is not a SHA-256 in hexadecimal")
		}
	}
	if h.config.Trusted != nil {
		if hash == "" {
			hash = hashOf(params.Query)
		}
		text, known := h.config.Trusted[hash]
		if !known || params.Query != "" && params.Query != text {
			return "", refuse(0, CodeNotTrusted, "only registered operations are run here")
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
		_, _ = hex.Decode(key[:], []byte(hash)) // it was decoded above
		if doc, ok := h.documents.get(key); ok {
			return doc.text, nil
		}
		return "", refuse(0, CodeNotPersisted, "PersistedQueryNotFound")
	default:
		if hashOf(params.Query) != hash {
			return "", refuse(http.StatusBadRequest, CodeBadRequest, "extensions.persistedQuery.sha256Hash is not that of query")
		}
		return params.Query, nil
	}
}

// documents keeps validated documents by the SHA-256 of their text, the least recently used going
// first when their bytes pass the cap. One that would take more than a quarter is not kept.
type documents struct {
	limit int // bytes; negative: keep nothing

	mu     sync.Mutex
	bytes  int
	recent *list.List // of *kept, most recent in front
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

// prepared is the executor's cache. Every document comes to the executor through document above, so
// it finds the very one its context carries and never parses or validates by itself.
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
