package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"

	"kopeck/schema/migrations"
)

// ErrNewer says that the database's schema is of a later program than this one.
var ErrNewer = errors.New("the database was migrated by a newer version of the program")

// versions is goose's table.
const versions = "goose_db_version"

// Migrate brings the schema to the one this program knows and tells how many migrations that took. Processes that
// migrate at once wait for each other. Errors: [ErrNewer]; else what the database said, and the migration that failed has been rolled back.
//
// With PostgreSQL behind a pooler in transaction mode, migrate past it.
func (s *Store) Migrate(ctx context.Context) (applied int, err error) {
	db, unlock, err := s.openToMigrate(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if _, _, err := s.Version(ctx); err != nil {
		return 0, err
	}
	provider, err := newProvider(s.Dialect(), db)
	if err != nil {
		return 0, err
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return len(results), fmt.Errorf("migrating: %w", err)
	}
	if s.Dialect() == dialect.SQLite {
		return len(results), checkReferences(ctx, db)
	}
	return len(results), nil
}

// openToMigrate opens connections of their own, since on SQLite a table that is made anew must not fall over the references
// to it, and on PostgreSQL an index may take long to build; and takes the lock.
func (s *Store) openToMigrate(ctx context.Context) (*sql.DB, func() error, error) {
	if s.Dialect() == dialect.SQLite {
		lock := flock.New(s.target.path + ".migrate")
		if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
			return nil, nil, fmt.Errorf("waiting to migrate: %w", err)
		}
		db, err := openSQLite(s.target.path, false)
		if err != nil {
			return nil, nil, errors.Join(err, lock.Unlock())
		}
		return db, func() error { return errors.Join(db.Close(), lock.Unlock()) }, nil
	}
	db := s.target.openPostgres(-1, -1)
	holder, err := db.Conn(ctx)
	if err == nil {
		_, err = holder.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(LockOn("migrate", channel)))
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("waiting to migrate: %w", err), db.Close())
	}
	return db, func() error { return errors.Join(holder.Close(), db.Close()) }, nil // with its connection the lock goes
}

func newProvider(dialectName string, db *sql.DB) (*goose.Provider, error) {
	name, files := goose.DialectSQLite3, migrations.SQLite()
	if dialectName == dialect.Postgres {
		name, files = goose.DialectPostgres, migrations.Postgres()
	}
	return goose.NewProvider(name, db, files, goose.WithDisableGlobalRegistry(true), goose.WithTableName(versions))
}

func checkReferences(ctx context.Context, db *sql.DB) error {
	found, err := db.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return err
	}
	defer found.Close()
	if found.Next() {
		return errors.New("after migrating, rows refer to rows that are not there: see PRAGMA foreign_key_check")
	}
	return found.Err()
}

// Version tells which schema version the database has, 0 where it is empty, and which one this program wants. It changes nothing.
// With have < want the database must be migrated first; with have > want the error is [ErrNewer].
func (s *Store) Version(ctx context.Context) (have, want int64, err error) {
	if want, err = migrations.Latest(s.Dialect()); err != nil {
		return 0, 0, err
	}
	query := "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '" + versions + "'"
	if s.Dialect() == dialect.Postgres {
		query = "SELECT count(*) FROM pg_class WHERE oid = to_regclass('" + versions + "')"
	}
	var there int
	if err := s.db.QueryRowContext(ctx, query).Scan(&there); err != nil {
		return 0, want, err
	}
	if there > 0 {
		if err := s.db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+versions).Scan(&have); err != nil {
			return 0, want, err
		}
	}
	if have > want {
		return have, want, fmt.Errorf("%w: its schema is %d, this program's %d", ErrNewer, have, want)
	}
	return have, want, nil
}
