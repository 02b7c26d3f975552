package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// busyTimeout is for how many milliseconds a connection waits for another process that writes.
const busyTimeout = 10_000

// openSQLite opens a file. A new file is readable only by its owner, since it contains customers' data.
//
// Every transaction that may write takes the write lock when it begins (_txlock=immediate): one that reads first
// and writes later could fail with SQLITE_BUSY in spite of busy_timeout. With synchronous=FULL acknowledged commits
// survive a loss of power. Times are stored as text in UTC, which sorts in order of time.
func openSQLite(path string, foreignKeys bool) (*sql.DB, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the SQLite file's directory %s does not exist", filepath.Dir(path))
	case err != nil:
		return nil, fmt.Errorf("the SQLite file: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("the SQLite file: %w", err)
	}
	parameters := url.Values{
		"_busy_timeout": {strconv.Itoa(busyTimeout)},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		"_txlock":       {"immediate"},
		"_time_format":  {"sqlite"},
		"_timezone":     {"UTC"},
		"_dqs":          {"false"}, // "x" is an identifier, never a string, as on PostgreSQL
		"_pragma":       {"cache_size(-64000)", "journal_size_limit(67108864)"},
		"_foreign_keys": {"on"},
	}
	if !foreignKeys {
		parameters.Set("_foreign_keys", "off")
	}
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: parameters.Encode()}
	return sql.Open("sqlite", name.String())
}
