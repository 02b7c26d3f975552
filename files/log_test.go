package files_test

import (
	"strings"
	"testing"

	"kopeck/files/option"
)

// A log may say of an order what its whole costs, its status, its refunds and who ordered; each in its own way.
func TestWhatALogSaysOfOrders(t *testing.T) {
	const columns = "customer=who,order=id,date=day"
	for _, c := range []struct {
		name, text, mapped string
		o                  option.Options
		want               map[string]string // the orders by external id
		says               map[int64]string  // why rows are rejected
	}{
		{
			name: "quantity times price", mapped: columns + ",quantity=n,price=each",
			text: "who,id,day,n,each\na,1,2026-01-01,2,10.25\na,1,2026-01-01,0.5,3\na,2,2026-01-01,0.3333,10\nb,3,2026-01-01,x,1\n",
			want: map[string]string{"1": "COMPLETED|2200|0|0|||2026-01-01T00:00:00Z"},
			says: map[int64]string{4: "0.3333 x 10 has more decimals than RUB; --round", 5: "quantity: "},
		},
		{
			name: "quantity times price, rounded", mapped: columns + ",quantity=n,price=each", o: option.Options{Round: true},
			text: "who,id,day,n,each\na,2,2026-01-01,0.3335,10\na,2,2026-01-01,1,0.005\n",
			want: map[string]string{"2": "COMPLETED|334|0|0|||2026-01-01T00:00:00Z"},
		},
		{
			name: "a total on the first row", mapped: columns + ",total=sum",
			text: "who,id,day,sum\na,1,2026-01-01,30\n,1,,\nb,2,2026-01-01,\nc,3,2026-01-01,5\nc,3,2026-01-01,6\nd,4,2026-01-01,7\nd,4,2026-01-01,7\n",
			want: map[string]string{"1": "COMPLETED|3000|0|0|||2026-01-01T00:00:00Z", "4": "COMPLETED|700|0|0|||2026-01-01T00:00:00Z"},
			says: map[int64]string{4: "total: empty", 5: "total: the rows of one order have different ones", 6: "total: the rows"},
		},
		{
			name: "status", mapped: columns + ",amount=sum,status=state,cancelled_at=gone",
			o:    option.Options{Words: []string{"status:won=COMPLETED,lost=CANCELLED,new=PLACED,back=REFUNDED"}},
			text: "who,id,day,sum,state,gone\na,1,2026-01-01,10,Won,\na,2,2026-01-02,10,lost,2026-01-03\na,3,2026-01-01,10,new,\na,4,2026-01-01,10,back,\na,5,2026-01-01,10,odd,\na,6,2026-01-01,10,,\n",
			want: map[string]string{
				"1": "COMPLETED|1000|0|0|||2026-01-01T00:00:00Z", "2": "CANCELLED|1000|0|0|||2026-01-02T00:00:00Z",
				"3": "PLACED|1000|0|0|||2026-01-01T00:00:00Z", "4": "REFUNDED|1000|1000|0|||2026-01-01T00:00:00Z",
			},
			says: map[int64]string{6: `status: "odd": there is no word for it: --words status:"odd"=`, 7: "status: empty"},
		},
		{
			name: "refunds", mapped: columns + ",amount=sum,refunded=back,refunded_at=when,status=state",
			text: "who,id,day,sum,back,when,state\na,1,2026-01-01,10,4,2026-01-05,COMPLETED\na,2,2026-01-01,10,10,,COMPLETED\na,3,2026-01-01,10,11,,COMPLETED\na,4,2026-01-01,10,1,,CANCELLED\na,5,2026-01-01,10,1,,REFUNDED\na,6,2026-01-01,10,-1,,COMPLETED\n",
			want: map[string]string{"1": "COMPLETED|1000|400|0|||2026-01-01T00:00:00Z", "2": "REFUNDED|1000|1000|0|||2026-01-01T00:00:00Z"},
			says: map[int64]string{4: "more than the order's total", 5: "an order that was not completed has no refunds", 6: "given back in full", 7: "refunded: must not be negative"},
		},
		{
			name: "negative rows", mapped: columns + ",amount=sum",
			text: "who,id,day,sum\na,1,2026-01-01,10\na,1,2026-01-05,-4\nb,2,2026-01-01,-4\n",
			says: map[int64]string{2: "line 3", 3: "must not be negative: if the row gives something back, --negative refund", 4: "--where leaves such rows out"},
		},
		{
			name: "negative rows as refunds", mapped: columns + ",amount=sum,cost=cost", o: option.Options{Negative: option.NegativeRefund},
			text: "who,id,day,sum,cost\na,1,2026-01-05,-4,-2\na,1,2026-01-01,10,6\na,1,2026-01-07,-1,0\nb,2,2026-01-01,-4,-1\n",
			want: map[string]string{"1": "COMPLETED|1000|500|400|||2026-01-01T00:00:00Z"},
			says: map[int64]string{5: "the file has no order of its id"},
		},
		{
			name: "rows that are left out", mapped: columns + ",amount=sum", o: option.Options{Where: `!negative(sum) && who != "test"`},
			text: "who,id,day,sum\na,1,2026-01-01,10\na,1,2026-01-01,-4\ntest,2,2026-01-01,1\n",
			want: map[string]string{"1": "COMPLETED|1000|0|0|||2026-01-01T00:00:00Z"},
		},
		{
			name: "customers by e-mail and phone", mapped: "order=id,date=day,amount=sum,email=mail,phone=tel,name=name",
			text: "id,day,sum,mail,tel,name\n1,2026-01-01,1,Anna@example.com,,Anna\n2,2026-01-02,1,anna@EXAMPLE.com,+7 900 1112233,\n3,2026-01-03,1,,8 900 1112244,\n4,2026-01-04,1,,79001112244,Ivan\n5,2026-01-05,1,,,Nobody\n6,2026-01-05,1,nobody,,\n",
			want: map[string]string{
				"1": "COMPLETED|100|0|0|Anna@example.com||2026-01-01T00:00:00Z", "2": "COMPLETED|100|0|0|Anna@example.com||2026-01-02T00:00:00Z",
				"3": "COMPLETED|100|0|0||+79001112244|2026-01-03T00:00:00Z", "4": "COMPLETED|100|0|0||+79001112244|2026-01-04T00:00:00Z",
			},
			says: map[int64]string{6: "customer: must not be empty", 7: "email: not an e-mail address"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(w *world) {
				o := c.o
				o.Kind, o.Map, o.Errors = option.Orders, c.mapped, option.RejectRow
				if !strings.Contains(o.Map, "cost=") {
					o.CostShare = share("0")
				}
				r := w.bring(c.text, o)
				w.only(r, c.says)
				if r.Added != int64(len(c.want)) {
					w.Errorf("%s", r)
				}
				for external, want := range c.want {
					if got := w.order(external); got != want {
						w.Errorf("order %s is %s, want %s", external, got, want)
					}
				}
				w.closed()
				if again := w.bring(c.text, o); again.Present != r.Added || again.Added != 0 {
					w.Errorf("again: %s", again)
				}
			})
		})
	}
}

func TestMapsOfOrdersThatMakeNoSense(t *testing.T) {
	w := newWorld(t, sqlite(t))
	const text = "who,id,day,sum,n\na,1,2026-01-01,1,1\n"
	for mapped, says := range map[string]string{
		"customer=who,date=day":                           "no column for amount",
		"customer=who,date=day,price=sum":                 "no column for amount",
		"date=day,amount=sum":                             "no column for customer",
		"customer=who,date=day,amount=sum,total=sum":      "map one of them",
		"customer=who,date=day,amount=sum,price=n":        "map one of price and amount",
		"customer=who,date=day,amount=sum,quantity=n":     "price and quantity go together",
		`customer=who,date=day,amount=sum,status=stat+""`: `no column "stat"`,
	} {
		if _, err := w.try(text, option.Options{Kind: option.Orders, Map: mapped, CostShare: share("0")}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q in it", mapped, err, says)
		}
	}
	for _, o := range []option.Options{{Where: "who"}, {Where: `nobody == "a"`}, {Words: []string{"stage:a=b"}}, {Profile: "none"}, {Profile: "google-contacts"}, {Negative: "ignore"}} {
		o.Kind, o.CostShare = option.Orders, share("0")
		if o.Profile == "" {
			o.Map = "customer=who,date=day,amount=sum"
		}
		if _, err := w.try(text, o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}
