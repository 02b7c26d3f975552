package table

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"

	"kopeck/files/option"
	"kopeck/pricing"
)

// Expression is a text of CEL over the columns of a row. A column whose name is a word stands for itself; any is row["its name"] or
// `its name`. Its functions are those of CEL and of its extension for strings, and [numberFunctions].
type Expression struct {
	text    string
	program cel.Program
	Columns []int // that it names
}

// wordName is a name that CEL takes as an identifier.
var wordName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// reserved are the words of CEL that cannot name a column.
var reserved = []string{
	"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop", "null", "package", "namespace",
	"return", "true", "var", "void", "while", "row",
}

// environment is what the expressions over a table's columns are compiled in.
func (t *Table) environment() (*cel.Env, error) {
	options := []cel.EnvOption{
		cel.Variable("row", cel.MapType(cel.StringType, cel.StringType)),
		cel.ParserExpressionSizeLimit(pricing.MaxConditionLength),
		cel.ExpressionNodeLimit(pricing.MaxConditionNodes),
		cel.ParserRecursionLimit(pricing.MaxConditionDepth),
		cel.CrossTypeNumericComparisons(true),
		ext.Strings(),
	}
	for n, name := range t.Columns {
		if wordName.MatchString(name) && !slices.Contains(reserved, name) && !slices.Contains(t.Columns[:n], name) {
			options = append(options, cel.Variable(name, cel.StringType))
		}
	}
	return cel.NewEnv(append(options, numberFunctions(&t.Numbers)...)...)
}

// missingColumns reports an expression that names columns that the file does not have.
type missingColumns []string

func (m missingColumns) Error() string {
	return "the file has no column " + strings.Join(Quoted(m), ", ")
}

// Compile compiles an expression. The error is missingColumns if its columns are not there.
func (t *Table) Compile(text string, condition bool) (*Expression, error) {
	if t.cel == nil {
		env, err := t.environment()
		if err != nil {
			return nil, fmt.Errorf("files: the environment of expressions: %w", err)
		}
		t.cel = env
	}
	e := &Expression{text: text}
	written, names := columnsOf(text)
	var missing missingColumns
	for _, name := range names {
		switch at := slices.Index(t.Columns, name); {
		case at < 0:
			missing = append(missing, name)
		case slices.Contains(t.Columns[at+1:], name):
			return nil, fmt.Errorf("the file has several columns %q", name)
		default:
			e.Columns = append(e.Columns, at)
		}
	}
	if len(missing) > 0 {
		return nil, missing
	}
	checked, issues := t.cel.Compile(written)
	if found := issues.Errors(); len(found) > 0 {
		for _, one := range found {
			if name, ok := strings.CutPrefix(one.Message, "undeclared reference to '"); ok {
				name, _, _ = strings.Cut(name, "'")
				missing = append(missing, name)
			}
		}
		if len(missing) == len(found) {
			return nil, missing
		}
		return nil, errors.New(found[0].Message)
	}
	for at, name := range t.Columns {
		if strings.Contains(written, name) && !slices.Contains(e.Columns, at) {
			e.Columns = append(e.Columns, at) // or its name is part of another word: it is only looked at
		}
	}
	if err := checkResult(checked.OutputType(), condition); err != nil {
		return nil, err
	}
	var err error
	e.program, err = t.cel.Program(checked, cel.EvalOptions(cel.OptOptimize))
	return e, err
}

// checkResult refuses a result that cannot stand in a cell.
func checkResult(is *cel.Type, condition bool) error {
	switch {
	case condition && !is.IsExactType(cel.BoolType):
		return fmt.Errorf("want true or false, not a %s", is)
	case condition:
		return nil
	case is.IsExactType(cel.DoubleType):
		return errors.New("a double is not exact: calculate by times, plus, minus and over")
	case is.IsExactType(cel.StringType), is.IsExactType(cel.IntType), is.IsExactType(cel.UintType), is.IsExactType(cel.BoolType), is.IsExactType(cel.DynType):
		return nil
	}
	return fmt.Errorf("want a text, not a %s", is)
}

// columnsOf writes the names of columns that are no words of CEL as row["name"], and lists the columns that are named so.
func columnsOf(text string) (written string, names []string) {
	var out strings.Builder
	for rest := text; rest != ""; {
		n, name := nextToken(rest)
		token := rest[:n]
		if name != "" {
			names = append(names, name)
			token = "row[" + strconv.Quote(name) + "]"
		} else if token[0] == '"' || token[0] == '\'' {
			if name, err := unquoted(token); err == nil && strings.HasSuffix(strings.TrimRight(out.String(), " "), "row[") {
				names = append(names, name)
			}
		}
		out.WriteString(token)
		rest = rest[n:]
	}
	return out.String(), names
}

// nextToken returns the length of the token that a text begins with: a text in quotes, a name, or a single byte; and the name of
// the column that it is, if that is no word of CEL.
func nextToken(text string) (n int, column string) {
	switch text[0] {
	case '"', '\'':
		return option.QuotedLength(text), ""
	case '`':
		column, _, _ = strings.Cut(text[1:], "`")
		return min(len(column)+2, len(text)), column
	}
	if n = strings.IndexFunc(text, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_' }); n < 0 {
		n = len(text)
	}
	if word := text[:n]; strings.IndexFunc(word, func(c rune) bool { return c > unicode.MaxASCII }) >= 0 {
		column = word
	}
	return max(n, 1), column
}

// unquoted returns a text in single or double quotes.
func unquoted(text string) (string, error) {
	if text[0] == '\'' && len(text) > 1 {
		text = `"` + strings.ReplaceAll(strings.ReplaceAll(text[1:len(text)-1], `\'`, `'`), `"`, `\"`) + `"`
	}
	return strconv.Unquote(text)
}

// rowOf is a row as the variables of expressions. It implements cel.Activation.
type rowOf struct {
	table  *Table
	fields []string
	all    ref.Val // the whole row, once an expression asked for it
}

// ResolveName implements cel.Activation.
func (r *rowOf) ResolveName(name string) (any, bool) {
	if name == "row" {
		if r.all == nil {
			fields := make(map[string]string, len(r.fields))
			for n, column := range r.table.Columns {
				fields[column] = strings.TrimSpace(r.fields[n])
			}
			r.all = types.NewStringStringMap(types.DefaultTypeAdapter, fields)
		}
		return r.all, true
	}
	at, ok := r.table.number(name)
	if !ok {
		return nil, false
	}
	return types.String(strings.TrimSpace(r.fields[at])), true
}

// Parent implements cel.Activation.
func (r *rowOf) Parent() cel.Activation { return nil }

// number returns the index of a column.
func (t *Table) number(name string) (int, bool) {
	if t.numbered == nil {
		t.numbered = map[string]int{}
		for n, column := range t.Columns {
			if _, twice := t.numbered[column]; !twice {
				t.numbered[column] = n
			}
		}
	}
	at, ok := t.numbered[name]
	return at, ok
}

// result evaluates an expression.
func (e *Expression) result(r *rowOf) (ref.Val, error) {
	v, _, err := e.program.Eval(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", option.Short(e.text), err)
	}
	return v, nil
}

// string evaluates an expression to the text of a cell.
func (e *Expression) string(r *rowOf) (string, error) {
	v, err := e.result(r)
	if err != nil {
		return "", err
	}
	switch v := v.(type) {
	case types.String:
		return string(v), nil
	case types.Int:
		return strconv.FormatInt(int64(v), 10), nil
	case types.Uint:
		return strconv.FormatUint(uint64(v), 10), nil
	case types.Bool:
		return strconv.FormatBool(bool(v)), nil
	case types.Null:
		return "", nil
	}
	return "", fmt.Errorf("%s: want a text, not a %s", option.Short(e.text), v.Type().TypeName())
}
