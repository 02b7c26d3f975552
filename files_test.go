//go:build unix

package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestToFile: a file appears when it is complete, a link stays one, and a pipe is written to: "-o /dev/null" by root once made a file of it.
func TestToFile(t *testing.T) {
	t.Parallel()
	text := func(content string, err error) func(io.Writer) error {
		return func(to io.Writer) error {
			_, wrong := io.WriteString(to, content)
			return errors.Join(wrong, err)
		}
	}
	content := func(t *testing.T, path string) string {
		t.Helper()
		read, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(read)
	}

	t.Run("a file", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "rows.csv")
		for _, want := range []string{"first", "second"} {
			if err := toFile(path, text(want, nil)); err != nil || content(t, path) != want {
				t.Errorf("%s: %v", want, err)
			}
		}
		failed := errors.New("failed")
		if err := toFile(path, text("half", failed)); !errors.Is(err, failed) || content(t, path) != "second" {
			t.Errorf("%v, and the file holds %q", err, content(t, path))
		}
		if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
			t.Errorf("left behind: %v, %v", entries, err)
		}
	})
	t.Run("a link", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		file, link := filepath.Join(dir, "rows.csv"), filepath.Join(dir, "link.csv")
		if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Symlink("rows.csv", link), toFile(link, text("rows", nil))); err != nil {
			t.Fatal(err)
		}
		if at, err := os.Lstat(link); err != nil || at.Mode()&os.ModeSymlink == 0 || content(t, file) != "rows" {
			t.Errorf("the link is %v, %v; its file holds %q", at, err, content(t, file))
		}
	})
	t.Run("a pipe", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "pipe")
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		read := make(chan string, 1)
		go func() {
			all, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			}
			read <- string(all)
		}()
		if err := toFile(path, text("rows", nil)); err != nil {
			t.Error(err)
		}
		if got := <-read; got != "rows" {
			t.Errorf("read %q", got)
		}
		if at, err := os.Lstat(path); err != nil || at.Mode()&os.ModeNamedPipe == 0 {
			t.Errorf("the pipe is now %v, %v", at, err)
		}
	})
}
