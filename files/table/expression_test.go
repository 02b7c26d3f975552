package table

import (
	"errors"
	"io"
	"strings"
	"testing"

	"kopeck/files/cell"
	"kopeck/files/option"
	"kopeck/files/textfile"
)

// rowsOfText reads a table by a mapping, as texts of fields.
func rowsOfText(t *testing.T, text, mapped string, fields ...string) (rows [][]string, wrong []string, err error) {
	t.Helper()
	table, err := Open(func(comma byte) *textfile.Scanner { return textfile.StartAt(strings.NewReader(text), 0, comma) }, false)
	if err != nil {
		t.Fatal(err)
	}
	table.Numbers = cell.CommaNumbers
	all, err := option.ParseMap(mapped)
	if err == nil {
		err = table.Assign(all, fields)
	}
	if err != nil {
		return nil, nil, err
	}
	for {
		r, end := table.Next()
		if errors.Is(end, io.EOF) {
			return rows, wrong, nil
		}
		var texts []string
		for _, field := range fields {
			texts = append(texts, table.Get(r, field))
		}
		for _, one := range r.Wrong {
			wrong = append(wrong, one.Err.Error())
		}
		rows = append(rows, texts)
	}
}

func TestExpressions(t *testing.T) {
	t.Parallel()
	const text = "first;last;Кто звонил;Тип;e-mail 1;qty;price;in\nAnna;Petrova;+7 1;Входящий;a@b.c;2;1.234,50;x\n"
	for _, c := range []struct{ from, want string }{ // want: the text, or what the error says behind "!"
		{`first`, "Anna"},
		{`e-mail 1`, "a@b.c"},
		{`Кто звонил`, "+7 1"},
		{`first + " " + last`, "Anna Petrova"},
		{`"PHONE"`, "PHONE"},
		{`'PHONE'`, "PHONE"},
		{`3`, "3"},
		{`true`, "true"},
		{`Тип == "Входящий" ? "INBOUND" : "OUTBOUND"`, "INBOUND"},
		{"`Кто звонил` + first", "+7 1Anna"},
		{`row["e-mail 1"]`, "a@b.c"},
		{`row['in']`, "x"},
		{`{"Входящий": "INBOUND"}[Тип]`, "INBOUND"},
		{`{"Входящий": "a,b", "x": "c"}[Тип]`, "a,b"},
		{`firstOf(["", " ", last])`, "Petrova"},
		{`last.lowerAscii().replace("p", "b")`, "betrova"},
		{`times(qty, price)`, "2469"},
		{`times(price, 0.1)`, "123,45"},
		{`plus(qty, 1)`, "3"},
		{`minus(qty, price)`, "-1232,5"},
		{`over(qty, 3)`, "0,666666666667"},
		{`over(qty, 4)`, "0,5"},
		{`negative(qty) ? "back" : "sold"`, "sold"},
		{`hms("1:02:03")`, "62,05"},
		{`hms("45")`, "0,75"},
		{`hms("1h 2m 3s")`, "62,05"},
		{`hms("3 мин 12 сек")`, "3,2"},
		{`hms("")`, ""},
		{`hms(first)`, "!not a duration"},
		{`{"Исходящий": "OUTBOUND"}[Тип]`, "!no such key"},
		{`times(first, 2)`, "!not a number like 1234,50"},
		{`over(qty, 0)`, "!division by zero"},
		{`double(qty) * 2.0`, "!a double is not exact"},
		{`frist + last`, `!no column "frist"`},
		{`Тип2 + last`, `!no column "Тип2"`},
		{`row["nothing"]`, `!no column "nothing"`},
		{`first + `, "!neither a column nor an expression"},
		{`first + 1`, "!neither a column nor an expression"},
		{`[first]`, "!want a text, not a list"},
		{`unknown`, `!no column "unknown"`},
	} {
		t.Run(c.from, func(t *testing.T) {
			t.Parallel()
			rows, wrong, err := rowsOfText(t, text, "field="+c.from, "field")
			says, refused := strings.CutPrefix(c.want, "!")
			var got string
			switch {
			case err != nil:
				got = err.Error()
			case len(wrong) > 0:
				got = wrong[0]
			default:
				got = rows[0][0]
			}
			if refused && !strings.Contains(got, says) || !refused && (got != c.want || err != nil || len(wrong) > 0) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestMaps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ spec, want string }{
		{"a=b,c=d", "a:b|c:d"},
		{" a = b , c = d ", "a:b|c:d"},
		{`"a=b, c",d=e`, "a:b, c|d:e"},
		{`"a=b ""c""",d=e`, `a:b "c"|d:e`},
		{`a=f(b, c),d="e,f"`, `a:f(b, c)|d:"e,f"`},
		{`a={"x": "y"}[b],c='d,e'`, `a:{"x": "y"}[b]|c:'d,e'`},
		{"a=`b,c`", "a:`b,c`"},
		{`a=b == "c" ? d : e`, `a:b == "c" ? d : e`},
		{"a=O'Neil,b=c", ""},
		{"a=b,", "a:b"},
		{"a", "!want field=column"},
		{"a=", "!want field=column"},
		{`"a=b`, "!never closed"},
	} {
		t.Run(c.spec, func(t *testing.T) {
			t.Parallel()
			all, err := option.ParseMap(c.spec)
			var parts []string
			for _, one := range all {
				parts = append(parts, one.Field+":"+one.From)
			}
			says, refused := strings.CutPrefix(c.want, "!")
			switch got := strings.Join(parts, "|"); {
			case refused:
				if err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("%q, %v; want %q in it", got, err, says)
				}
			case err != nil, c.want != "" && got != c.want:
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	words := map[string]map[string]string{}
	for _, spec := range []string{`status:paid=COMPLETED,"on, hold=PLACED",""=PLACED`, "status:void=CANCELLED", "kind:*=OTHER"} {
		if err := option.ParseWords(spec, words); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ field, text, want string }{
		{"status", " Paid ", "COMPLETED"},
		{"status", "on, hold", "PLACED"},
		{"status", "", "PLACED"},
		{"status", "completed", "COMPLETED"},
		{"status", "lost", `!"lost": there is no word for it: --words status:"lost"=…`},
		{"kind", "anything", "OTHER"},
		{"kind", "", ""},
	} {
		t.Run(c.field+" "+c.text, func(t *testing.T) {
			t.Parallel()
			got, err := computed{field: c.field, words: words[c.field]}.word(c.text)
			if err != nil {
				got = "!" + err.Error()
			}
			if got != c.want && (!strings.HasPrefix(c.want, "!") || !strings.HasPrefix(got, c.want)) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	for _, spec := range []string{"status", "status:paid", "status:paid=", ":a=b"} {
		if err := option.ParseWords(spec, words); err == nil {
			t.Errorf("%q is taken", spec)
		}
	}
}
