package store

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"syscall"

	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrCommitUnknown reports that a commit was sent and its answer lost: the transaction is either committed or not. A
// retry under the same idempotency key resolves it.
var ErrCommitUnknown = errors.New("store: the connection was lost during the commit; the transaction may or may not have been committed")

// IsUnique reports whether an error is the violation of a unique index: the row exists already.
func IsUnique(err error) bool {
	if e := postgresError(err); e != nil {
		return e.Code == pqerror.UniqueViolation
	}
	if code := sqliteCode(err); code != 0 {
		return code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || code == sqlite3.SQLITE_CONSTRAINT_ROWID
	}
	return sqlgraph.IsUniqueConstraintError(err)
}

// IsForeignKey reports whether an error is the violation of a foreign key: the row referred to does not exist, or a row to
// be deleted is still referred to.
func IsForeignKey(err error) bool {
	if e := postgresError(err); e != nil {
		return e.Code == pqerror.ForeignKeyViolation
	}
	if code := sqliteCode(err); code != 0 {
		return code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
	}
	return sqlgraph.IsForeignKeyConstraintError(err)
}

// IsFull reports whether the database's disk is full. Committed data is intact and can be read.
func IsFull(err error) bool {
	if e := postgresError(err); e != nil {
		return e.Code == pqerror.DiskFull
	}
	return sqliteCode(err)&0xff == sqlite3.SQLITE_FULL || errors.Is(err, syscall.ENOSPC)
}

// IsReadOnly reports whether the database takes no writes at the moment: it is a standby, or was made read-only.
func IsReadOnly(err error) bool {
	if e := postgresError(err); e != nil {
		return e.Code == pqerror.ReadOnlySQLTransaction
	}
	return sqliteCode(err)&0xff == sqlite3.SQLITE_READONLY || errors.Is(err, syscall.EROFS) || errors.Is(err, errReadOnly)
}

// IsTooSlow reports whether the database ended a statement that took longer than it may.
func IsTooSlow(err error) bool {
	e := postgresError(err)
	return e != nil && (e.Code == pqerror.QueryCanceled || e.Code == pqerror.LockNotAvailable)
}

// Outage says why the database did not do what was asked, if that does not depend on what was asked: the same may succeed later. It
// is "" for any other error.
func Outage(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrCommitUnknown):
		return "the connection to the database was lost during the commit: it is not known whether the request was carried out; repeat it with the same idempotencyKey"
	case errors.Is(err, ErrFileGone):
		return "the file of the database is gone; the server must be started again"
	case IsFull(err):
		return "the disk of the database is full; nothing was changed; try again later"
	case IsReadOnly(err):
		return "the database takes no changes at the moment; nothing was changed; try again later"
	case IsUnavailable(err) || refusedByServer(err) || failedOnDisk(err):
		return "the database is not available; nothing was changed; try again in a few seconds"
	}
	return ""
}

// refusedByServer reports whether PostgreSQL lets nobody in, or cannot serve any statement.
func refusedByServer(err error) bool {
	e := postgresError(err)
	if e == nil {
		return false
	}
	switch e.Code.Class() {
	case "53", "57", "58", "28", "3D": // resources, intervention of the operator, the system; nobody is let in
		return e.Code != pqerror.QueryCanceled
	}
	return e.Code == pqerror.ObjectNotInPrerequisiteState // the database accepts no connections
}

// failedOnDisk reports whether SQLite could not read or write its files.
func failedOnDisk(err error) bool {
	switch sqliteCode(err) & 0xff {
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_LOCKED:
		return true
	}
	return false
}

// IsOverflow reports whether a number exceeded the range of the database.
func IsOverflow(err error) bool {
	if e := postgresError(err); e != nil {
		return e.Code == pqerror.NumericValueOutOfRange
	}
	return sqliteCode(err) == sqlite3.SQLITE_ERROR && strings.Contains(err.Error(), "integer overflow")
}

// IsUnavailable reports whether the database could not be reached or did not answer in time. A later attempt may succeed.
func IsUnavailable(err error) bool {
	return sqliteBusy(err) || gone(err)
}

// sqliteBusy reports whether another process holds the lock that was waited for.
func sqliteBusy(err error) bool { return sqliteCode(err)&0xff == sqlite3.SQLITE_BUSY }

// gone reports whether a connection is unusable after an error.
func gone(err error) bool {
	if e := postgresError(err); e != nil {
		return lostByServer(e)
	}
	return lost(err)
}

var (
	postgresKey = regexp.MustCompile(`^Key \((.*?)\)=`)
	sqliteKey   = regexp.MustCompile(`UNIQUE constraint failed: ([\w., ]+)`)
)

// UniqueColumns returns the columns of the unique index that an error violates, without the table, in the index's
// order; nil where the error is of another kind or does not name them.
func UniqueColumns(err error) []string {
	if !IsUnique(err) {
		return nil
	}
	var list string
	if e := postgresError(err); e != nil {
		if found := postgresKey.FindStringSubmatch(e.Detail); found != nil {
			list = found[1]
		}
	} else if found := sqliteKey.FindStringSubmatch(err.Error()); found != nil {
		list = found[1]
	}
	if list == "" {
		return nil
	}
	columns := strings.Split(list, ", ")
	for i, column := range columns {
		column = strings.TrimSpace(column)
		columns[i] = strings.Trim(column[strings.LastIndex(column, ".")+1:], `"`)
	}
	return columns
}

func postgresError(err error) *pq.Error {
	var e *pq.Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// ErrAgain is what a transaction's function returns that has found, once it held rows, that it holds the wrong ones: others have changed
// meanwhile which are the right ones. [Store.Write] runs it again from the start.
var ErrAgain = errors.New("store: the transaction held rows that are the wrong ones by now")

// transient reports whether a transaction that ended with this error was certainly not committed and may succeed when
// retried.
func transient(err error) bool {
	if errors.Is(err, ErrCommitUnknown) {
		return false
	}
	if errors.Is(err, ErrAgain) {
		return true
	}
	if e := postgresError(err); e != nil {
		switch e.Code {
		case pqerror.TRSerializationFailure, pqerror.TRDeadlockDetected,
			pqerror.ReadOnlySQLTransaction, // the server is no longer the primary: the connection is dropped, and the next one may find the primary
			pqerror.TooManyConnections:
			return true
		}
	}
	return IsUnavailable(err) || stale(err)
}

// stale reports whether a prepared statement is invalid: the schema has changed, or the server session is another one.
func stale(err error) bool {
	e := postgresError(err)
	return e != nil && (e.Code == pqerror.InvalidSQLStatementName ||
		e.Code == pqerror.FeatureNotSupported && strings.Contains(e.Message, "cached plan"))
}

// lostByServer reports whether the server ends the session with this error.
func lostByServer(e *pq.Error) bool {
	switch e.Code {
	case pqerror.AdminShutdown, pqerror.CrashShutdown, pqerror.CannotConnectNow, pqerror.IdleInTransactionSessionTimeout:
		return true
	}
	return e.Code.Class() == "08"
}

// lost reports whether a connection was lost or could not be made.
func lost(err error) bool {
	var network net.Error
	return errors.Is(err, sqldriver.ErrBadConn) || errors.Is(err, errLost) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.As(err, &network) && !errors.Is(err, context.DeadlineExceeded)
}

// commitError classifies an error of a commit on SQLite. Those of PostgreSQL are classified by pqTx.Commit.
func commitError(err error) error {
	if sqliteCode(err)&0xff == sqlite3.SQLITE_IOERR {
		return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
	}
	return err
}
