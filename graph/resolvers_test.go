package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"
)

// maxResolverLines is the maximum number of lines in the body of a resolver: it takes its arguments, calls, and returns.
const maxResolverLines = 6

func TestResolversAreShort(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.resolvers.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("no files *.resolvers.go: %v", err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, declaration := range file.Decls {
				f, ok := declaration.(*ast.FuncDecl)
				if !ok {
					continue
				}
				lines := files.Position(f.Body.Rbrace).Line - files.Position(f.Body.Lbrace).Line - 1
				if lines > maxResolverLines {
					t.Errorf("%s has %d lines, want at most %d", f.Name.Name, lines, maxResolverLines)
				}
				ast.Inspect(f.Body, func(n ast.Node) bool {
					if name, ok := n.(*ast.Ident); ok && name.Name == "panic" {
						t.Errorf("%s panics: its body is still the shell that was generated", f.Name.Name)
					}
					return true
				})
			}
		})
	}
}
