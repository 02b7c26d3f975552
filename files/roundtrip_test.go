package files_test

import (
	"strings"
	"testing"

	"kopeck/dbtest"
	"kopeck/files/option"
)

const (
	anna, ivan, gone  = "cus_01jd0000000000000000000001", "cus_01jd0000000000000000000002", "cus_01jd0000000000000000000003"
	firstOrder, empty = "ord_01jd0000000000000000000001", "ord_01jd0000000000000000000002"
)

// What files carry of the past of customers.
const (
	embassy   = `"[{""reason"":""an embassy"",""from"":""2024-12-31T23:59:59.000001Z"",""recorded"":""2024-12-31T23:59:59.000001Z""}]"`
	overruled = `"[{""kind"":""OVERRULED"",""stage"":""LOYAL"",""at"":""2026-11-01T10:00:00.123456Z"",""recorded"":""2026-11-01T11:00:00Z"",""reason"":""knows her well""}]"`
	recorded  = `"[{""kind"":""RECORDED"",""stage"":""FRIEND"",""at"":""2025-06-01T00:00:00Z"",""recorded"":""2025-06-01T00:00:00Z""}]"`
)

// What files carry of what customers are reached by.
const (
	phones    = `"[{""id"":""cpt_01jd0000000000000000000001"",""value"":""+79001234567"",""kind"":""MOBILE"",""created"":""2025-01-01T00:00:00Z""},{""id"":""cpt_01jd0000000000000000000002"",""value"":""+74950001122;ext=15"",""kind"":""WORK"",""created"":""2025-01-01T00:00:00Z""}]"`
	emails    = `"[{""id"":""cpt_01jd0000000000000000000003"",""value"":""Anna@Example.com"",""kind"":""OTHER"",""created"":""2025-01-01T00:00:00.5Z""}]"`
	addresses = `"[{""id"":""adr_01jd0000000000000000000001"",""kind"":""DELIVERY"",""country"":""RU"",""city"":""Казань"",""street"":""ул. Баумана, 1, кв. \""2\"""",""created"":""2025-01-01T00:00:00Z""}]"`
)

// Everything that the formats hold, as exported: what is imported must come out again to the byte.
var exported = map[option.Kind]string{
	option.Customers: "id,external_id,name,kind,email,phone,stage,stage_overruled,stage_overruled_at,segment,owner,referred_by_id,partner_id,partner,acquisition_cost,currency,acquired_at,measurements,created_at,departed_at,deleted_at,wallet,birthday,tax_exempt,tax_exemptions,stage_facts,campaign,source,phones,emails,addresses,tags\n" +
		anna + `,a-1,"Анна ""Аня"" Кузнецова, ИП",COMPANY,Anna@Example.com,+79001234567,LOYAL,knows her well,2026-11-01T10:00:00.123456Z,FAST_QUALITY,olga@example.com,` + ivan + `,prt_01jd0000000000000000000001,"Двери, ООО",1234.50,RUB,2025-01-01T00:00:00Z,"{""height"":2.5,""rooms"":[""кухня"",""зал""]}",2024-12-31T23:59:59.000001Z,,,120000.00,1990-02-28,an embassy,` + embassy + "," + overruled + ",radio,fair," + phones + "," + emails + "," + addresses + ",wholesale; вип\n" +
		ivan + ",,=1+1 🙂 عمر,PERSON,,,FRIEND,,,,,,,,0.00,RUB,,,2025-06-01T00:00:00Z,,,,,,," + recorded + ",,,,,,\n" +
		gone + ",a-1,Former,PERSON,anna@example.com,,FORMER,,,,,,,,0.00,RUB,,,2025-06-01T00:00:00Z,2025-07-01T00:00:00Z,2025-08-01T00:00:00Z,,,,,[],,,,,,\n",
	option.Contacts: "id,external_id,customer_id,customer_external_id,kind,direction,channel,at,minutes,staff,subject,notes,about_id,purpose,stage,expense,cost,currency,uncosted,cost_lines,recorded_at,segment,seconds,staff_grades,order_id,voided_at,voided_by,void_reason,campaign,source,participants,people\n" +
		"con_01jd0000000000000000000001,,cus_01jd0000000000000000000002,,RECOMMENDATION,INBOUND,PHONE,2025-12-31T09:00:00Z,5,olga@example.com,,,cus_01jd0000000000000000000001,,FRIEND,0.00,0.00,RUB,true,\"[{\"\"kind\"\":\"\"STAFF_TIME\"\",\"\"label\"\":\"\"olga@example.com: no rate\"\",\"\"quantity\"\":\"\"5\"\",\"\"rate\"\":\"\"0\"\",\"\"amount\"\":0},{\"\"kind\"\":\"\"STAFF_TIME\"\",\"\"label\"\":\"\"ivan@example.com: no rate\"\",\"\"quantity\"\":\"\"2.5\"\",\"\"rate\"\":\"\"0\"\",\"\"amount\"\":0},{\"\"kind\"\":\"\"CHANNEL_FEE\"\",\"\"label\"\":\"\"PHONE: no rate\"\",\"\"quantity\"\":\"\"1\"\",\"\"rate\"\":\"\"0\"\",\"\"amount\"\":0}]\",2026-01-01T00:00:00Z,,,,,,,,radio,search,\"[{\"\"staff\"\":\"\"olga@example.com\"\",\"\"minutes\"\":\"\"5\"\"},{\"\"staff\"\":\"\"ivan@example.com\"\",\"\"minutes\"\":\"\"2.5\"\",\"\"grades\"\":[{\"\"grade\"\":\"\"master\"\",\"\"from\"\":\"\"2025-01-01T00:00:00Z\"\",\"\"recorded\"\":\"\"2025-01-02T00:00:00Z\"\"}]}]\",\n" +
		"con_01jd0000000000000000000002,crm-7,cus_01jd0000000000000000000001,a-1,TARGET_CALL,OUTBOUND,EMAIL,2026-01-03T09:00:00.5Z,12.5,,Offer,\"line one\nline, two\",,MARKETING,STRANGER,3.99,10.00,RUB,false,\"[{\"\"kind\"\":\"\"CHANNEL_FEE\"\",\"\"label\"\":\"\"EMAIL, contact\"\",\"\"quantity\"\":\"\"1\"\",\"\"rate\"\":\"\"6.01\"\",\"\"amount\"\":601,\"\"from\"\":\"\"2026-01-01T00:00:00Z\"\"},{\"\"kind\"\":\"\"EXPENSE\"\",\"\"label\"\":\"\"expense\"\",\"\"quantity\"\":\"\"1\"\",\"\"rate\"\":\"\"3.99\"\",\"\"amount\"\":399}]\",2026-01-03T10:00:00Z,FAST_CHEAP,,," + firstOrder + ",,,,,,," + ivan + "\n" +
		"con_01jd0000000000000000000003,,cus_01jd0000000000000000000001,a-1,VISIT,INBOUND,VISIT,2026-01-04T09:00:00Z,60,,,,,,STRANGER,50.00,50.00,RUB,false,\"[{\"\"kind\"\":\"\"EXPENSE\"\",\"\"label\"\":\"\"expense\"\",\"\"quantity\"\":\"\"1\"\",\"\"rate\"\":\"\"50\"\",\"\"amount\"\":5000}]\",2026-01-04T10:00:00Z,FAST_CHEAP,,,,2026-01-05T10:00:00Z,olga@example.com,another customer,,,,\n",
	option.Orders: "id,external_id,customer_id,customer_external_id,status,at,total,currency,refunded,cost,stated_cost,uncosted,credit_model,created_at,due_at,completed_at,cancelled_at,cancel_reason,refunds,line_id,sku,quantity,unit,line_total,line_cost,lead_days,price_lines,options,line_tax,tax,seller\n" +
		orderHead + `,orl_01jd0000000000000000000001,oak-door,2.5,40.00,100.00,60.01,14,"[{""kind"":""LIST"",""label"":""list price"",""amount"":4000}]",,16.67,16.68,olga@example.com` + "\n" +
		orderHead + `,orl_01jd0000000000000000000002,handle,1,0.05,0.05,0.00,14,"[{""kind"":""LIST"",""label"":""list price"",""amount"":5}]",,0.01,16.68,olga@example.com` + "\n" +
		empty + ",,cus_01jd0000000000000000000002,,PLACED,2026-02-01T00:00:00Z,10.00,RUB,0.00,4.00,true,false,,2026-02-01T00:00:00Z,2027-02-01T00:00:00Z,,,,,,,,,,,,,,,1.67,\n" +
		"ord_01jd0000000000000000000003,shop-9,cus_01jd0000000000000000000003,a-1,CANCELLED,2025-02-01T00:00:00Z,10.00,RUB,0.00,0.00,true,false,,2025-02-01T00:00:00Z,,,2025-02-02T00:00:00Z,\"no, thanks\",,,,,,,,,,,,0.00,\n",
}

const orderHead = firstOrder + `,shop-1,` + anna + `,a-1,COMPLETED,2026-01-05T10:00:00Z,100.05,RUB,20.00,60.01,false,false,TIME_DECAY,2026-01-05T09:00:00Z,2026-01-20T00:00:00Z,2026-01-06T00:00:00Z,,,` +
	`"[{""id"":""rfd_01jd0000000000000000000001"",""amount"":""20.00"",""reason"":""a scratch, \""small\"""",""at"":""2026-01-07T00:00:00Z"",""actor"":""olga@example.com""}]"`

var order = []option.Kind{option.Customers, option.Orders, option.Contacts} // contacts name orders

func TestWhatIsExportedImportsAgain(t *testing.T) {
	each(t, func(w *world) {
		for _, kind := range order {
			r := w.bring(exported[kind], option.Options{Kind: kind})
			if r.Rejected != 0 || r.Present != 0 {
				t.Fatalf("%s into an empty database: %s", kind, r)
			}
		}
		w.closed()
		if n := w.number("SELECT sum(amount) FROM credits"); n != 10005-2000-6001-1668+333 {
			t.Errorf("%d kopecks are credited", n)
		}
		for _, kind := range order {
			if got := w.export(kind); got != exported[kind] {
				t.Errorf("%s came out as\n%s\nwant\n%s", kind, got, exported[kind])
			}
		}
		versions := w.number("SELECT sum(version) FROM customers") + w.number("SELECT sum(version) FROM orders")
		for _, kind := range order {
			r := w.bring(w.export(kind), option.Options{Kind: kind, Format: option.Kopeck})
			if r.Added+r.Updated+r.Rejected != 0 || r.Present == 0 {
				t.Errorf("%s into the same database: %s", kind, r)
			}
		}
		if versions != w.number("SELECT sum(version) FROM customers")+w.number("SELECT sum(version) FROM orders") {
			t.Error("the same data changed something")
		}
		if n := w.number("SELECT count(*) FROM users WHERE active OR password_hash IS NOT NULL"); n != 0 {
			t.Errorf("%d users can sign in", n)
		}
		if n := w.number("SELECT count(*) FROM products WHERE NOT active"); n != 2 {
			t.Errorf("%d products were made", n)
		}
	})
}

// A log goes from one database into the other and back, in whatever order.
func TestBetweenDatabases(t *testing.T) {
	from := newWorld(t, dbtest.SQLite(t))
	var text strings.Builder
	text.WriteString("who,day,sum\n")
	for i := range 3000 {
		text.WriteString("c" + strings.Repeat("x", i%7) + ",2026-0" + string(rune('1'+i%9)) + "-1" + string(rune('0'+i%10)) + "," + string(rune('0'+i%10)) + ".50\n")
	}
	from.bring(text.String(), log(option.Options{Map: "customer=who,date=day,amount=sum", CostShare: share("0.333")}))
	to := newWorld(t, dbtest.Postgres(t))
	for _, kind := range []option.Kind{option.Orders, option.Customers} { // orders first: their customers are made
		to.bring(from.export(kind), option.Options{Kind: kind, Chunk: 100, Update: kind == option.Customers})
	}
	to.closed()
	if from.all() != to.all() {
		t.Error("the databases differ")
	}
	if from.export(option.Orders) != to.export(option.Orders) {
		t.Error("the exports of orders differ")
	}
}

func TestOwnFormatThatWasChanged(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for _, kind := range order {
		w.bring(exported[kind], option.Options{Kind: kind})
	}
	for name, one := range map[string]struct {
		kind      option.Kind
		old, new  string
		says      string
		different bool
	}{
		"total":      {option.Orders, ",100.05,", ",100.06,", "do not sum to the order's", true},
		"currency":   {option.Orders, ",RUB,20", ",USD,20", "kept in RUB", true},
		"refund":     {option.Orders, ",20.00,60.01", ",21.00,60.01", "the refunds do not sum", true},
		"prefix":     {option.Orders, empty, "cus_01jd0000000000000000000009", "an id of another type", true},
		"no id":      {option.Orders, empty, "nonsense", "not an id", true},
		"status":     {option.Orders, "PLACED", "SOLD", "want one of", true},
		"quantity":   {option.Orders, ",2.5,", ",-2.5,", "must not be negative", true},
		"cost lines": {option.Contacts, ",10.00,", ",11.00,", "do not sum", true},
		"name":       {option.Customers, "=1+1", "=1+2", "with another name; --update", true},
		"moment":     {option.Contacts, "2026-01-03T09:00:00.5Z", "2026-01-03T09:00:00.6Z", "there already, of 2026", true},
	} {
		r := w.bring(strings.ReplaceAll(exported[one.kind], one.old, one.new), option.Options{Kind: one.kind})
		if r.Rejected == 0 || !strings.Contains(r.String(), one.says) {
			t.Errorf("%s: %s, want %q in it", name, r, one.says)
		}
	}
}

// The lines of an order of our own format belong together wherever they stand, each once.
func TestOwnOrdersWhoseLinesStandApart(t *testing.T) {
	from, w := newWorld(t, dbtest.SQLite(t)), newWorld(t, dbtest.SQLite(t))
	for _, kind := range []option.Kind{option.Customers, option.Orders} {
		from.bring(exported[kind], option.Options{Kind: kind})
		if kind == option.Customers {
			w.bring(exported[kind], option.Options{Kind: kind})
		}
	}
	rows := strings.SplitAfter(from.export(option.Orders), "\n")
	apart := strings.Join([]string{rows[0], rows[1], rows[3], rows[2], rows[4], rows[1]}, "")
	w.counted(w.bring(apart, option.Options{Kind: option.Orders}), 5, 3, 0, 0)
	if got, want := w.export(option.Orders), strings.Join(rows, ""); got != want {
		t.Errorf("came out as\n%s\nwant\n%s", got, want)
	}
}

// A file of the first version is read as it was then, and leaves alone what it does not have.
func TestOlderFileOfCustomers(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.bring(exported[option.Customers], option.Options{Kind: option.Customers})
	const older = "id,external_id,name,kind,email,phone,stage,stage_overruled,stage_overruled_at,segment,owner,referred_by_id,partner_id,partner,acquisition_cost,currency,acquired_at,measurements,created_at,departed_at,deleted_at\n" +
		anna + ",a-1,Anna,COMPANY,anna@example.com,,LOYAL,knows her well,2026-11-01T10:00:00.123456Z,,,,,,0.00,RUB,,,2024-12-31T23:59:59.000001Z,,\n"
	if r := w.bring(older, option.Options{Kind: option.Customers, Update: true}); r.Rejected != 0 || r.Updated != 1 {
		t.Error(r)
	}
	if n := w.number("SELECT wallet FROM customers WHERE name = 'Anna' AND phone = '+79001234567'"); n != 12000000 {
		t.Errorf("the wallet is %d", n)
	}
}

// Chains of recommendations have no circle, so that what they earned counts once.
func TestRecommendationsInACircle(t *testing.T) {
	each(t, func(w *world) {
		const head = "id,external_id,name,kind,email,phone,stage,stage_overruled,stage_overruled_at,segment,owner,referred_by_id,partner_id,partner,acquisition_cost,currency,acquired_at,measurements,created_at,departed_at,deleted_at,wallet\n"
		row := func(id, by string) string {
			return id + ",,X,PERSON,,,STRANGER,,,,," + by + ",,,0.00,RUB,,,2025-06-01T00:00:00Z,,,\n"
		}
		r := w.bring(head+row(anna, ivan)+row(ivan, gone)+row(gone, anna), option.Options{Kind: option.Customers})
		if r.Rejected != 0 || r.Added != 3 || !strings.Contains(strings.Join(r.Notes, " "), "1 customers were referred by someone whom they had referred") {
			w.Errorf("%s %q", r, r.Notes)
		}
		if n := w.number("SELECT count(*) FROM customers WHERE referred_by_id IS NOT NULL"); n != 2 {
			w.Errorf("%d of the three were referred", n)
		}
		if r := w.bring(head+row("cus_01jd0000000000000000000008", "cus_01jd0000000000000000000008"), option.Options{Kind: option.Customers}); len(r.Notes) != 1 {
			w.Errorf("referred by themselves: %s %q", r, r.Notes)
		}
	})
}
