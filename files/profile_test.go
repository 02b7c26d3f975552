package files_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kopeck/files"
	"kopeck/files/option"
)

// Exports as the programs write them, and what a preview shows of them. The texts are of no real company.
var exports = []struct {
	profile string
	kind    option.Kind
	text    string
	shows   []string // in the preview
}{
	{
		"shopify", option.Customers, "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Phone,Phone\n'7013,Ann,Lee,ann@example.com,yes,+1 212 555 0100,\n,,,bob@example.com,no,,\n",
		[]string{`line 2: external_id=7013 name="Ann Lee" email=ann@example.com phone="+1 212 555 0100"`, "line 3: name=bob@example.com email=bob@example.com"},
	},
	{
		"woocommerce", option.Orders, "order_id,order_number,order_date,status,order_total,refunded_total,order_currency,billing_first_name,billing_last_name,billing_email,billing_phone\n" +
			"9,W-9,2026-04-01 10:00:00,wc-completed,12.50,0,RUB,Ann,Lee,ann@example.com,\n10,W-10,2026-04-01 10:00:00,failed,1.00,0,RUB,,,bob@example.com,\n11,W-11,2026-04-01 10:00:00,refunded,1.00,0,RUB,,,bob@example.com,\n",
		[]string{`name="Ann Lee" external_id=W-9 status=COMPLETED at=2026-04-01T10:00:00Z total=12.50`, "external_id=W-10 status=CANCELLED", "external_id=W-11 status=REFUNDED", "total=1.00 refunded=1.00"},
	},
	{
		"woocommerce", option.Orders, "Order ID,Order Date,Order Status,Order Total Amount,Email (Billing),SKU,Item Name,Quantity (- Refund),Item Cost\n" +
			"9,2026-04-01 10:00:00,Completed,25.00,ann@example.com,T-1,Tee,2,10.00\n9,2026-04-01 10:00:00,Completed,25.00,ann@example.com,,Gift wrap,1,5.00\n",
		[]string{"total=25.00", "sku=T-1 quantity=2 unit=10.00 line_total=20.00", `sku="Gift wrap" quantity=1 unit=5.00 line_total=5.00`},
	},
	{
		"bitrix24", option.Orders, "ID;Стадия сделки;Сумма;Валюта;Контакт: ID;Дата создания;Дата закрытия;Товар;Цена;Количество\n" +
			"7;Сделка успешна;1 100,00;Рубль;31;01.02.2026 10:00:00;05.02.2026;Шторы;500,00;2\n7;Сделка успешна;1 100,00;Рубль;31;01.02.2026 10:00:00;05.02.2026;Карниз;200,00;1\n",
		[]string{"total=1100.00", "sku=Шторы", "sku=Карниз"},
	},
	{
		"1c", option.Orders, "Номер;Дата;Контрагент;Сумма;Валюта;Проведен;Артикул;Номенклатура;Количество\n" +
			"0000-000012;01.02.2026 10:15:03;ООО Ромашка;1\u00a0000,00;руб.;Да;B-1;Бархат;2,5\n0000-000012;01.02.2026 10:15:03;ООО Ромашка;5,00;руб.;Да;;Доставка;1\n",
		[]string{"total=1005.00", "sku=B-1 quantity=2.5 unit=400.00", "sku=Доставка quantity=1 unit=5.00"},
	},
	{
		"woocommerce", option.Customers, "ID,first_name,last_name,email,billing_phone\n5,Ann,Lee,ann@example.com,+1 212 555 0100\n",
		[]string{`line 2: external_id=5 name="Ann Lee" email=ann@example.com phone="+1 212 555 0100"`},
	},
	{
		"bitrix24", option.Orders, "ID;Название;Стадия сделки;Сумма;Валюта;Контакт;Контакт: ID;Контакт: Рабочий телефон;Дата создания;Дата закрытия\n" +
			"7;Шторы;Сделка успешна;1 234,50;Российский рубль;Анна;31;+7 900 111-22-33, +7 900 111-22-34;01.02.2026 10:00:00;05.02.2026\n8;Карниз;В работе;100;Рубль;Анна;31;;01.02.2026 10:00:00;05.02.2026\n9;Тюль;Сделка провалена;100;Рубль;Анна;31;;01.02.2026 10:00:00;05.02.2026\n",
		[]string{`phone="+7 900 111-22-33" name=Анна external_id=7 customer_external_id=31 status=COMPLETED at=2026-02-05T00:00:00Z total=1234.50`, "external_id=8 customer_external_id=31 status=PLACED", "external_id=9 customer_external_id=31 status=CANCELLED"},
	},
	{
		"bitrix24", option.Customers, "ID;Имя;Фамилия;Рабочий телефон;Мобильный телефон;Рабочий e-mail\n31;Анна;Ёлкина;;+7 900 111-22-33;a@example.com, b@example.com\n",
		[]string{`line 2: external_id=31 name="Анна Ёлкина" email=a@example.com phone="+7 900 111-22-33"`},
	},
	{
		"hubspot", option.Orders, "Record ID,Deal Name,Deal Stage,Close Date,Create Date,Amount,Associated Contact,Associated Contact IDs\n" +
			"1,Blinds,Closed won (Sales Pipeline),2026-04-01 10:39,2026-03-01 10:39,\"1,234.50\",Ann Lee (ann@example.com),51;52\n2,Rails,Appointment scheduled (Sales Pipeline),,2026-03-01 10:39,10,,51\n3,Rails,Closed lost,2026-04-01 10:39,2026-03-01 10:39,10,,51\n",
		[]string{`name="Ann Lee" external_id=1 customer_external_id=51 status=COMPLETED at=2026-04-01T10:39:00Z total=1234.50`, "external_id=2 customer_external_id=51 status=PLACED at=2026-03-01T10:39:00Z", "external_id=3 customer_external_id=51 status=CANCELLED"},
	},
	{
		"hubspot", option.Customers, "Record ID,First Name,Last Name,Email,Phone Number\n51,Ann,Lee,ann@example.com,+1 212 555 0100\n",
		[]string{`line 2: external_id=51 name="Ann Lee" email=ann@example.com phone="+1 212 555 0100"`},
	},
	{
		"amocrm", option.Orders, "ID,Название сделки,Основной контакт,Этап сделки,Бюджет,Дата создания,Дата закрытия,Рабочий телефон,Рабочий email\n" +
			"1,Шторы,Анна,Успешно реализовано,12000,01.02.2026 10:00:00,05.02.2026 11:00:00,'+79001112233,не заполнено\n2,Карниз,Анна,Закрыто и не реализовано,,01.02.2026 10:00:00,не закрыта,'+79001112233,\n3,Тюль,Анна,Переговоры,5,01.02.2026 10:00:00,не закрыта,'+79001112233,\n",
		[]string{"phone=+79001112233 name=Анна external_id=1 status=COMPLETED at=2026-02-05T11:00:00Z total=12000.00", "external_id=2 status=CANCELLED at=2026-02-01T10:00:00Z total=0.00", "external_id=3 status=PLACED"},
	},
	{
		"amocrm", option.Customers, "ID,Наименование,Рабочий телефон,Рабочий email\n4,Анна,'+79001112233,не заполнено\n",
		[]string{"line 2: external_id=4 name=Анна phone=+79001112233"},
	},
	{
		"google-contacts", option.Customers, "First Name,Middle Name,Last Name,Organization Name,Birthday,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value\n" +
			"Ann,,Lee,,1990-02-28,* ,ann@example.com ::: lee@example.com,Mobile,+1 212 555 0100\n,,,Doors Ltd,,,,Work,+1 212 555 0101\nNobody,,,,,,,,\n",
		[]string{`name="Ann Lee" kind=PERSON email=ann@example.com phone="+1 212 555 0100"`, "birthday=1990-02-28", `line 3: name="Doors Ltd" kind=COMPANY phone="+1 212 555 0101"`},
	},
	{
		"google-contacts", option.Customers, "Name,Given Name,Family Name,E-mail 1 - Value,Phone 1 - Value\nAnn Lee,Ann,Lee,ann@example.com,\n",
		[]string{`line 2: name="Ann Lee" email=ann@example.com`},
	},
	{
		"1c", option.Orders, "Номер;Дата;Контрагент;Сумма;Валюта;Проведен\n0000-000012;01.02.2026 10:15:03;ООО Ромашка;1\u00a0234,50;руб.;Да\n0000-000013;01.02.2026 10:15:03;ООО Ромашка;5,00;руб.;Нет\n",
		[]string{`external_id=0000-000012/2026 customer_external_id="ООО Ромашка" status=COMPLETED at=2026-02-01T10:15:03Z total=1234.50`, "external_id=0000-000013/2026", "status=CANCELLED"},
	},
	{
		"1c", option.Customers, "Код;Наименование;ИНН;Вид контрагента;Телефон\n00-00000001;ООО Ромашка;7700000000;Юридическое лицо;+7 495 000-11-22\n",
		[]string{`external_id=00-00000001 name="ООО Ромашка" kind=COMPANY phone="+7 495 000-11-22"`},
	},
	{
		"1c", option.Rates, "Номенклатура;Артикул;Единица измерения;Цена;Дата\nБархат;velvet;м;1.500,00;01.01.2026\n",
		[]string{"line 2: subject=MATERIAL code=velvet unit=м amount=1500 valid_from=2026-01-01T00:00:00Z"},
	},
	{
		"calls", option.Contacts, "Start time,Direction,From,To,Duration,Agent\n2026-02-01 10:15:03,incoming,+12125550100,+12125550199,3:12,Ann\n2026-02-01 10:15:03,outgoing,+12125550199,+12125550100,45,Ann\n",
		[]string{"line 2: phone=+12125550100 ", " kind=INFO_CALL direction=INBOUND channel=PHONE at=2026-02-01T10:15:03Z minutes=3.2 notes=Ann", "line 3: phone=+12125550100 ", " kind=INFO_CALL direction=OUTBOUND"},
	},
}

func TestProfiles(t *testing.T) {
	w := newWorld(t, sqlite(t))
	seen := []string{"shopify"} // its orders are a case
	for n, c := range exports {
		seen = append(seen, c.profile)
		t.Run(fmt.Sprint(n, " ", c.profile, " ", c.kind), func(t *testing.T) {
			o := option.Options{Kind: c.kind, Profile: c.profile, Source: strings.NewReader(c.text)}
			if c.kind == option.Orders {
				o.CostShare = share("0.5")
			}
			text, err := files.Preview(t.Context(), w.service, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.shows {
				if !strings.Contains(strings.ReplaceAll(text, " acquisition_cost=0.00", ""), want) {
					t.Errorf("the preview is\n%swant in it\n%s", text, want)
				}
			}
			fresh := newWorld(t, sqlite(t))
			o.Source = nil
			if r := fresh.bring(c.text, o); r.Rejected != 0 || r.Added == 0 {
				t.Errorf("%s", r)
			}
			fresh.closed()
		})
	}
	for _, one := range option.Profiles() {
		if !slices.Contains(seen, one.Name) || one.About == "" {
			t.Errorf("profile %s has no test, or does not say what it is for", one.Name)
		}
	}
	if n := w.number("SELECT count(*) FROM customers") + w.number("SELECT count(*) FROM audit_entries WHERE action <> 'campaign.create'"); n != 0 {
		t.Errorf("previews wrote %d rows", n)
	}
}

// A profile is copied, changed and given as a file; what the command says is before what it says.
func TestProfileOfOnesOwn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.profile")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# Ours\nnumbers = 1.234,50\n[orders]\nskip = 1\nnull = -\nround = true\nwhere = who != \"-\" && who != \"\"\n" +
		"map customer = who\noptional order = number\nmap order = id\nmap date = day\nmap amount = sum\nmap status = state\nword status fertig = COMPLETED\nword status \"\" = PLACED\n[rates]\nmap code = x\n")
	w := newWorld(t, sqlite(t))
	o := option.Options{Kind: option.Orders, Profile: path, CostShare: share("0")}
	const text = "Orders\nid;who;day;sum;state;other\n1;a;2026-01-01;1.500;Fertig;2\n2;a;2026-01-01;1,005;;2\n3;-;2026-01-01;1;;2\n"
	r := w.bring(text, o)
	w.counted(r, 2, 2, 0, 0)
	if got := w.order("1") + " " + w.order("2"); got != "COMPLETED|150000|0|0|||2026-01-01T00:00:00Z PLACED|100|0|0|||2026-01-01T00:00:00Z" {
		t.Error(got)
	}
	for _, say := range []string{"1 rows were left out by --where", "1 numbers had more decimals"} {
		if !strings.Contains(r.String(), say) {
			t.Errorf("%s, want %q in it", r, say)
		}
	}
	o.Map, o.Words = "order=other,total=sum,date=day", []string{"status:Fertig=CANCELLED,\"\"=CANCELLED"}
	r = w.bring("Orders\nid;who;day;sum;state;other\n1;a;2026-01-01;1.500;Fertig;7\n", o)
	w.counted(r, 1, 1, 0, 0)
	if got := w.order("7"); got != "CANCELLED|150000|0|0|||2026-01-01T00:00:00Z" {
		t.Error(got)
	}
	for text, says := range map[string]string{
		"[customers]\nmap name = x\n":             "is for customers, not for orders",
		"[orders]\nmap customer who\n":            "line 2",
		"[orders]\ncolour = red\n":                "want map, optional, word or one of encoding",
		"[order]\n":                               "want [orders]",
		"[orders]\nword status = x\n":             "want word FIELD TEXT = VALUE",
		"[orders]\nskip = x\n":                    "want a number of lines",
		"[orders]\nround = yes\n":                 "want true",
		"[orders]\nmap buyer = who\n":             `no field "buyer"`,
		"[orders]\nmap customer = who + nobody\n": `no column "nobody"`,
	} {
		write(text)
		if _, err := w.try("id;who\n1;a\n", option.Options{Kind: option.Orders, Profile: path, CostShare: share("0")}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q in it", text, err, says)
		}
	}
}
