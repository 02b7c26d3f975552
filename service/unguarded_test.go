package service_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// unguardedLimit has the numbers of places in a package that bypass the guard or depend on the database's dialect.
type unguardedLimit struct {
	unguarded int // calls in unguarded*.go that bypass the guard
	elsewhere int // such calls, and SQL texts, in other files
	dialect   int // places that ask for the dialect
}

// unguardedLimits are the limits by package, by its path under service/. A number may only fall: a package that has fewer
// places than its limit fails too, until the limit is lowered.
var unguardedLimits = map[string]unguardedLimit{
	".":            {19, 0, 0}, // which customers answer for which is no secret; the marks of what is in memory are read by who asks what was known at a moment; dated values are read for imports too; customers are held here for all packages
	"assortment":   {23, 0, 0}, // products whose own fields a file sets are held; customers of files have e-mails and external ids from merges; files of what is sold and at what price are read and written in bulk
	"books":        {46, 0, 0}, // which lines reports sum up by themselves is marked; the contacts of customers who are merged are restated; what is shown of customers and contacts is written once a day; refunds are read with their lines by who may see the orders
	"bulk":         {43, 0, 0}, // files carry who took part in contacts; files carry the contact points, addresses and tags of customers; customers of files who were merged are found; refunds are written with their lines; products of an earlier version are searched for; files carry the grades of staff
	"campaigns":    {18, 0, 0}, // the campaigns of customers who are merged are held; spend is spread over all contacts that a campaign caused, whoever records one; reports on campaigns sum over all customers
	"catalogue":    {12, 0, 0}, // recipes of files are copied in; recipes are checked and restated by what all products are made of; a repeated setRecipe is answered
	"check":        {16, 0, 0}, // rows of all customers are compared with what they name; the days that cancelled orders take are compared with when they were cancelled; what contacts say of who took part is compared with the rows for searching, and the moments of spend with its days; the contact points of all customers are compared with their rows; orders are read with their lines, which refunds name; the rates of staff are compared with the time that has a cost
	"consent":      {4, 0, 0},  // what is personal in the events of an erased customer is taken out of them
	"contacts":     {15, 0, 0}, // what was said of needs in a contact that is joined into another goes with it; what contacts of two customers who were one name of each other is taken out, whoever sees it; expected prices of a contact that is joined into another go with it; who of ours and of theirs took part is kept beside a contact; what the facts of a contact were before a correction is part of what was known, and the audit has who corrected it; no role reads or writes either
	"customers":    {18, 0, 0}, // the last merge into a customer who is deleted is told to who sees their merges; relations of a customer who is deleted go too; relations are read of customers whom one sees, and hidden where the other end is not seen; what a merge has kept of a number is forgotten with it; what customers have from merges, and decisions on them, are read for who sees the customers; capacity that is held for a customer who is deleted is freed
	"experiments":  {1, 0, 0},  // what came of an experiment is a sum over its customers
	"expectation":  {1, 0, 0},  // a report counts what all customers expected
	"merging":      {54, 0, 0}, // what was said of needs since a merge is divided too; what came after a merge is divided, whoever sees it; whose tasks and changes of stage are, and what is held, goes with a customer and back, whoever sees them; what was done by a contact of the other is open again; a merge moves all that belongs to a customer whom the actor may change; of each field of the installation's own one history wins, and goes back; subscribers hear of what a merge moved as far as they see it
	"needs":        {2, 0, 0},  // what customers spend on needs is summed up over their orders, also over those of all customers
	"nextoffer":    {2, 0, 0},  // how offers ended is read of all customers, and nobody is named
	"ownfields":    {9, 0, 0},  // files carry the installation's own fields; what a customer who is deleted had in fields goes, and what a contact has that is joined into another goes with it, and back, whoever sees the fields
	"outbox":       {5, 0, 0},  // messages are handed over whoever has caused them, and lose what is of another customer whoever sees it
	"people":       {10, 0, 0},
	"personal":     {8, 0, 0},  // what is held of a customer whom the caller sees is read and erased by the names of tables; the audit and idempotency keys are no role's
	"quote":        {12, 0, 0}, // a price is the same whoever asks for it, whatever fields of the installation's own it rests on; what is sold has the same tax whoever sells it
	"rates":        {43, 0, 0}, // all bookings of open orders are verified; taxes of orders and of their refunds are restated; all costs of orders are verified; goods come back to stock; a recipe that is set for the past restates orders and what they have booked; prices hold capacity, which orders take over; what an order took over from a colleague is held for them again, and goes back to whose it was when a merge is undone
	"reaction":     {3, 0, 0},  // what a change of a rate cost is a sum over the orders of all customers
	"report":       {23, 0, 0}, // where all customers come from is read beside them; what a contact was before a correction is read for who may see the contact
	"related":      {16, 0, 0}, // files of definitions of own fields, relations and expected prices are read and written in bulk
	"consentworth": {2, 0, 0},  // a report on permissions sums over those of all customers, and over the contacts under them
	"revenue":      {3, 0, 0},  // a report on sales sums over the orders of all customers, with the names of products and staff
	"sale":         {6, 0, 0},  // what was done with an order is in the audit, which no role reads; refunds have lines; a repeated rescheduleOrder is answered
	"value":        {17, 0, 0}, // what is shown of customers is written once a day, and when they were, which prices of the past rest on; a fit reads the order days of all customers, once
	"workshop":     {2, 0, 0},  // days are full by the orders of all customers; who may not see them sees a sum
}

// TestUnguarded fails if a package reads or writes past the guard in a file that is not named unguarded*.go, or at more
// places than its limit, or asks which database it works on.
func TestUnguarded(t *testing.T) {
	t.Parallel()
	found, packages := map[string]unguardedLimit{}, map[string][]string{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		places, err := unguardedPlaces(path, nil)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(filepath.Dir(path))
		n := found[name]
		for _, place := range places {
			switch {
			case place.dialect:
				n.dialect++
			case !strings.HasPrefix(filepath.Base(path), "unguarded"):
				n.elsewhere++
			case !place.text:
				n.unguarded++
				continue
			default: // the SQL of unguarded*.go
				continue
			}
			packages[name] = append(packages[name], place.String())
		}
		found[name] = n
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range unguardedLimits {
		if _, ok := found[name]; !ok {
			t.Errorf("unguardedLimits has the package %q, which does not exist; remove it", name)
		}
	}
	for name, n := range found {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit := unguardedLimits[name]
			for _, c := range []struct {
				what       string
				got, limit int
				instead    string
			}{
				{"calls in unguarded*.go that bypass the guard", n.unguarded, limit.unguarded, "read by the guarded client"},
				{"calls or SQL texts outside of unguarded*.go that bypass the guard", n.elsewhere, limit.elsewhere, "move them there, or read by the guarded client"},
				{"places that ask for the dialect", n.dialect, limit.dialect, "add a function to store/"},
			} {
				switch {
				case c.got > c.limit:
					t.Errorf("%d %s, want at most %d: %s", c.got, c.what, c.limit, c.instead)
				case c.got < c.limit:
					t.Errorf("%d %s, fewer than %d: lower the limit of %q in unguardedLimits", c.got, c.what, c.limit, name)
				}
			}
			if t.Failed() {
				t.Logf("as found: %q: {%d, %d, %d},", name, n.unguarded, n.elsewhere, n.dialect)
				t.Logf("outside of unguarded*.go:\n%s", strings.Join(packages[name], "\n"))
			}
		})
	}
}

// unguardedPlace is a place in a file that bypasses the guard or asks for the dialect.
type unguardedPlace struct {
	at      token.Position
	what    string
	text    bool // an SQL text, and not a call
	dialect bool
}

// String returns the place as file:line: what.
func (p unguardedPlace) String() string {
	return fmt.Sprintf("%s:%d: %s", p.at.Filename, p.at.Line, p.what)
}

var (
	// statementMethods run SQL. With a context alone they are builders of the client, such as Create().Exec(ctx).
	statementMethods = map[string]bool{"Exec": true, "Query": true, "QueryRow": true, "ExecContext": true, "QueryContext": true, "QueryRowContext": true}
	// notStatements are receivers whose methods of these names are something else: next.Query of the client's interceptors,
	// and maps.Copy and io.Copy.
	notStatements = map[string]bool{"next": true, "maps": true, "io": true}
	// rowMethods of a transaction write rows.
	rowMethods = map[string]bool{"InsertRows": true, "UpdateRows": true, "Copy": true}
	// unguardedFunctions are functions by package.
	unguardedFunctions = map[string]bool{"store.Each": true, "store.EachByIDs": true, "store.CopyRows": true, "auth.System": true}
	// sqlText matches the beginning of a statement or of a further part of one.
	sqlText = regexp.MustCompile(`^\s*(SELECT|INSERT INTO|UPDATE [a-z_]+ SET|DELETE FROM|WITH [a-z_]+ AS|FROM [a-z_]+|JOIN|LEFT JOIN|WHERE|GROUP BY|ORDER BY)\b`)
)

// unguardedPlaces parses a file, or source if it is not nil, and returns its places. It knows calls by their names, not by
// their types.
func unguardedPlaces(path string, source any) ([]unguardedPlace, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var places []unguardedPlace
	ast.Inspect(file, func(node ast.Node) bool {
		place := unguardedPlace{}
		switch n := node.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.CallExpr:
			selector, ok := n.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			from, _ := selector.X.(*ast.Ident)
			switch method := selector.Sel.Name; {
			case from != nil && notStatements[from.Name]:
				return true
			case statementMethods[method] && len(n.Args) > 1, rowMethods[method]:
				place.what = "." + method
			case method == "Dialect" && len(n.Args) == 0:
				place.what, place.dialect = ".Dialect()", true
			default:
				return true
			}
			place.at = files.Position(selector.Sel.Pos())
		case *ast.SelectorExpr:
			from, ok := n.X.(*ast.Ident)
			if !ok {
				return true
			}
			name := from.Name + "." + n.Sel.Name
			switch {
			case unguardedFunctions[name]:
			case name == "dialect.Postgres" || name == "dialect.SQLite":
				place.dialect = true
			default:
				return true
			}
			place.what, place.at = name, files.Position(n.Pos())
		case *ast.BasicLit:
			text, err := strconv.Unquote(n.Value)
			if n.Kind != token.STRING || err != nil || !sqlText.MatchString(text) {
				return true
			}
			place.what, place.text, place.at = "SQL "+strings.SplitN(strings.TrimSpace(text), "\n", 2)[0], true, files.Position(n.Pos())
		default:
			return true
		}
		places = append(places, place)
		return true
	})
	return places, nil
}

func TestUnguardedPlaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, statement, want string }{
		{"a statement", `tx.Exec(ctx, query, id)`, ".Exec"},
		{"a query with its text", "s.Store.Query(ctx, `SELECT 1`)", ".Query SQL"},
		{"a query of the client", `client.User.Query().All(ctx)`, ""},
		{"a builder of the client", `client.User.Create().Exec(ctx)`, ""},
		{"an interceptor of the client", `next.Query(ctx, q)`, ""},
		{"SQL by the client", `client.QueryContext(ctx, query)`, ".QueryContext"},
		{"rows", `store.Each(ctx, tx, query, nil, each)`, "store.Each"},
		{"rows by ids", `store.EachByIDs(ctx, tx, query, nil, ids, each)`, "store.EachByIDs"},
		{"rows copied", `store.CopyRows(ctx, tx, table, columns, rows)`, "store.CopyRows"},
		{"a function that is passed", `each(store.EachByIDs)`, "store.EachByIDs"},
		{"insert", `tx.InsertRows(ctx, table, columns, rows)`, ".InsertRows"},
		{"update", `tx.UpdateRows(ctx, table, set, types, rows)`, ".UpdateRows"},
		{"copy", `bulk.Copy(ctx, table, columns, rows)`, ".Copy"},
		{"maps.Copy", `maps.Copy(a, b)`, ""},
		{"the system's context", `f(auth.System(ctx))`, "auth.System"},
		{"a dialect", `f(dialect.Postgres)`, "dialect.Postgres"},
		{"the dialect", `f(tx.Dialect())`, ".Dialect()"},
		{"a part of a statement", `f(" WHERE id = ?")`, "SQL"},
		{"words", `f("Select a customer", "update the rate", "where it is")`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			places, err := unguardedPlaces("x.go", "package x\nfunc f() {\n"+c.statement+"\n}\n")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, place := range places {
				got = append(got, strings.Fields(place.what)[0])
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: found %q, want %q", c.statement, got, c.want)
			}
		})
	}
}
