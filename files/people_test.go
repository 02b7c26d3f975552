package files_test

import (
	"strings"
	"testing"

	"kopeck/auth"
	"kopeck/files/option"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

func people(o option.Options) option.Options {
	o.Kind, o.Format = option.Customers, option.CSV
	if o.Map == "" {
		o.Map = "external_id=id,name=name,email=mail,phone=phone,owner=owner,acquisition_cost=cost"
	}
	return o
}

func TestCustomersOfATable(t *testing.T) {
	each(t, func(w *world) {
		const header = "id;name;mail;phone;owner;cost\n"
		text := header + "1;Ёлкина 🎄;Elka@Example.com;8 (900) 123-45-67;sales@example.com;10.50\n2;عمر الخيام;;;;\n"
		w.counted(w.bring(text, people(option.Options{})), 2, 2, 0, 0)
		w.counted(w.bring(text, people(option.Options{})), 2, 0, 2, 0)
		if n := w.number("SELECT count(*) FROM search_terms WHERE term IN ('елкина', '9001234567', 'elka@example.com', 'الخيام')"); n != 4 {
			t.Errorf("%d of 4 terms are there", n)
		}
		if n := w.number("SELECT count(*) FROM customers c JOIN users u ON u.id = c.owner_id WHERE u.email = 'sales@example.com' AND NOT u.active AND u.password_hash IS NULL AND c.acquisition_cost = 1050"); n != 1 {
			t.Error("the owner is not as it should be")
		}
		changed := header + "1;Ёлкина;elka@example.COM;8 900 765-43-21;other@example.com;10.50\n3;New;;;nobody@example.com;\n"
		r := w.bring(changed, people(option.Options{}))
		w.only(r, map[int64]string{2: "there already with another name, email, phone, owner; --update changes it"})
		if r.Written || w.number("SELECT count(*) FROM users") != 1 {
			t.Errorf("it was written: %s", r)
		}
		r = w.bring(changed, people(option.Options{Update: true}))
		w.counted(r, 2, 1, 0, 0)
		if r.Updated != 1 || w.number("SELECT count(*) FROM search_terms WHERE term = '9001234567'") != 0 {
			t.Errorf("update: %s", r)
		}
		// What the file does not speak of stays.
		w.bring("id,name\n1,Петрова\n", people(option.Options{Update: true, Map: "external_id=id,name=name"}))
		if n := w.number("SELECT count(*) FROM customers WHERE name = 'Петрова' AND email_key = 'elka@example.com' AND version = 3"); n != 1 {
			t.Error("the e-mail went with the name")
		}
	})
}

// An empty cell says nothing of a customer who exists, unless the option says to erase; and then the kind, the acquisition cost and the
// name never fall to a default.
func TestEmptyCellsOfAnUpdate(t *testing.T) {
	const columns = "external_id=id,name=name,email=mail,phone=phone,kind=kind,acquisition_cost=cost,segment=segment,wallet=wallet,owner=owner"
	const header = "id,name,mail,phone,kind,cost,segment,wallet,owner\n"
	const full = "1,Romashka,office@example.com,+7 495 000-11-22,COMPANY,1500.00,FAST_CHEAP,90000.00,olga@example.com\n"
	const state = `SELECT c.name || '|' || coalesce(c.email, '') || '|' || coalesce(c.phone, '') || '|' || c.kind || '|' || c.acquisition_cost || '|' ||
		coalesce(c.segment, '') || '|' || coalesce(c.wallet, -1) || '|' || coalesce(u.email, '') FROM customers c LEFT JOIN users u ON u.id = c.owner_id`
	for _, c := range []struct {
		name, row string
		empty     option.Emptiness
		updated   int64
		want      string
	}{
		{"nothing but the name", "1,Romashka LLC,,,,,,,\n", "", 1, "Romashka LLC|office@example.com|+74950001122|COMPANY|150000|FAST_CHEAP|9000000|olga@example.com"},
		{"nothing at all", "1,,,,,,,,\n", option.KeepEmpty, 0, "Romashka|office@example.com|+74950001122|COMPANY|150000|FAST_CHEAP|9000000|olga@example.com"},
		{"erased", "1,,,,,,,,\n", option.ClearEmpty, 1, "Romashka|||COMPANY|150000||-1|"},
		{"erased but for the phone", "1,,,8 800 1,,,,,\n", option.ClearEmpty, 1, "Romashka||88001|COMPANY|150000||-1|"},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(w *world) {
				w.bring(header+full, people(option.Options{Map: columns}))
				r := w.bring(header+c.row, people(option.Options{Map: columns, Update: true, Empty: c.empty}))
				if r.Updated != c.updated || r.Rejected != 0 {
					w.Errorf("got %s, want %d updated rows and none rejected", r, c.updated)
				}
				var got string
				w.one(&got, state)
				if got != c.want {
					w.Errorf("the customer is %s, want %s", got, c.want)
				}
			})
		})
	}
}

// Neither the name nor more than a phone is needed to update; a customer who is new has a name.
func TestUpdateByPhone(t *testing.T) {
	each(t, func(w *world) {
		o := people(option.Options{Map: "name=name,phone=phone"})
		w.counted(w.bring("name,phone\nAnna,8 900 111-22-33\nIvan,+7 900 111-22-44\n", o), 2, 2, 0, 0)
		w.counted(w.bring("name,phone\nAnna,+7 (900) 111 22 33\n", people(option.Options{Map: "name=name,phone=phone", Errors: option.RejectRow})), 1, 0, 1, 0)
		if n := w.number("SELECT count(*) FROM customers"); n != 2 {
			t.Errorf("%d customers", n)
		}
		r := w.bring("tel,spent\n79001112233,12.50\n79001112299,1\n", people(option.Options{Map: "phone=tel,acquisition_cost=spent", Update: true, Errors: option.RejectRow}))
		w.only(r, map[int64]string{3: "name: must not be empty"})
		if r.Updated != 1 || w.number("SELECT acquisition_cost FROM customers WHERE name = 'Anna'") != 1250 {
			t.Errorf("got %s, want one updated customer with the cost 12.50", r)
		}
		w.bring("id,name,phone\n9,Another,89001112244\n", people(option.Options{Map: "external_id=id,name=name,phone=phone"}))
		r = w.bring("name,phone\nWho,89001112244\nNobody,112\n", o)
		w.only(r, map[int64]string{2: "phone: it is that of 2 customers", 3: "want an id, an external_id or an e-mail, or a phone"})
	})
}

// A column of our own format that cannot be honoured is an error: a partner without an id is one that exists, once.
func TestPartnerWithoutID(t *testing.T) {
	each(t, func(w *world) {
		o := option.Options{Kind: option.Customers, Errors: option.RejectRow}
		text := "id,name,partner\n" + anna + ",Anna,Doors\n"
		w.only(w.bring(text, o), map[int64]string{2: `partner: 0 partners are called "Doors": want the partner's id`})
		w.bring("id,name,partner_id,partner\n"+ivan+",Ivan,prt_01jd0000000000000000000001,Doors\n", o)
		w.counted(w.bring(text, o), 1, 1, 0, 0)
		if n := w.number("SELECT count(*) FROM customers WHERE partner_id = 'prt_01jd0000000000000000000001'"); n != 2 {
			w.Errorf("%d customers of the partner", n)
		}
		w.counted(w.bring(text, o), 1, 0, 1, 0)
	})
}

// What a file has of a line or of a cost and cannot be taken is an error, and not dropped.
func TestColumnsThatCannotBeHonoured(t *testing.T) {
	w := newWorld(t, sqlite(t))
	for _, c := range []struct {
		name, text, says string
		kind             option.Kind
	}{
		{
			"a line without an id",
			"id,customer_id,status,at,total,refunded,cost,completed_at,line_id,sku,quantity\n" + firstOrder + "," + anna + ",COMPLETED,2026-01-01T00:00:00Z,5.00,0.00,1.00,2026-01-01T00:00:00Z,,door,1\n",
			"line_id: empty, where the row has sku of a line", option.Orders,
		},
		{
			"a cost without its lines",
			"id,customer_id,kind,direction,channel,at,cost,stage,recorded_at\ncon_01jd0000000000000000000001," + anna + ",EMAIL,INBOUND,EMAIL,2026-01-01T00:00:00Z,5.00,FRIEND,2026-01-01T00:00:00Z\n",
			"cost: the file has no column cost_lines", option.Contacts,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if r := w.bring(c.text, option.Options{Kind: c.kind}); !strings.Contains(r.String(), c.says) || r.Rejected != 1 {
				t.Errorf("%s, want %q in it", r, c.says)
			}
		})
	}
}

// Whoever revoked a permission stays unsubscribed, whatever a file says of them.
func TestAnImportLeavesPermissionsAlone(t *testing.T) {
	each(t, func(w *world) {
		w.bring("id,name,mail\n1,One,one@example.com\n", people(option.Options{Map: "external_id=id,name=name,email=mail"}))
		var customer string
		w.one(&customer, "SELECT id FROM customers")
		ctx := auth.System(t.Context())
		granted, _, err := w.service.Consent.GrantPermission(ctx, service.GrantPermissionInput{CustomerID: customer, Channel: schema.ByEmail, Purpose: schema.Marketing, Level: schema.BrandTrust, Source: "shop", Wording: "Yes, write to me"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.service.Consent.RevokePermission(ctx, service.RevokePermissionInput{ID: granted.ID, Source: "letter"}); err != nil {
			t.Fatal(err)
		}
		events := w.number("SELECT count(*) FROM permission_events")
		w.bring("id,name,mail\n1,One again,other@example.com\n", people(option.Options{Map: "external_id=id,name=name,email=mail", Update: true}))
		w.bring("who,kind,way,channel,at\n1,EMAIL,OUTBOUND,EMAIL,2026-01-01\n", option.Options{Kind: option.Contacts, Map: "customer=who,kind=kind,direction=way,channel=channel,at=at"})
		w.bring(w.export(option.Customers), option.Options{Kind: option.Customers})
		if w.number("SELECT count(*) FROM permission_events") != events || w.number("SELECT count(*) FROM permissions WHERE state <> 'REVOKED'") != 0 {
			t.Error("an import touched permissions")
		}
	})
}

const calls = "customer=who,kind=kind,direction=way,channel=channel,at=at,minutes=min,staff=staff,expense=spent"

func TestContactsOfATable(t *testing.T) {
	each(t, func(w *world) {
		ctx := auth.System(t.Context())
		for code, rate := range map[string]struct {
			subject      schema.RateSubject
			amount, unit string
		}{"PHONE": {schema.RateChannelMinute, "1.5", "minute"}, "olga@example.com": {schema.RateStaff, "600", "hour"}} {
			_, err := w.service.Rates.SetRate(ctx, service.SetRateInput{Subject: rate.subject, Code: code, Amount: money.Exact(rate.amount), Unit: rate.unit, ValidFrom: today.AddDate(-1, 0, 0)})
			if err != nil {
				t.Fatal(err)
			}
		}
		text := "who,kind,way,channel,at,min,staff,spent\n" +
			"1,target_call,outbound,phone,2026-01-01T10:00:00Z,3,Olga@example.com,0.55\n" +
			"1,target_call,outbound,phone,2026-01-01T10:00:00Z,3,Olga@example.com,0.55\n" + // two of one moment
			"2,MEETING,INBOUND,VISIT,2026-01-02,60,,\n"
		o := option.Options{Kind: option.Contacts, Map: calls}
		r := w.bring(text, o)
		w.counted(r, 3, 3, 0, 0)
		w.counted(w.bring(text, o), 3, 0, 3, 0)
		// 3 minutes x 600/60 + 3 x 1.5 + 0.55; the fee has no rate
		if n := w.number("SELECT count(*) FROM contacts WHERE cost = 3505 AND uncosted AND kind = 'TARGET_CALL'"); n != 2 {
			t.Errorf("%d contacts cost what they should", n)
		}
		if n := w.number("SELECT contact_cost FROM customers WHERE external_id = '1'"); n != 7010 {
			t.Errorf("the customer has cost %d", n)
		}
		// An order that is imported later credits them.
		w.bring("invoice,who,day,sum\n1,1,2026-01-03,10\n", log(option.Options{CostShare: share("0")}))
		if n := w.number("SELECT sum(amount) FROM credits"); n != 1000 {
			t.Errorf("%d kopecks are credited", n)
		}
		w.closed()
		r = w.bring("who,kind,way,channel,at,min,staff,spent\n1,CALL,OUTBOUND,PHONE,2026-01-01,3,,\n1,EMAIL,UP,PHONE,2026-01-01,3,,\n1,EMAIL,INBOUND,PIGEON,2026-01-01,3,,\n1,EMAIL,INBOUND,EMAIL,2026-01-01,-3,,\n1,EMAIL,INBOUND,EMAIL,2027-01-01,3,,\n,EMAIL,INBOUND,EMAIL,2026-01-01,3,,\n1,EMAIL,INBOUND,EMAIL,2026-01-01,3,,0.001\n", option.Options{Kind: option.Contacts, Map: calls, Errors: option.RejectRow})
		w.only(r, map[int64]string{2: "kind", 3: "direction", 4: "channel", 5: "minutes", 6: "in the future", 7: "customer", 8: "more decimals"})
		if r.Rejected != 7 {
			t.Errorf("got %s, want 7 rejected rows", r)
		}
	})
}

func TestRejectsKeepWhatWasWritten(t *testing.T) {
	w := newWorld(t, sqlite(t))
	path := t.TempDir() + "/r.csv"
	row := `1,"Quoted ""name"", with comma",bad mail`
	w.bring("id,name,mail\n"+row+"\n", people(option.Options{Map: "external_id=id,name=name,email=mail", Rejects: path}))
	rows := readCSV(t, path)
	if len(rows) != 2 || rows[1][0] != "2" || rows[1][2] != row || !strings.Contains(rows[1][1], "email") {
		t.Errorf("rejects: %q", rows)
	}
}

// TestMeasurementsOfAnUpdate: what a file changes of a customer's measurements and birthday is kept with its version, so that a price as of
// a moment before is by what was known then.
func TestMeasurementsOfAnUpdate(t *testing.T) {
	each(t, func(w *world) {
		o := option.Options{Kind: option.Customers, Map: "external_id=id,name=name,measurements=m,birthday=b", Update: true}
		for n, row := range []string{`1,Anna,"{""width"": 2}",1990-02-28`, `1,Anna,"{""width"": 3}",`, `1,Anna,,1991-02-28`, `1,Anna B.,,`} {
			if r := w.bring("id,name,m,b\n"+row+"\n", o); r.Rejected > 0 || (n > 0) != (r.Updated == 1) {
				w.Fatalf("%s: %s", row, r)
			}
		}
		var entries []string
		rows, err := w.store.Query(auth.System(w.Context()), "SELECT detail FROM audit_entries WHERE action = 'customer.update' ORDER BY id")
		if err != nil {
			w.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var detail []byte
			if err := rows.Scan(&detail); err != nil {
				w.Fatal(err)
			}
			entries = append(entries, strings.ReplaceAll(string(detail), " ", ""))
		}
		if len(entries) != 2 || !strings.Contains(entries[0], `"old":{"width":2}`) || !strings.Contains(entries[0], `"version":2`) || !strings.Contains(entries[1], `"birthday"`) || !strings.Contains(entries[1], `"version":3`) {
			w.Errorf("the audit has %q", entries)
		}
	})
}
