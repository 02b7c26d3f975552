package graph_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// TestDescriptions fails for every directive, type, field, argument, enum value and input field of the SDL that has no
// description, or one that is not a sentence: it begins with no small letter and ends with a full stop.
func TestDescriptions(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../schema/*.graphql")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no files ../schema/*.graphql")
	}
	for _, name := range append(files, "ent.graphql") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			document, err := parser.ParseSchema(&ast.Source{Name: name, Input: string(text)})
			if err != nil {
				t.Fatal(err)
			}
			for _, missing := range undescribed(document) {
				t.Error(missing)
			}
		})
	}
}

// undescribed lists the definitions of a document that lack a description, each with its place and its name. A type is
// described where it is defined; "extend type" adds fields alone.
func undescribed(document *ast.SchemaDocument) []string {
	var found []string
	check := func(description string, at *ast.Position, name string) {
		if fault := descriptionFault(description); fault != "" {
			found = append(found, fmt.Sprintf("%s:%d: %s %s", at.Src.Name, at.Line, name, fault))
		}
	}
	arguments := func(owner string, list ast.ArgumentDefinitionList) {
		for _, argument := range list {
			check(argument.Description, argument.Position, owner+"("+argument.Name+":)")
		}
	}
	for _, directive := range document.Directives {
		check(directive.Description, directive.Position, "@"+directive.Name)
		arguments("@"+directive.Name, directive.Arguments)
	}
	for _, definition := range document.Definitions {
		check(definition.Description, definition.Position, definition.Name)
	}
	for _, definition := range append(document.Definitions, document.Extensions...) {
		for _, field := range definition.Fields {
			check(field.Description, field.Position, definition.Name+"."+field.Name)
			arguments(definition.Name+"."+field.Name, field.Arguments)
		}
		for _, value := range definition.EnumValues {
			check(value.Description, value.Position, definition.Name+"."+value.Name)
		}
	}
	return found
}

// descriptionFault says what is wrong with a description; "" if nothing is.
func descriptionFault(description string) string {
	text := strings.TrimSpace(description)
	switch {
	case text == "":
		return "has no description"
	case text[0] >= 'a' && text[0] <= 'z':
		return fmt.Sprintf("has a description that begins with a small letter: %q", text)
	case !strings.HasSuffix(text, "."):
		return fmt.Sprintf("has a description that does not end with a full stop: %q", text)
	}
	return ""
}

func TestUndescribed(t *testing.T) {
	t.Parallel()
	document, err := parser.ParseSchema(&ast.Source{Name: "test.graphql", Input: `
		directive @a(b: Int) on FIELD_DEFINITION
		scalar C
		"Described." type D { e(f: Int): Int "Described." g: Int }
		"not a sentence" enum H { I }
		extend type D { "No full stop" j: Int }
		"Described." input K { l: Int }
	`})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, missing := range undescribed(document) {
		got = append(got, strings.Fields(missing)[1])
	}
	want := "@a @a(b:) C H D.e D.e(f:) H.I K.l D.j"
	if strings.Join(got, " ") != want {
		t.Errorf("undescribed finds %q, want %q", got, want)
	}
}
