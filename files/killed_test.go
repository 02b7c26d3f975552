package files_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"kopeck/dbtest"
	"kopeck/files"
	"kopeck/files/option"
)

// An import that was stopped leaves closed books, and goes on where it was.
func TestStoppedAndGoneOn(t *testing.T) {
	path := generated(t, 3000)
	each(t, func(w *world) {
		whole := newWorld(w.T, sqlite(w))
		o := log(option.Options{Path: path, Chunk: 250})
		if _, err := files.Import(w.Context(), whole.service, o); err != nil {
			w.Fatal(err)
		}
		stops := 0
		for stop := 3; ; stop += 3 {
			ctx, cancel := context.WithCancel(w.Context())
			chunks := 0
			o.Progress = func(p option.Progress) {
				if chunks++; p.Stage == "writing" && p.Records >= int64(250*stop) && !p.Done {
					cancel()
				}
			}
			_, err := files.Import(ctx, w.service, o)
			cancel()
			w.closed()
			if err == nil {
				break
			}
			if stops++; !errors.Is(err, context.Canceled) {
				w.Fatal(err)
			}
		}
		if stops == 0 {
			w.Error("it was never stopped")
		}
		if w.all() != whole.all() {
			w.Error("what was stopped and gone on differs from what was not")
		}
	})
}

// The process is killed in the middle, as by kill -9.
func TestKilledAndGoneOn(t *testing.T) {
	if url := os.Getenv("KOPECK_TEST_IMPORT_INTO"); url != "" {
		_, s := open(t, url)
		o := log(option.Options{Path: os.Getenv("KOPECK_TEST_IMPORT_FILE"), Chunk: 200, Progress: func(p option.Progress) { fmt.Fprintln(os.Stdout, "PROGRESS", p.Stage, p.Records) }})
		_, err := files.Import(t.Context(), s, o)
		t.Fatal("was not killed in time", err)
	}
	path := generated(t, 4000)
	for name, database := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			url := database(t)
			command := exec.Command(os.Args[0], "-test.run", "^TestKilledAndGoneOn$")
			command.Env = append(os.Environ(), "KOPECK_TEST_IMPORT_INTO="+url, "KOPECK_TEST_IMPORT_FILE="+path)
			out, err := command.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(out)
			said := ""
			for lines.Scan() {
				said += lines.Text() + "\n"
				if strings.HasPrefix(lines.Text(), "PROGRESS writing 1") { // 1,000 orders are in; the next chunk is on its way
					break
				}
			}
			if err := command.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = command.Wait() // it was killed: that is its error
			w := newWorld(t, url)
			n := w.number("SELECT count(*) FROM orders")
			if n < 1000 || n >= 4000 || n%200 != 0 {
				t.Fatalf("%d orders after the kill; it said %s", n, said)
			}
			w.closed()
			r, err := files.Import(t.Context(), w.service, log(option.Options{Path: path}))
			if err != nil {
				t.Fatal(err)
			}
			w.counted(r, 4000, 4000-n, n, 0)
			w.closed()
		})
	}
}
