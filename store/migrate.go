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

// ErrNewer reports that the database's schema is newer than this program.
var ErrNewer = errors.New("the database was migrated by a newer version of the program")

// versions is goose's table of applied migrations.
const versions = "goose_db_version"

// Migrate migrates the schema to this program's version and returns the number of migrations applied. Processes that
// migrate at the same time wait for each other. The error is [ErrNewer] or the database's; a failed migration is
// rolled back.
//
// Where a pooler in transaction mode stands before PostgreSQL, Migrate must connect to the server itself.
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

// openToMigrate takes the lock of migrations and opens connections for them. They differ from the store's: on SQLite
// without foreign keys, so that a table with references to it can be rebuilt; on PostgreSQL without a statement timeout, since
// building an index may take long.
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
	return db, func() error { return errors.Join(holder.Close(), db.Close()) }, nil // the lock ends with its connection
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
		return errors.New("after migrating, some rows refer to rows that do not exist; PRAGMA foreign_key_check lists them")
	}
	return found.Err()
}

// Version returns the schema version of the database, 0 where it is empty, and the one that this program needs. It changes
// nothing. Where have < want the database must be migrated first; where have > want the error is [ErrNewer].
func (s *Store) Version(ctx context.Context) (have, want int64, err error) {
	if want, err = migrations.Latest(s.Dialect()); err != nil {
		return 0, 0, err
	}
	query := "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '" + versions + "'"
	if s.Dialect() == dialect.Postgres {
		query = "SELECT count(*) FROM pg_class WHERE oid = to_regclass('" + versions + "')"
	}
	var tables int
	if err := s.db.QueryRowContext(ctx, query).Scan(&tables); err != nil {
		return 0, want, err
	}
	if tables > 0 {
		if err := s.db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+versions).Scan(&have); err != nil {
			return 0, want, err
		}
	}
	if have > want {
		return have, want, fmt.Errorf("%w: its schema has version %d, this program needs %d", ErrNewer, have, want)
	}
	return have, want, nil
}
