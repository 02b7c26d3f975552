package service_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// passedOnLimits are the numbers of places by package where code outside of unguarded*.go bypasses the guard by a function that is
// declared there, and where SQL text is given to such a function. See [passesOn]. A number may only fall. Of the packages above
// the verbs only files is read, which calls bulk.Import: to read graph/ as well takes ten times as long.
var passedOnLimits = map[string]int{
	"files":               1,
	"service":             2,
	"service/assortment":  8,  // a measurement is compared with what was known of it; customers of files who were merged into others are found; an export reads all that it writes by one function
	"service/books":       22, // by what all customers were settled is read in the check of them too; customers who are merged are settled together; customers are held by service.HoldCustomers here too
	"service/bulk":        69, // the contact points, addresses and tags of customers are read of a chunk; exemptions and facts of stages are read of a chunk; customers of files who were merged into others are found; campaigns are found by their codes, and spend is placed among all that there is; whether there is any tax code is read of a chunk; grades of staff and lines of refunds are read of a chunk, by the one reader of dated values; the orders that contacts were about are looked for
	"service/campaigns":   2,  // the customers of contacts that are restated are held; the contacts as they were known are one table, which books has
	"service/check":       4,  // which lines reports sum up by themselves is verified; why customers are exempt is compared with the dated values
	"service/consent":     9,  // whoever has a link changes the permission or the permissions that it names; of the permissions of two customers who are merged the looser ends, and holds again
	"service/contacts":    5,  // what stands in fields goes with a contact that is joined into another, and back; the customer of a contact that is corrected is held, with whom it was and is about
	"service/customers":   9,  // what stands in fields goes with a customer who is deleted; both customers of a relation are held; what customers have from merges is searched, and numbers tell their e-mails from those of others; when a customer was exempt from tax is shown to who sees them
	"service/expectation": 1,  // the segment of a customer at a moment
	"service/merging":     24, // tasks are read and changed by one function each; histories of segments and exemptions are compared; numbers and tags that both customers have stay with the merged one; the campaigns of both customers are held; a merge moves all that belongs to a customer whom the actor may change; the history of an entry of a field is divided where a value was set since the merge
	"service/related":     7,  // customers of files who were merged into others are found; the segments of customers are read of a chunk; imports and exports work as the system
	"service/needs":       2,  // which needs products serve, and when, is dated
	"service/ownfields":   5,  // the customer of a contact or an order is held; what was known of fields at a moment is shown to who sees them now
	"service/outbox":      1,  // messages are handed over whoever has caused them
	"service/nextoffer":   1,  // the segment of a customer at a moment
	"service/ownpage":     14, // who has a link has not signed in, and reaches the link's customer alone
	"service/people":      7,
	"service/personal":    4,  // a customer is held; the texts of a consent log are erased by package consent; an export writes the audit
	"service/points":      2,  // a customer is found by the contact points, and by what a merge has kept of them no more
	"service/quote":       3,  // prices know who is exempt from tax; what was known of a segment at a moment of the past
	"service/rates":       7,  // which lines reports sum up by themselves is marked; grades of some staff or of all
	"service/report":      14, // all customers are read by one function, with and without where they come from; what was known to be completed is one condition, and the contacts as they were known one table, which books has
	"service/revenue":     2,  // what was known to be completed is one condition, which books has; the months of reports
	"service/sale":        2,
	"service/value":       7, // what was observed is read of now and of a moment by one function; customers are held by service.HoldCustomers and not by a statement of its own
	"service/workshop":    1, // bookings are summed by package rates, which books them
}

// TestUnguardedIsNotPassedOn counts where functions of unguarded*.go are used that pass on what bypasses the guard, so that
// wrapping a statement or the system's context does not make the numbers of [unguardedLimits] smaller.
func TestUnguardedIsNotPassedOn(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles the verbs")
	}
	packages := loadPackages(t, "kopeck/files/...", "kopeck/service/...")
	reasons := map[string]string{}
	for _, p := range packages {
		passesOn(p, reasons)
	}
	found := map[string][]string{}
	for _, p := range packages {
		for _, use := range p.usesOf(reasons) {
			found[p.name()] = append(found[p.name()], use)
		}
	}
	for name := range passedOnLimits {
		if found[name] == nil {
			found[name] = []string{}
		}
	}
	for name, uses := range found {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slices.Sort(uses)
			switch limit := passedOnLimits[name]; {
			case len(uses) > limit:
				t.Errorf("%d uses of functions that pass on what bypasses the guard, want at most %d: read by the guarded client\n%s", len(uses), limit, strings.Join(uses, "\n"))
			case len(uses) < limit:
				t.Errorf("%d uses of functions that pass on what bypasses the guard, fewer than %d: lower the limit of %q in passedOnLimits", len(uses), limit, name)
			}
		})
	}
}

// checkedPackage is a package with its types.
type checkedPackage struct {
	path  string
	files *token.FileSet
	trees []*ast.File
	info  *types.Info
}

// name returns the package's path below kopeck/.
func (p *checkedPackage) name() string { return strings.TrimPrefix(p.path, "kopeck/") }

func (p *checkedPackage) fileOf(at token.Pos) string {
	return filepath.Base(p.files.Position(at).Filename)
}

// loadPackages parses packages without their tests and finds the types of all names in them. What they import is read from the
// compiler's cache.
func loadPackages(t *testing.T, patterns ...string) []*checkedPackage {
	t.Helper()
	list := func(args ...string) []string {
		var stderr bytes.Buffer
		command := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...)
		command.Stderr = &stderr
		out, err := command.Output()
		if err != nil {
			t.Fatalf("go list %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
		}
		return strings.Split(strings.TrimSpace(string(out)), "\n")
	}
	compiled := map[string]string{}
	for _, line := range list(append([]string{"-export", "-deps", "-f", "{{if .Export}}{{.ImportPath}} {{.Export}}{{end}}"}, patterns...)...) {
		name, file, _ := strings.Cut(line, " ")
		compiled[name] = file
	}
	files := token.NewFileSet()
	imports := importer.ForCompiler(files, "gc", func(name string) (io.ReadCloser, error) { return os.Open(compiled[name]) })
	var packages []*checkedPackage
	for _, line := range list(append([]string{"-f", "{{.ImportPath}} {{.Dir}} {{join .GoFiles \" \"}}"}, patterns...)...) {
		words := strings.Fields(line)
		p := &checkedPackage{path: words[0], files: files, info: &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}}
		for _, name := range words[2:] {
			tree, err := parser.ParseFile(files, filepath.Join(words[1], name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			p.trees = append(p.trees, tree)
		}
		if _, err := (&types.Config{Importer: imports}).Check(p.path, files, p.trees, p.info); err != nil {
			t.Fatalf("types of %s: %v", p.path, err)
		}
		packages = append(packages, p)
	}
	return packages
}

// fullName returns the name of an object of a package with the package's path and, of a method, its receiver.
func fullName(o types.Object) string {
	if f, ok := o.(*types.Func); ok {
		return f.Origin().FullName()
	}
	if o.Pkg() == nil || o.Parent() != o.Pkg().Scope() {
		return "" // a local name or a field
	}
	return o.Pkg().Path() + "." + o.Name()
}

// Why something that is declared in unguarded*.go counts where it is used.
const (
	givesContext = "returns a context"
	callsBack    = "calls a function with a context"
	takesText    = "takes SQL text"
	isExported   = "is exported" // counts in other packages only
)

// passesOn adds to reasons, by full names, what a package declares in unguarded*.go and what passes on that it bypasses the guard:
// functions that return a context, that call a function with one, or that make a statement of a text they are given; and whatever
// is exported but types.
func passesOn(p *checkedPackage, reasons map[string]string) {
	var functions []*ast.FuncDecl
	for _, tree := range p.trees {
		if !strings.HasPrefix(p.fileOf(tree.Pos()), "unguarded") {
			continue
		}
		for _, d := range tree.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				functions = append(functions, d)
				f := p.info.Defs[d.Name]
				switch signature := f.Type().(*types.Signature); {
				case hasContext(signature.Results()):
					reasons[fullName(f)] = givesContext
				case takesCallback(signature.Params()):
					reasons[fullName(f)] = callsBack
				case f.Exported():
					reasons[fullName(f)] = isExported
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					values, ok := spec.(*ast.ValueSpec)
					if !ok {
						continue
					}
					for _, name := range values.Names {
						if name.IsExported() {
							reasons[fullName(p.info.Defs[name])] = isExported
						}
					}
				}
			}
		}
	}
	texts := map[string]map[int]bool{} // the arguments of functions that become SQL
	for changed := true; changed; {
		changed = false
		for _, f := range functions {
			name := fullName(p.info.Defs[f.Name])
			if n := len(texts[name]); len(p.textParameters(f, texts)) > n {
				texts[name], changed = p.textParameters(f, texts), true
				reasons[name] = takesText
			}
		}
	}
}

func hasContext(values *types.Tuple) bool {
	for v := range values.Variables() {
		if v.Type().String() == "context.Context" {
			return true
		}
	}
	return false
}

func takesCallback(parameters *types.Tuple) bool {
	for v := range parameters.Variables() {
		if f, ok := v.Type().Underlying().(*types.Signature); ok && hasContext(f.Params()) {
			return true
		}
	}
	return false
}

// textArguments are the arguments that are SQL, of the functions and methods that run statements.
var textArguments = map[string]int{
	"Exec": 1, "Query": 1, "QueryRow": 1, "ExecContext": 1, "QueryContext": 1, "QueryRowContext": 1, "Each": 2, "EachByIDs": 2,
	"InsertRows": 1, "UpdateRows": 1, "CopyRows": 2,
}

// textParameters returns the parameters of a function that become part of a statement.
func (p *checkedPackage) textParameters(f *ast.FuncDecl, texts map[string]map[int]bool) map[int]bool {
	from := map[types.Object]map[int]bool{} // the parameters that a local variable is made of
	n := 0
	for _, field := range f.Type.Params.List {
		for _, name := range field.Names {
			if o := p.info.Defs[name]; o != nil && o.Type().String() == "string" {
				from[o] = map[int]bool{n: true}
			}
			n++
		}
	}
	parametersIn := func(e ast.Expr) map[int]bool {
		found := map[int]bool{}
		ast.Inspect(e, func(node ast.Node) bool {
			if name, ok := node.(*ast.Ident); ok {
				for i := range from[p.info.Uses[name]] {
					found[i] = true
				}
			}
			return true
		})
		return found
	}
	result := map[int]bool{}
	ast.Inspect(f.Body, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.AssignStmt:
			for i, left := range node.Lhs {
				name, ok := left.(*ast.Ident)
				if !ok || len(node.Lhs) != len(node.Rhs) {
					continue
				}
				o := p.info.Defs[name]
				if o == nil {
					o = p.info.Uses[name]
				}
				if o != nil && o.Type().String() == "string" {
					from[o] = parametersIn(node.Rhs[i])
				}
			}
		case *ast.CallExpr:
			called := calledName(node.Fun)
			if called == nil {
				return true
			}
			o := p.info.Uses[called]
			for i, argument := range node.Args {
				isText := false
				if callee, ok := o.(*types.Func); ok {
					isText = texts[fullName(callee)][i]
					if at, ok := textArguments[callee.Name()]; ok && callee.Pkg() != nil && callee.Pkg().Path() == "kopeck/store" {
						isText = at == i
					}
				}
				if isText {
					for parameter := range parametersIn(argument) {
						result[parameter] = true
					}
				}
			}
		}
		return true
	})
	return result
}

// calledName returns the name of what a call calls, nil for a call of what another expression returns.
func calledName(called ast.Expr) *ast.Ident {
	switch called := called.(type) {
	case *ast.Ident:
		return called
	case *ast.SelectorExpr:
		return called.Sel
	case *ast.IndexExpr:
		return calledName(called.X)
	case *ast.IndexListExpr:
		return calledName(called.X)
	}
	return nil
}

// usesOf returns where the package uses what reasons has, as file:line: name reason.
func (p *checkedPackage) usesOf(reasons map[string]string) []string {
	var uses []string
	for name, o := range p.info.Uses {
		full := fullName(o)
		reason := reasons[full]
		if reason == "" || reason == isExported && o.Pkg().Path() == p.path {
			continue
		}
		uses = append(uses, fmt.Sprintf("%s:%d: %s %s", p.fileOf(name.Pos()), p.files.Position(name.Pos()).Line, strings.ReplaceAll(full, "kopeck/service/", ""), reason))
	}
	return uses
}
