package layout

import (
	"strings"
	"testing"

	"kopeck/files/option"
	"kopeck/files/table"
	"kopeck/files/textfile"
	"kopeck/service/rates"
)

// exported is the header of a file of rates that was exported.
const exported = "id,subject,code,unit,amount,currency,valid_from,capacity,fixed_share,correction,recorded_at"

func TestRecognise(t *testing.T) {
	t.Parallel()
	all := exported
	const wants = "subject=what,code=article,unit=per,amount=price,valid_from=from"
	for _, c := range []struct {
		name, header, mapped string
		format               option.Format
		own                  bool
		says                 string // the error; "" for none
	}{
		{"as exported", all, "", "", true, ""},
		{"as exported, format named", all, "", option.Kopeck, true, ""},
		{"in another order", "recorded_at,valid_from,amount,unit,code,subject,id", "", "", true, ""},
		{"fewer columns", "id,subject,code,unit,amount,valid_from,recorded_at", "", "", true, ""},
		{"a required column fewer", "id,subject,code,unit,amount,valid_from", "", option.Kopeck, false, `is not that of rates that Kopeck exported: it has no column "recorded_at"`},
		{"an unknown column", all + ",colour", "", "", false, `rates have no column "colour"`},
		{"a column twice", all + ",code", "", "", false, `rates have no column "code", or the header has it twice`},
		{"as exported, with a map", all, wants, "", false, "needs no --map"},
		{"another table", "what,article,per,price,from", wants, "", false, ""},
		{"another table without a map", "what,article,per,price,from", "", "", false, "a CSV file needs --map"},
		{"as exported, but CSV", all, "", option.CSV, false, "a CSV file needs --map"},
		{"a table with names of ours", "id,subject,code,unit,amount,valid_from,recorded_at,what", "subject=what,code=code,unit=unit,amount=amount,valid_from=valid_from", option.CSV, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			table, err := table.Open(func(comma byte) *textfile.Scanner {
				return textfile.StartAt(strings.NewReader(c.header+"\n"), 0, comma)
			}, false)
			if err != nil {
				t.Fatal(err)
			}
			isOwn, err := New(option.Rates, rates.Fields()).Recognise(table, option.Options{Kind: option.Rates, Format: c.format, Map: c.mapped})
			switch {
			case isOwn != c.own:
				t.Errorf("of Kopeck's own format: %t, %v", isOwn, err)
			case (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says):
				t.Errorf("%v, want %q in it", err, c.says)
			}
		})
	}
}
