//go:build ignore

package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"

	"entgo.io/ent/entc/gen"
	sdl "github.com/vektah/gqlparser/v2/ast"
)

// describe fills in the descriptions of the SDL. Those of fields and edges are their Comments in the schema, which
// entgql takes over. Here follow types and enum values, from the doc comments of package schema; orders, from their
// annotations; and what is the same for every noun: connections, edges, pages, directives.
func describe(graph *gen.Graph, schema *sdl.Schema) error {
	docs, err := readDocs("../schema")
	if err != nil {
		return err
	}
	for name, definition := range schema.Types {
		set(&definition.Description, docs[name])
		set(&definition.Description, fixed[name])
		for _, value := range definition.EnumValues {
			set(&value.Description, docs[name+"."+value.Name])
		}
		for _, field := range definition.Fields {
			set(&field.Description, fixed[name+"."+field.Name])
		}
	}
	for _, node := range graph.Nodes {
		describeLists(node, schema)
	}
	for name, directive := range schema.Directives {
		set(&directive.Description, fixed["@"+name])
		for _, argument := range directive.Arguments {
			set(&argument.Description, fixed["@"+name+"."+argument.Name])
		}
	}
	return nil
}

// describeLists describes the connection, the edge and the order of a noun, as far as the API has them.
func describeLists(node *gen.Type, schema *sdl.Schema) {
	one, many := strings.ToLower(node.Name), strings.ToLower(gen.Funcs["plural"].(func(string) string)(node.Name))
	field := func(definition *sdl.Definition, name, description string) {
		set(&definition.Fields.ForName(name).Description, description)
	}
	if connection := schema.Types[node.Name+"Connection"]; connection != nil {
		connection.Description = fmt.Sprintf("A page of a list of %s, by the Relay specification of cursor connections.", many)
		field(connection, "edges", fmt.Sprintf("The %s of the page, in the order of the list, each with its cursor.", many))
		field(connection, "pageInfo", "Where the page lies in the list.")
		field(connection, "totalCount", fmt.Sprintf("The number of %s on all pages that the viewer may see; counted only if asked for.", many))
		edge := schema.Types[node.Name+"Edge"]
		edge.Description = fmt.Sprintf("One of the %s of a page.", many)
		field(edge, "node", fmt.Sprintf("The %s.", one))
		field(edge, "cursor", fmt.Sprintf("The place of the %s in the list, for after and before.", one))
	}
	if order := schema.Types[node.Name+"Order"]; order != nil && order.Kind == sdl.InputObject {
		order.Description = fmt.Sprintf("The order of a list of %s.", many)
		field(order, "direction", "The direction: ascending by default.")
		field(order, "field", "The field to order by; rows that are equal in it are ordered by id.")
	}
	if fields := schema.Types[node.Name+"OrderField"]; fields != nil {
		fields.Description = fmt.Sprintf("The fields by which a list of %s can be ordered.", many)
		for _, column := range node.Fields {
			annotation, _ := column.Annotations["EntGQL"].(map[string]any)
			name, _ := annotation["OrderField"].(string)
			if value := fields.EnumValues.ForName(name); value != nil {
				value.Description, _ = annotation["OrderDescription"].(string)
			}
		}
	}
}

// set replaces a description, unless there is none to replace it by.
func set(description *string, by string) {
	if by != "" {
		*description = by
	}
}

// readDocs reads the doc comments of the types and of the enum values declared in a directory: by the name of the type,
// without the words "Name is" in front, and by type and value ("Role.ADMIN").
func readDocs(directory string) (map[string]string, error) {
	files, err := filepath.Glob(filepath.Join(directory, "*.go"))
	if err != nil {
		return nil, err
	}
	docs := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, declaration := range file.Decls {
			group, ok := declaration.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range group.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					doc := spec.Doc
					if doc == nil {
						doc = group.Doc
					}
					docs[spec.Name.Name] = sentence(spec.Name.Name, doc.Text())
				case *ast.ValueSpec:
					typeName, isEnum := spec.Type.(*ast.Ident)
					if !isEnum || len(spec.Values) != 1 {
						continue
					}
					if literal, ok := spec.Values[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
						value, err := strconv.Unquote(literal.Value)
						if err != nil {
							return nil, err
						}
						docs[typeName.Name+"."+value] = sentence("", spec.Comment.Text())
					}
				}
			}
		}
	}
	return docs, nil
}

// sentence turns a doc comment into a description of one line: "Rate is a dated price." becomes "A dated price."
func sentence(name, comment string) string {
	text := strings.Join(strings.Fields(comment), " ")
	text, cut := strings.CutPrefix(text, name+" is ")
	if !cut {
		if text, cut = strings.CutPrefix(text, name+" distinguishes "); cut {
			text = "Distinguishes " + text
		}
	}
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// fixed holds the descriptions of what entgql adds by itself: by type, by type and field, and by @directive.
var fixed = map[string]string{
	"Cursor":     "The place of a row in a list. Opaque: a cursor belongs to one list and one order, and another list refuses it.",
	"Time":       "A moment in RFC 3339, with any offset in input and in UTC in output, to the microsecond.",
	"Query":      "What can be read. A viewer sees the rows and fields of their role; anything else is answered as if it did not exist.",
	"Query.node": "Any object by its id; null if there is none that the viewer may see.",

	"Query.nodes": "Several objects by their ids, at most 250, in the order of the ids; null for each that the viewer may not see.",
	"Node":        "An object with an id, by the Relay specification of global object identification.",
	"Node.id":     "The id: a TypeID, that is a prefix that names the type and a UUIDv7. A client may choose the id of what it creates.",

	"PageInfo":                 "Where a page lies in its list, by the Relay specification of cursor connections.",
	"PageInfo.hasNextPage":     "Whether rows follow the page.",
	"PageInfo.hasPreviousPage": "Whether rows precede the page.",
	"PageInfo.startCursor":     "The cursor of the first row, for before; null if the page is empty.",
	"PageInfo.endCursor":       "The cursor of the last row, for after; null if the page is empty.",

	"@goField":               "For the generator of the server; clients can ignore it.",
	"@goField.forceResolver": "Whether a resolver computes the field.",
	"@goField.name":          "The name of the Go field.",
	"@goField.omittable":     "Whether the server distinguishes an absent value from null.",
	"@goModel":               "For the generator of the server; clients can ignore it.",
	"@goModel.model":         "The Go type of the definition.",
	"@goModel.models":        "The Go types of the definition.",
	"@goModel.forceGenerate": "Whether a Go type is generated in any case.",
}
