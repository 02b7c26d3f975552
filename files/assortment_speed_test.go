package files_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"kopeck/dbtest"
	"kopeck/files"
	"kopeck/files/option"
	"kopeck/service/app"
)

// written writes a file.
func written(t testing.TB, name string, write func(out *bufio.Writer)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewWriter(f)
	write(out)
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// largeCatalogue writes the files of a catalogue of n products, which have some five components each: a third are made of another product,
// a twentieth by a formula, and a tenth have an option.
func largeCatalogue(t testing.TB, n int) map[option.Kind]string {
	t.Helper()
	return map[option.Kind]string{
		option.Rates: written(t, "rates.csv", func(out *bufio.Writer) {
			fmt.Fprintln(out, "subject,code,unit,amount,valid_from")
			for i := range 500 {
				fmt.Fprintf(out, "MATERIAL,m%d,kg,%d.5,2025-01-01\n", i, 1+i)
			}
			for i := range 20 {
				fmt.Fprintf(out, "RESOURCE,r%d,hour,%d,2025-01-01\n", i, 1000+i)
			}
		}),
		option.Measurements: written(t, "measurements.csv", func(out *bufio.Writer) {
			fmt.Fprint(out, "code,name,unit,least,most\nwidth,Width,m,0.1,6\nheight,Height,m,0.1,3\n")
		}),
		option.Products: written(t, "products.csv", func(out *bufio.Writer) {
			fmt.Fprintln(out, "sku,name,category,unit,markup,minimum_margin,lead_days")
			for i := range n {
				fmt.Fprintf(out, "p%06d,Product %d,Category %d,piece,0.4,0.1,%d\n", i, i, i%50, 7+i%20)
			}
		}),
		option.Recipes: written(t, "recipes.csv", func(out *bufio.Writer) {
			fmt.Fprintln(out, "sku,option,option_name,surcharge,material,resource,part,quantity,formula")
			for i := n - 1; i >= 0; i-- { // what is made of others stands before them
				for k := range 3 {
					fmt.Fprintf(out, "p%06d,,,,m%d,,,%d.25,\n", i, (i*7+k*13)%500, 1+k)
				}
				fmt.Fprintf(out, "p%06d,,,,,r%d,,0.5,\n", i, i%20)
				switch {
				case i%3 == 1:
					fmt.Fprintf(out, "p%06d,,,,,,p%06d,2,\n", i, i/3*3)
				case i%20 == 0:
					fmt.Fprintf(out, "p%06d,,,,m%d,,,,width * height * 1.%d\n", i, i%500, i%10)
				default:
					fmt.Fprintf(out, "p%06d,,,,m%d,,,0.1,\n", i, (i+1)%500)
				}
				if i%10 == 0 {
					fmt.Fprintf(out, "p%06d,lined,Lined,150.00,m%d,,,1,\n", i, i%500)
				}
			}
		}),
	}
}

// mostMemory gives the most memory that was in use during f, garbage with it.
func mostMemory(f func()) (most uint64) {
	done, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		var m runtime.MemStats
		for {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	f()
	close(done)
	<-watched
	return most
}

// BenchmarkCatalogue imports a catalogue of 50,000 products into an empty database.
func BenchmarkCatalogue(b *testing.B) {
	const products = 50_000
	paths := largeCatalogue(b, products)
	for name, database := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				_, s := open(b, database(b))
				begun := cpu()
				b.StartTimer()
				most := mostMemory(func() { bringLarge(b, s, paths) })
				b.ReportMetric(float64(most>>20), "MiB")
				b.ReportMetric((cpu() - begun).Seconds(), "cpu-s")
			}
		})
	}
}

func bringLarge(t testing.TB, s *app.App, paths map[option.Kind]string) {
	t.Helper()
	for _, kind := range []option.Kind{option.Rates, option.Measurements, option.Products, option.Recipes} {
		o := option.Options{Kind: kind, Path: paths[kind]}
		if kind == option.Rates {
			o.Format, o.Map = option.CSV, "subject=subject,code=code,unit=unit,amount=amount,valid_from=valid_from"
		}
		r, err := files.Import(t.Context(), s, o)
		if err != nil || r.Rejected > 0 {
			t.Fatal(r, err)
		}
		t.Log(r)
	}
}
