package files_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"kopeck/dbtest"
	"kopeck/files"
	"kopeck/files/option"
)

// TestMasterLog imports the CDNOW log into both databases: the same comes out, twice is once, and its sample is in it.
func TestMasterLog(t *testing.T) {
	if raced {
		t.Skip("hundreds of thousands of rows: in the run without the race detector")
	}
	master, sample := shared(t, "CDNOW_master.txt"), shared(t, "CDNOW_sample.txt")
	var first string
	each(t, func(w *world) {
		o := option.Options{Kind: option.Orders, Format: option.CDNOW, CostShare: share("0"), Path: master}
		begun := cpu()
		r, err := files.Import(t.Context(), w.service, o)
		if err != nil {
			w.Fatal(err)
		}
		w.Logf("%s; %.2f s of this process's CPU", r, (cpu() - begun).Seconds())
		w.counted(r, 69659, 69659, 0, 0)
		if r.CustomersAdded != 23570 || w.number("SELECT sum(total) FROM orders") != 250031563 {
			w.Errorf("%d customers, %d kopecks in all", r.CustomersAdded, w.number("SELECT sum(total) FROM orders"))
		}
		w.closed()
		all := w.all()
		if first == "" {
			first = all
		}
		if all != first {
			w.Error("the databases differ")
		}
		if r, err = files.Import(t.Context(), w.service, o); err != nil {
			w.Fatal(err)
		}
		w.Logf("again: %s", r)
		w.counted(r, 69659, 0, 69659, 0)
		o.Path = sample
		if r, err = files.Import(t.Context(), w.service, o); err != nil {
			w.Fatal(err)
		}
		w.counted(r, 6919, 0, 6919, 0)
		if all != w.all() {
			w.Error("the same again changed something")
		}
	})
}

// cpu is what this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // zero where it fails
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// generated writes a log of so many rows, of a customer for every five.
func generated(t testing.TB, rows int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewWriter(f)
	fmt.Fprintln(out, "invoice,who,day,sum")
	for i := range rows {
		fmt.Fprintf(out, "%d,c%d,%d,%d.%02d\n", i, i/5, 20200101+i%28, i%500, i%100)
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// peak gives the most memory that was live during f.
func peak(f func()) (most uint64) {
	done, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		var m runtime.MemStats
		for {
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
				runtime.GC()
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

// Memory does not grow with the file: 400,000 rows take no more of it than 100,000, which fill all chunks, give or take what was not
// yet collected when it was looked at.
func TestMemoryIsBounded(t *testing.T) {
	if raced || testing.Short() {
		t.Skip("hundreds of thousands of rows: in the whole run without the race detector")
	}
	const small, large = 100_000, 400_000
	used := map[int]uint64{}
	for _, rows := range []int{small, large} {
		w := newWorld(t, dbtest.SQLite(t))
		path := generated(t, rows)
		used[rows] = peak(func() {
			r, err := files.Import(t.Context(), w.service, log(option.Options{Path: path}))
			if err != nil || r.Added != int64(rows) {
				t.Error(r, err)
			}
			t.Log(r)
		})
	}
	t.Logf("%d rows: %d KiB, %d rows: %d KiB", small, used[small]>>10, large, used[large]>>10)
	if used[large] > used[small]+24<<20 {
		t.Errorf("%d rows took %d KiB, %d rows took %d KiB", small, used[small]>>10, large, used[large]>>10)
	}
}

// BenchmarkImport imports rows of a log.
func BenchmarkImport(b *testing.B) {
	for name, database := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			_, s := open(b, database(b))
			path := generated(b, b.N)
			b.ResetTimer()
			if _, err := files.Import(b.Context(), s, log(option.Options{Path: path})); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkMasterLog imports the CDNOW log into an empty database: 69,659 rows of 23,570 new customers.
func BenchmarkMasterLog(b *testing.B) {
	master := shared(b, "CDNOW_master.txt")
	for name, database := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			var used time.Duration
			for b.Loop() {
				b.StopTimer()
				_, s := open(b, database(b))
				begun := cpu()
				b.StartTimer()
				o := option.Options{Kind: option.Orders, Format: option.CDNOW, CostShare: share("0"), Path: master}
				if r, err := files.Import(b.Context(), s, o); err != nil || r.Added != 69659 {
					b.Fatal(r, err)
				}
				used += cpu() - begun
			}
			b.ReportMetric(69659*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(used.Seconds()/float64(b.N), "cpu-s/op")
		})
	}
}
