package report

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/value"
)

func rubles(t *testing.T) money.Currency {
	t.Helper()
	c, err := money.ParseCurrency("RUB")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	ten := []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for _, c := range []struct {
		name   string
		sorted []int64
		share  float64
		want   int64
	}{
		{"the tenth of ten", ten, 0.1, 1},
		{"the median of ten is the fifth", ten, 0.5, 5},
		{"nine tenths of ten", ten, 0.9, 9},
		{"of one", []int64{7}, 0.9, 7},
		{"of two", []int64{7, 9}, 0.5, 7},
		{"more than half of two", []int64{7, 9}, 0.51, 9},
		{"none", []int64{7, 9}, 0, 7},
		{"all", []int64{7, 9}, 1, 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := percentile(c.sorted, c.share); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	r := &CustomerBaseRow{Total: money.Minor(7), worth: []int64{4, 1, 2, 0}}
	r.summarise()
	if r.Mean.Minor() != 2 || r.Lowest.Minor() != 0 || r.Median.Minor() != 1 || r.Highest.Minor() != 4 { // 1.75 is nearer to 2
		t.Errorf("got %+v, want mean 2, lowest 0, median 1, highest 4", r)
	}
	none := &CustomerBaseRow{}
	none.summarise()
	if !none.Mean.IsZero() {
		t.Errorf("of nobody: %+v", none)
	}
}

func TestSumsOverflow(t *testing.T) {
	t.Parallel()
	most := money.Minor(math.MaxInt64)
	for name, sums := range map[string]contactSums{
		"minutes": {Minutes: money.Nano(math.MaxInt64)}, "cost": {Cost: most}, "realised": {Realised: most},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := sums.plus(sums); !errors.Is(err, money.ErrOverflow) {
				t.Errorf("got %v, want ErrOverflow", err)
			}
		})
	}
}

func TestReturnOnCost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name           string
		cost, realised int64
		want           string // "" for none
	}{
		{"a third", 300, 400, "0.333333"}, {"nothing earned", 300, 0, "-1"}, {"no cost", 0, 400, ""}, {"too large", 1, math.MaxInt64, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			row, err := economicsRow(nil, contactSums{Cost: money.Minor(c.cost), Realised: money.Minor(c.realised)})
			if err != nil {
				t.Fatal(err)
			}
			if got := optional(row.ReturnOnCost, money.Decimal.String); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestStaffAreComparedByTheSameWork(t *testing.T) {
	t.Parallel()
	// 30 calls with strangers net 10 each at Olga's and 20 at Igor's; he has 30 visits of loyal customers too, which net 5. Zoe has one call.
	group := func(contacts int, net int64, key ...string) *contactGroup {
		return &contactGroup{key: key, contactSums: contactSums{Contacts: contacts, Minutes: money.Whole(int64(contacts)), Realised: money.Minor(net)}}
	}
	users := []*ent.User{{ID: "igor", Name: "Igor"}, {ID: "olga", Name: "Olga"}, {ID: "zoe", Name: "Zoe"}}
	e := &StaffEconomics{}
	err := e.fill([]*contactGroup{
		group(30, 300, "olga", "INFO_CALL", "STRANGER"), group(30, 600, "igor", "INFO_CALL", "STRANGER"), group(30, 150, "igor", "VISIT", "LOYAL"),
		group(1, 22, "zoe", "INFO_CALL", "STRANGER"), group(5, 1000, "", "INFO_CALL", "STRANGER"),
	}, users)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name                      string
		of                        staffFigures
		net, expected, difference int64
	}{
		// A call nets (300 + 600 + 22) / 61 on average: 922/61 x 30 = 453.4, and 30 x 5 for Igor's visits.
		{"Igor", e.Rows[0].staffFigures, 750, 603, 147},
		{"Olga", e.Rows[1].staffFigures, 300, 453, -153},
		{"others", e.Others.staffFigures, 22, 15, 7},
		{"total", e.Total.staffFigures, 1072, 1071, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.of.Net.Minor() != c.net || c.of.ExpectedNet.Minor() != c.expected || c.of.Difference.Minor() != c.difference {
				t.Errorf("net %d, expected %d, difference %d; want %d, %d, %d", c.of.Net.Minor(), c.of.ExpectedNet.Minor(), c.of.Difference.Minor(), c.net, c.expected, c.difference)
			}
		})
	}
	if len(e.Rows) != 2 || e.Others.People != 1 || e.Total.People != 3 {
		t.Errorf("%d rows, %d others, %d people", len(e.Rows), e.Others.People, e.Total.People)
	}
}

func TestQuotients(t *testing.T) {
	t.Parallel()
	f, err := withQuotients(contactSums{Realised: money.Minor(100)}, money.Minor(10))
	if err != nil || f.NetPerContact != nil || f.NetPerHour != nil || f.Difference.Minor() != 90 {
		t.Errorf("of no contacts and no time: %+v, %v", f, err)
	}
	f, err = withQuotients(contactSums{Contacts: 3, Minutes: money.Whole(90), Realised: money.Minor(100)}, money.Minor(10))
	if err != nil || f.NetPerContact.Minor() != 33 || f.NetPerHour.Minor() != 67 || f.DifferencePerContact.Minor() != 30 {
		t.Errorf("of three contacts and 90 minutes: %+v, %v", f, err)
	}
}

func TestKeyOfAMonth(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	b := &breakdown{by: []service.ContactDimension{service.ContactDimensionKind, service.ContactDimensionMonth}, months: MonthsOf(at, at.AddDate(0, 2, 0), time.UTC)}
	if key := b.key([]string{"VISIT", "2"}); !slices.Equal(key, []string{"VISIT", "2027-01"}) {
		t.Errorf("got %q, want VISIT and 2027-01", key)
	}
}

func TestDimensions(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 8, 31, 22, 0, 0, 0, time.UTC)
	partner, other, segment := "par_1", "cus_1", "FAST_CHEAP"
	east := time.FixedZone("east", 3*3600)
	for _, c := range []struct {
		name string
		of   baseCustomer
		by   service.BaseDimension
		want string
	}{
		{"stage", baseCustomer{Customer: ent.Customer{Stage: schema.Loyal}}, service.BaseDimensionStage, "LOYAL"},
		{"segment", baseCustomer{segment: &segment}, service.BaseDimensionSegment, segment},
		{"no segment", baseCustomer{}, service.BaseDimensionSegment, ""},
		{"acquired, in the zone", baseCustomer{Customer: ent.Customer{AcquiredAt: &at}}, service.BaseDimensionAcquired, "2026-09"},
		{"acquired by the first order", baseCustomer{Customer: ent.Customer{OrderDays: 1, FirstOrderDay: int(at.Unix() / 86400)}}, service.BaseDimensionAcquired, "2026-08"},
		{"not acquired", baseCustomer{}, service.BaseDimensionAcquired, ""},
		{"partner", baseCustomer{partner: &partner, referredBy: &other}, service.BaseDimensionSource, partner},
		{"referral", baseCustomer{referredBy: &other}, service.BaseDimensionSource, referral},
		{"no source", baseCustomer{}, service.BaseDimensionSource, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := dimensionOf(&c.of, c.by, east); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestSourcePaysBack(t *testing.T) {
	t.Parallel()
	months := []float64{100, 200, 300}
	for _, c := range []struct {
		name         string
		cost, earned int64
		won          int
		paidBack     bool
		in           int // 0 for never
		spend        int64
	}{
		{"already", 100, 100, 1, true, 0, 333}, // (100 + 300) / 1.2
		{"in the second month", 300, 100, 2, false, 2, 167},
		{"never", 1000, 100, 2, false, 0, 167},
		{"nobody won", 100, 0, 0, false, 1, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := &AcquisitionSource{Cost: money.Minor(c.cost), Earned: money.Minor(c.earned), Expected: money.Minor(300), Won: c.won, months: months}
			if err := r.finish(money.MustDecimal("0.2")); err != nil {
				t.Fatal(err)
			}
			in, spend := 0, int64(-1)
			if r.PaysBackIn != nil {
				in = *r.PaysBackIn
			}
			if r.MostToSpend != nil {
				spend = r.MostToSpend.Minor()
			}
			if r.PaidBack != c.paidBack || in != c.in || spend != c.spend {
				t.Errorf("paid back %t, in %d months, spend at most %d", r.PaidBack, in, spend)
			}
		})
	}
}

func TestRowsAtRisk(t *testing.T) {
	t.Parallel()
	r := &ValueAtRisk{}
	for i := range 1000 {
		if err := r.add(&CustomerAtRisk{Customer: &ent.Customer{ID: string(rune('a' + i%26))}, Value: money.Minor(int64(i % 500))}, 3); err != nil {
			t.Fatal(err)
		}
		if len(r.Rows) > 2*3+100 {
			t.Fatalf("%d rows in memory", len(r.Rows))
		}
	}
	r.keep(3)
	if r.Customers != 1000 || r.Value.Minor() != 499*500 || len(r.Rows) != 3 {
		t.Errorf("%d customers worth %d, %d rows", r.Customers, r.Value.Minor(), len(r.Rows))
	}
	if r.Rows[0].Value.Minor() != 499 || r.Rows[1].Value.Minor() != 499 || r.Rows[2].Value.Minor() != 498 || r.Rows[0].Customer.ID > r.Rows[1].Customer.ID {
		t.Errorf("%+v %+v %+v", *r.Rows[0], *r.Rows[1], *r.Rows[2])
	}
}

func TestEndOfMonth(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("east", 3*3600)
	for _, c := range []struct{ name, at, want string }{
		{"within the month", "2026-11-20T12:00:00Z", "2026-11-30T21:00:00Z"},
		{"the next month has begun in the zone", "2026-11-30T21:00:00Z", "2026-12-31T21:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			if got := endOfMonth(at, zone).Format(time.RFC3339); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestPriorOfStages(t *testing.T) {
	t.Parallel()
	m := priorChanges()
	// Nobody was observed: a stranger stays with 2, becomes a friend with 0.5 or a customer with 0.5.
	if friend := m.reach(schema.Stranger, schema.Friend); math.Abs(friend-1.0/6) > 1e-12 {
		t.Errorf("a stranger becomes a friend with %v", friend)
	}
	if buyer := m.reach(schema.Stranger, schema.Buyer); math.Abs(buyer-(1.0/6+1.0/6*0.2)) > 1e-12 {
		t.Errorf("a stranger becomes a customer with %v", buyer)
	}
	m.move(schema.Stranger, schema.Friend, 1000)
	m.move(schema.Friend, schema.Friend, 5) // is no move
	m.move("UNKNOWN", schema.Friend, 5)     // neither
	m.stay("UNKNOWN", 5)
	if friend := m.reach(schema.Stranger, schema.Friend); m.observed != 1000 || friend < 0.99 {
		t.Errorf("after %d moves a stranger becomes a friend with %v", m.observed, friend)
	}
}

func TestSheets(t *testing.T) {
	t.Parallel()
	roubles := rubles(t)
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	half, spend, months := money.MustDecimal("0.5"), money.Minor(5_00), 7
	row := &ContactEconomicsRow{Key: []string{"VISIT", "usr_1"}, Labels: []string{"VISIT", "=Igor"}, contactSums: contactSums{2, money.MustDecimal("6.5"), money.Minor(2_00), money.Minor(3_00)}, Net: money.Minor(1_00), ReturnOnCost: &half}
	for _, c := range []struct {
		name  string
		sheet Sheet
		want  string
	}{
		{
			"contacts", (&ContactEconomics{By: []service.ContactDimension{"KIND", "STAFF"}, Rows: []*ContactEconomicsRow{row}}).Sheet(roubles),
			"kind,staff,staff_name,contacts,minutes,cost,realised,net,return_on_cost,currency\nVISIT,usr_1,'=Igor,2,6.5,2.00,3.00,1.00,0.5,RUB\n",
		},
		{
			"contacts without dimensions", (&ContactEconomics{Rows: []*ContactEconomicsRow{{}}}).Sheet(roubles),
			"contacts,minutes,cost,realised,net,return_on_cost,currency\n0,0,0.00,0.00,0.00,,RUB\n",
		},
		{
			"staff", (&StaffEconomics{Rows: []*StaffEconomicsRow{{&ent.User{ID: "usr_1", Name: "Igor"}, staffFigures{contactSums: contactSums{Contacts: 40}, NetPerContact: &spend}}}, Others: &StaffEconomicsGroup{}}).Sheet(roubles),
			"staff,staff_name,people,contacts,minutes,cost,realised,net,net_per_contact,net_per_hour,expected_net,difference,difference_per_contact,currency\n" +
				"usr_1,Igor,1,40,0,0.00,0.00,0.00,5.00,,0.00,0.00,,RUB\n,,0,0,0,0.00,0.00,0.00,,,0.00,0.00,,RUB\n",
		},
		{
			"base", (&CustomerBase{By: []service.BaseDimension{"SOURCE", "STAGE"}, Rows: []*CustomerBaseRow{{Key: []string{"par_1", "LOYAL"}, Labels: []string{"The \"Line\", a studio", "LOYAL"}, Customers: 3, Alive: 2.5, Past: money.Minor(-1)}}}).Sheet(roubles),
			"source,source_name,stage,customers,alive,expected_orders,past,future,total,mean,lowest,median,highest,currency\n" +
				"par_1,\"The \"\"Line\"\", a studio\",LOYAL,3,2.500000,0.000000,-0.01,0.00,0.00,0.00,0.00,0.00,0.00,RUB\n",
		},
		{
			"months", (&ExpectedMonths{Rows: []*ExpectedMonth{{From: at, To: monthsAfter(at, 1), Orders: 1.25}}, Coverage: &value.BoundsCoverage{Orders: 0.79, Margin: 0.47}}).Sheet(roubles),
			"month,from,to,orders,orders_low,orders_high,margin,margin_low,margin_high,currency,orders_held,margin_held\n1,2026-11-20T09:00:00Z,2026-12-20T19:30:00Z,1.250000,0.000000,0.000000,0.00,0.00,0.00,RUB,0.790000,0.470000\n",
		},
		{
			"months whose bounds were not measured", (&ExpectedMonths{Rows: []*ExpectedMonth{{From: at, To: monthsAfter(at, 1), Orders: 1.25}}}).Sheet(roubles),
			"month,from,to,orders,orders_low,orders_high,margin,margin_low,margin_high,currency,orders_held,margin_held\n1,2026-11-20T09:00:00Z,2026-12-20T19:30:00Z,1.250000,0.000000,0.000000,0.00,0.00,0.00,RUB,,\n",
		},
		{
			"sources", (&AcquisitionSources{Rows: []*AcquisitionSource{{Source: "par_1", Label: "Line", Customers: 2, PaysBackIn: &months, MostToSpend: &spend}, {}}}).Sheet(roubles),
			"source,source_name,customers,won,cost,earned,expected,net,paid_back,pays_back_in,most_to_spend,currency\npar_1,Line,2,0,0.00,0.00,0.00,0.00,false,7,5.00,RUB\n,,0,0,0.00,0.00,0.00,0.00,false,,,RUB\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.sheet.CSV()
			if err != nil || got != c.want {
				t.Errorf("%v\n%s\nwant\n%s", err, got, c.want)
			}
		})
	}
}
