package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	sqldriver "database/sql/driver"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lib/pq"
)

// connector makes PostgreSQL connections that return in time and keep prepared statements: see [conn].
type connector struct {
	config     pq.Config
	statements int
	timeout    time.Duration // of one statement, on the server's side; below 0 none
	pooled     atomic.Bool   // a pooler refused our parameters once
}

func (t target) openPostgres(statements int, timeout time.Duration) *sql.DB {
	return sql.OpenDB(&connector{config: t.config, statements: statements, timeout: timeout})
}

// Driver implements driver.Connector.
func (c *connector) Driver() sqldriver.Driver { return &pq.Driver{} }

// Connect implements driver.Connector.
//
// A pooler in transaction mode (pgbouncer) lends us another server session for each transaction: a prepared
// statement of ours may then be another's. So each connection is begun with a random word as a parameter of its
// session, and statements are kept only where the session answers with the same word. A pooler
// that refuses parameters it does not know is met without them: then set statement_timeout on the role.
func (c *connector) Connect(ctx context.Context) (sqldriver.Conn, error) {
	if !c.pooled.Load() {
		word := rand.Text()
		parameters := map[string]string{"kopeck.session": word, "idle_in_transaction_session_timeout": "60s"}
		if c.timeout > 0 {
			parameters["statement_timeout"] = strconv.FormatInt(max(1, c.timeout.Milliseconds()), 10)
		}
		made, err := c.dial(ctx, parameters)
		if err == nil {
			made.keep(ctx, c.statements, word)
			return made, nil
		}
		e := postgresError(err)
		if e == nil || !strings.Contains(e.Message, "unsupported startup parameter") {
			return nil, err
		}
		c.pooled.Store(true)
	}
	made, err := c.dial(ctx, nil)
	if err != nil {
		return nil, err
	}
	return made, nil
}

func (c *connector) dial(ctx context.Context, parameters map[string]string) (*conn, error) {
	config := c.config.Clone()
	if config.Runtime == nil {
		config.Runtime = map[string]string{}
	}
	for key, value := range parameters {
		if _, given := config.Runtime[key]; !given { // what the URL says goes first
			config.Runtime[key] = value
		}
	}
	opener, err := pq.NewConnectorConfig(config)
	if err != nil {
		return nil, err
	}
	dialer := &dialer{}
	opener.Dialer(dialer)
	ended := context.AfterFunc(ctx, dialer.cut)
	opened, err := opener.Connect(ctx)
	ended()
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	inner, ok := opened.(pqConn)
	if !ok {
		opened.Close()
		return nil, fmt.Errorf("store: lib/pq's connection %T lacks a method that we rely on", opened)
	}
	made := &conn{pqConn: inner, wire: dialer.session()}
	pq.SetNoticeHandler(opened, func(notice *pq.Error) {
		if notice.Code.Class() == "01" {
			made.warning = notice
		}
	})
	return made, nil
}
