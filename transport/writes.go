package transport

import (
	"fmt"
	"net/http"

	"github.com/vektah/gqlparser/v2/ast"
)

// Writes has the fields of queries that write something if an argument asks for it: "Type.field" with the argument's name. With the argument
// absent, null or false they only read. Like a mutation, such a query is refused by GET.
//
//	Writes{"Customer.price": "hold"}
type Writes map[string]string

// writesByGet refuses a query by GET that writes, so that links, prefetching and images change nothing.
func (h *Handler) writesByGet(r *http.Request, operation *ast.OperationDefinition, variables map[string]any) *refusal {
	if r.Method != http.MethodGet || len(h.config.Writes) == 0 {
		return nil
	}
	name := h.written(operation.SelectionSet, variables, map[*ast.FragmentDefinition]bool{})
	if name == "" {
		return nil
	}
	refused := refuse(http.StatusMethodNotAllowed, CodeMethodNotAllowed, fmt.Sprintf("a query with %s must be sent by POST: it writes", name))
	refused.allow = http.MethodPost
	return refused
}

// written returns the first field of selections that writes, with its argument; "" for none.
func (h *Handler) written(selections ast.SelectionSet, variables map[string]any, seen map[*ast.FragmentDefinition]bool) string {
	for _, selection := range selections {
		var below ast.SelectionSet
		switch selection := selection.(type) {
		case *ast.Field:
			argument := h.config.Writes[selection.ObjectDefinition.Name+"."+selection.Name]
			if value := selection.ArgumentMap(variables)[argument]; argument != "" && value != nil && value != false {
				return selection.Name + "(" + argument + ":)"
			}
			below = selection.SelectionSet
		case *ast.InlineFragment:
			below = selection.SelectionSet
		case *ast.FragmentSpread:
			if seen[selection.Definition] {
				continue
			}
			seen[selection.Definition], below = true, selection.Definition.SelectionSet
		}
		if name := h.written(below, variables, seen); name != "" {
			return name
		}
	}
	return ""
}
