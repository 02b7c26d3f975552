package orders

import (
	"io"
	"strings"
	"testing"
	"time"

	"kopeck/files/cell"
	"kopeck/files/layout"
	"kopeck/files/option"
	"kopeck/files/table"
	"kopeck/files/textfile"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/field"
)

// Any bytes at all are either read as orders or rejected, row by row.
func FuzzOrders(f *testing.F) {
	f.Add("invoice,who,day,sum\n1,a,2026-01-01,1.50\n1,a,2026-01-01,2\n2,b,20260102,\"3\"\n")
	f.Add(" 00001 19970101  1   11.77\r\n 00002 19970112  1   12.00\r\n")
	f.Add(strings.Join(Names(nil), ",") + "\nord_x,,cus_y,,PLACED\n")
	roubles, err := money.ParseCurrency("RUB")
	if err != nil {
		f.Fatal(err)
	}
	dates, err := cell.NewDates(&service.Settings{Zone: time.UTC}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), option.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v := cell.ValuesOf(roubles, dates)
		for _, open := range []func(io.ReadSeeker) (layout.Source[bulk.OrderRecord], error){
			func(r io.ReadSeeker) (layout.Source[bulk.OrderRecord], error) {
				return cdnow(v, option.Options{}, textfile.StartAt(r, 0, 0), true), nil
			},
			func(r io.ReadSeeker) (layout.Source[bulk.OrderRecord], error) {
				tab, err := table.Open(func(comma byte) *textfile.Scanner { return textfile.StartAt(r, 0, comma) }, false)
				if err != nil {
					return layout.Source[bulk.OrderRecord]{}, err
				}
				if isOwn, err := ordersLayout(nil).Recognise(tab, option.Options{}); isOwn && err == nil {
					return ownOrders(v, tab, option.Options{}, nil), nil
				}
				mapped, err := option.ParseMap("customer=who,order=invoice,date=day,amount=sum")
				if err != nil {
					t.Fatal(err)
				}
				if err := tab.Assign(mapped, LogLayout.Names(field.Mappable)); err != nil {
					return layout.Source[bulk.OrderRecord]{}, err
				}
				if !tab.Has("order") || !tab.Has("date") || !tab.Has("customer") || !tab.Has("amount") {
					return layout.Source[bulk.OrderRecord]{}, io.EOF
				}
				return logOf(v, option.Options{}, tab, nil), nil
			},
		} {
			in, err := open(strings.NewReader(text))
			if err != nil {
				continue
			}
			lines := map[int64]bool{}
			for {
				e, err := in.Next()
				if err != nil {
					break
				}
				if len(e.Rows) == 0 {
					t.Fatal("a record of no row")
				}
				for _, one := range e.Rows {
					if lines[one.Line] {
						t.Fatalf("line %d is in two records", one.Line)
					}
					lines[one.Line] = true
				}
				if e.Fault == "" && (e.Value.Total.Sign() < 0 || e.Value.At.IsZero()) {
					t.Fatalf("%+v is no order", e.Value)
				}
			}
		}
	})
}
