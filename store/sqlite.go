package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// openSQLite opens a file. A new one is readable by its owner alone: it holds customers.
//
// Every transaction that may write takes the write lock when it begins (_txlock=immediate): one that read first
// and wrote later would fail with SQLITE_BUSY in spite of busy_timeout. synchronous=FULL keeps what was
// acknowledged through a loss of power. Times are text, in UTC, that sorts as the times do.
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
		"_busy_timeout": {"10000"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		"_txlock":       {"immediate"},
		"_time_format":  {"sqlite"},
		"_timezone":     {"UTC"},
		"_dqs":          {"false"}, // "x" is a name, never a string: as on PostgreSQL
		"_pragma":       {"cache_size(-64000)", "journal_size_limit(67108864)"},
		"_foreign_keys": {"on"},
	}
	if !foreignKeys {
		parameters.Set("_foreign_keys", "off")
	}
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: parameters.Encode()}
	return sql.Open("sqlite", name.String())
}
