package files_test

import (
	"bufio"
	"fmt"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/files"
	"kopeck/files/option"
	"kopeck/schema"
	"kopeck/service"
)

// BenchmarkRelated imports 50,000 contacts, orders and products with two own fields and people, relations of 50,000 people with 500 companies, and
// 50,000 expected prices. It reports the time, this process's CPU and the most memory that was live, of each.
func BenchmarkRelated(b *testing.B) {
	const rows = 50_000
	for name, database := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			_, s := open(b, database(b))
			for _, noun := range []schema.FieldNoun{schema.FieldOfContact, schema.FieldOfOrder, schema.FieldOfProduct} {
				for _, code := range []string{"mark", "note"} {
					if _, err := s.OwnFields.DefineField(auth.System(b.Context()), service.DefineFieldInput{Noun: noun, Code: code, Label: code, Type: schema.FieldText}); err != nil {
						b.Fatal(err)
					}
				}
			}
			for range b.N {
				for _, one := range []struct {
					what, header string
					o            option.Options
					row          func(n int) string
				}{
					{"customers", "external_id,name,kind", option.Options{Kind: option.Customers, Map: "external_id=external_id,name=name,kind=kind"}, func(n int) string {
						if n < 500 {
							return fmt.Sprintf("g%d,Company %d,COMPANY", n, n)
						}
						return fmt.Sprintf("c%d,Person %d,PERSON", n-500, n)
					}},
					{"products", "sku,name,list_price,field.mark,field.note", option.Options{Kind: option.Products}, func(n int) string { return fmt.Sprintf("p%d,Product %d,10.00,m%d,note", n, n, n%7) }},
					{"relations", "person,company,role,from", option.Options{Kind: option.Relations}, func(n int) string { return fmt.Sprintf("c%d,g%d,clerk,2020-01-01", n%49000, n/100) }},
					{
						"contacts", "no,who,at,mark,note,people",
						option.Options{Kind: option.Contacts, Map: `external_id=no,customer=who,at=at,field.mark=mark,field.note=note,people=people,kind="VISIT",direction="INBOUND",channel="VISIT"`},
						func(n int) string {
							return fmt.Sprintf("%d,g%d,2026-01-%02dT10:00:00Z,m%d,note,c%d", n, n/100, 1+n%28, n%7, n%49000)
						},
					},
					{"orders", "no,who,at,sum,mark,note", option.Options{Kind: option.Orders, Map: "order=no,customer=who,date=at,amount=sum,field.mark=mark,field.note=note", CostShare: share("0.5")}, func(n int) string {
						return fmt.Sprintf("%d,c%d,2026-01-%02d,10.00,m%d,note", n, n/2, 1+n%28, n%7)
					}},
					{"expected prices", "customer,sku,unit_price,at", option.Options{Kind: option.ExpectedPrices}, func(n int) string {
						return fmt.Sprintf("c%d,p%d,9.00,2026-01-%02dT11:00:00Z", n%49000, n, 1+n%28)
					}},
				} {
					one.o.Path = written(b, "rows.csv", func(out *bufio.Writer) {
						fmt.Fprintln(out, one.header)
						for n := range rows {
							fmt.Fprintln(out, one.row(n))
						}
					})
					begun, used := time.Now(), cpu()
					var report files.Report
					var err error
					most := peak(func() { report, err = files.Import(b.Context(), s, one.o) })
					if err != nil || report.Rejected > 0 {
						b.Fatal(one.what, report, err)
					}
					b.Logf("%s: %.1f s, %.1f s of this process's CPU, %d MiB", one.what, time.Since(begun).Seconds(), (cpu() - used).Seconds(), most>>20)
				}
			}
		})
	}
}
