package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

func TestOutage(t *testing.T) {
	t.Parallel()
	server := func(code pqerror.Code) error { return &pq.Error{Code: code} }
	for name, c := range map[string]struct {
		err  error
		want string // in the message; "" for what is no outage
	}{
		"none":                      {nil, ""},
		"disk full":                 {server(pqerror.DiskFull), "disk"},
		"no space for a file":       {fmt.Errorf("write: %w", syscall.ENOSPC), "disk"},
		"a standby":                 {server(pqerror.ReadOnlySQLTransaction), "no changes"},
		"a read-only file system":   {syscall.EROFS, "no changes"},
		"read-only, asked":          {errReadOnly, "no changes"},
		"shut down":                 {server(pqerror.AdminShutdown), "not available"},
		"starting up":               {server(pqerror.CannotConnectNow), "not available"},
		"too many connections":      {server(pqerror.TooManyConnections), "not available"},
		"accepts no connections":    {server(pqerror.ObjectNotInPrerequisiteState), "not available"},
		"lets nobody in":            {server(pqerror.InvalidPassword), "not available"},
		"dropped":                   {server(pqerror.InvalidCatalogName), "not available"},
		"the server's disk fails":   {server(pqerror.IOError), "not available"},
		"a lost connection":         {io.ErrUnexpectedEOF, "not available"},
		"refused":                   {fmt.Errorf("dial: %w", syscall.ECONNREFUSED), "not available"},
		"lost in a commit":          {fmt.Errorf("%w: %w", ErrCommitUnknown, io.ErrUnexpectedEOF), "not known"},
		"the file is gone":          {ErrFileGone, "gone"},
		"a duplicate":               {server(pqerror.UniqueViolation), ""},
		"a statement that is wrong": {server(pqerror.SyntaxError), ""},
		"a statement too slow":      {server(pqerror.QueryCanceled), ""},
		"a deadline":                {context.DeadlineExceeded, ""},
		"a defect of the program":   {errors.New("no"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Outage(c.err)
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("%q, want %q in it", got, c.want)
			}
		})
	}
}
