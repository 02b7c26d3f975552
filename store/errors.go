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

// ErrCommitUnknown says that a commit was sent and its answer lost: the transaction may be there or not. Only an
// idempotency key tells, on a second try.
var ErrCommitUnknown = errors.New("store: it is not known whether the transaction was committed")

// IsUnique tells whether an error is of a unique index: the row is there already.
func IsUnique(err error) bool {
	if e := postgresError(err); e != nil {
		return e.Code == pqerror.UniqueViolation
	}
	if code := sqliteCode(err); code != 0 {
		return code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || code == sqlite3.SQLITE_CONSTRAINT_ROWID
	}
	return sqlgraph.IsUniqueConstraintError(err)
}

// IsForeignKey tells whether an error is of a reference to a row that is not there, or from a row that stays.
func IsForeignKey(err error) bool {
	if e := postgresError(err); e != nil {
		return e.Code == pqerror.ForeignKeyViolation
	}
	if code := sqliteCode(err); code != 0 {
		return code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
	}
	return sqlgraph.IsForeignKeyConstraintError(err)
}

// IsFull tells whether the database's disk is full. What had been committed is there; reading goes on.
func IsFull(err error) bool {
	if e := postgresError(err); e != nil {
		return e.Code == pqerror.DiskFull
	}
	return sqliteCode(err)&0xff == sqlite3.SQLITE_FULL || errors.Is(err, syscall.ENOSPC)
}

// IsOverflow tells whether the database gave up on a number that is too large for it.
func IsOverflow(err error) bool {
	if e := postgresError(err); e != nil {
		return e.Code == pqerror.NumericValueOutOfRange
	}
	return sqliteCode(err) == sqlite3.SQLITE_ERROR && strings.Contains(err.Error(), "integer overflow")
}

// IsUnavailable tells whether the database could not be reached or did not answer in time; it may by itself again.
func IsUnavailable(err error) bool {
	return sqliteCode(err)&0xff == sqlite3.SQLITE_BUSY || gone(err)
}

// gone tells whether a connection is of no more use after an error.
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

// UniqueColumns names the columns of the unique index that an error is of, without the table, in the index's
// order; nil where the error is none or does not say.
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

// transient tells whether a transaction that ended with this error was certainly not committed and may do on
// another try.
func transient(err error) bool {
	if errors.Is(err, ErrCommitUnknown) {
		return false
	}
	if e := postgresError(err); e != nil {
		switch e.Code {
		case pqerror.TRSerializationFailure, pqerror.TRDeadlockDetected,
			pqerror.ReadOnlySQLTransaction, // the server is no longer the primary: the connection is dropped, the next one may find it
			pqerror.TooManyConnections:
			return true
		}
	}
	return IsUnavailable(err) || stale(err)
}

// stale tells whether a prepared statement no longer fits: the schema changed, or the session is another's.
func stale(err error) bool {
	e := postgresError(err)
	return e != nil && (e.Code == pqerror.InvalidSQLStatementName ||
		e.Code == pqerror.FeatureNotSupported && strings.Contains(e.Message, "cached plan"))
}

// lostByServer tells whether the server said good-bye with this error.
func lostByServer(e *pq.Error) bool {
	switch e.Code {
	case pqerror.AdminShutdown, pqerror.CrashShutdown, pqerror.CannotConnectNow, pqerror.IdleInTransactionSessionTimeout:
		return true
	}
	return e.Code.Class() == "08"
}

// lost tells whether a connection was lost or never made.
func lost(err error) bool {
	var network net.Error
	return errors.Is(err, sqldriver.ErrBadConn) || errors.Is(err, errLost) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.As(err, &network) && !errors.Is(err, context.DeadlineExceeded)
}

// commitError gives a commit's error the meaning it has. lib/pq's are told apart where they arise: see [conn].
func commitError(err error) error {
	if sqliteCode(err)&0xff == sqlite3.SQLITE_IOERR {
		return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
	}
	return err
}
