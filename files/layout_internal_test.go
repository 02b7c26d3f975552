package files

import (
	"slices"
	"strings"
	"testing"
)

// headers are the columns as they were first exported, in their order: a file that was exported yesterday is read tomorrow.
var headers = map[Kind]string{
	Orders: "id,external_id,customer_id,customer_external_id,status,at,total,currency,refunded,cost,stated_cost,uncosted,credit_model,created_at,due_at,completed_at," +
		"cancelled_at,cancel_reason,refunds,line_id,sku,quantity,unit,line_total,line_cost,lead_days,price_lines,options,line_tax,tax",
	Customers: "id,external_id,name,kind,email,phone,stage,stage_overruled,stage_overruled_at,segment,owner,referred_by_id,partner_id,partner," +
		"acquisition_cost,currency,acquired_at,measurements,created_at,departed_at,deleted_at,wallet,birthday,tax_exempt",
	Contacts: "id,external_id,customer_id,customer_external_id,kind,direction,channel,at,minutes,staff,subject,notes,about_id,purpose," +
		"stage,expense,cost,currency,uncosted,cost_lines,recorded_at,segment,seconds",
	Rates: "id,subject,code,unit,amount,currency,valid_from,capacity,fixed_share,correction,recorded_at",
}

// ownNames lists the columns of a kind in Kopeck's own format, and those that a file must have.
func ownNames(kind Kind) (all, keys []string) {
	switch kind {
	case Orders:
		return ownOrderNames(), orderLayout.names(ownKey)
	case Customers:
		return customerLayout.names(own), customerLayout.names(ownKey)
	case Contacts:
		return contactLayout.names(own), contactLayout.names(ownKey)
	case Rates:
		return rateLayout.names(own), rateLayout.names(ownKey)
	}
	return nil, nil
}

// A column is never taken away or moved: a new one stands at the end.
func TestHeadersOnlyGrow(t *testing.T) {
	t.Parallel()
	for kind, header := range headers {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			names, keys := ownNames(kind)
			first := strings.Split(header, ",")
			if len(names) < len(first) || !slices.Equal(names[:len(first)], first) {
				t.Errorf("the header is\n%q\nand began with\n%q", names, first)
			}
			if sorted := slices.Sorted(slices.Values(names)); len(slices.Compact(sorted)) != len(names) {
				t.Errorf("two columns have one name: %q", names)
			}
			for _, key := range keys {
				if !slices.Contains(first, key) {
					t.Errorf("%s is required, and files of the first version do not have it", key)
				}
			}
		})
	}
}

func TestRecognise(t *testing.T) {
	t.Parallel()
	all := headers[Rates]
	const wants = "subject=what,code=article,unit=per,amount=price,valid_from=from"
	for _, c := range []struct {
		name, header, mapped string
		format               Format
		own                  bool
		says                 string // the error; "" for none
	}{
		{"as exported", all, "", "", true, ""},
		{"as exported, format named", all, "", Kopeck, true, ""},
		{"in another order", "recorded_at,valid_from,amount,unit,code,subject,id", "", "", true, ""},
		{"fewer columns", "id,subject,code,unit,amount,valid_from,recorded_at", "", "", true, ""},
		{"a required column fewer", "id,subject,code,unit,amount,valid_from", "", Kopeck, false, `is not that of rates that Kopeck exported: it has no column "recorded_at"`},
		{"an unknown column", all + ",colour", "", "", false, `rates have no column "colour"`},
		{"a column twice", all + ",code", "", "", false, `rates have no column "code", or the header has it twice`},
		{"as exported, with a map", all, wants, "", false, "needs no --map"},
		{"another table", "what,article,per,price,from", wants, "", false, ""},
		{"another table without a map", "what,article,per,price,from", "", "", false, "a CSV file needs --map"},
		{"as exported, but CSV", all, "", CSV, false, "a CSV file needs --map"},
		{"a table with names of ours", "id,subject,code,unit,amount,valid_from,recorded_at,what", "subject=what,code=code,unit=unit,amount=amount,valid_from=valid_from", CSV, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			table, err := openTable(func(comma byte) *scanner { return start(strings.NewReader(c.header+"\n"), 0, comma) }, false)
			if err != nil {
				t.Fatal(err)
			}
			isOwn, err := rateLayout.recognise(table, Options{Kind: Rates, Format: c.format, Map: c.mapped})
			switch {
			case isOwn != c.own:
				t.Errorf("of Kopeck's own format: %t, %v", isOwn, err)
			case (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says):
				t.Errorf("%v, want %q in it", err, c.says)
			}
		})
	}
}

func TestMappableFields(t *testing.T) {
	t.Parallel()
	for kind, want := range map[Kind][2]string{
		Orders: {
			"customer order date amount cost currency total quantity price sku title discount status refunded refunded_at refund_reason completed_at cancelled_at cancel_reason due_at email phone name",
			"customer date amount",
		},
		Contacts: {
			"external_id customer kind direction channel at minutes staff subject notes purpose expense currency email phone name seconds",
			"customer kind direction channel at",
		},
		Rates:    {"subject code unit amount currency valid_from capacity fixed_share correction", "subject code unit amount valid_from"},
		"offers": {"", ""},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			all, required := Fields(kind)
			if got := [2]string{strings.Join(all, " "), strings.Join(required, " ")}; got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}
