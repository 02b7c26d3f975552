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

// connector opens PostgreSQL connections of type [conn].
type connector struct {
	config     pq.Config
	statements int
	timeout    time.Duration // of one statement, enforced by the server; none if negative
	pooled     atomic.Bool   // a pooler has refused our startup parameters
}

func (t target) openPostgres(statements int, timeout time.Duration) *sql.DB {
	return sql.OpenDB(&connector{config: t.config, statements: statements, timeout: timeout})
}

// Driver implements driver.Connector.
func (c *connector) Driver() sqldriver.Driver { return &pq.Driver{} }

// Connect implements driver.Connector.
//
// A pooler in transaction mode (pgbouncer) may use another server session for each transaction, where our prepared
// statements do not exist. So each connection sets a random mark as a parameter of its session, and statements are kept
// only where the session returns the same mark. A pooler that refuses unknown startup parameters is connected to
// without them; statement_timeout must then be set on the role.
func (c *connector) Connect(ctx context.Context) (sqldriver.Conn, error) {
	if !c.pooled.Load() {
		mark := rand.Text()
		parameters := map[string]string{"kopeck.session": mark, "idle_in_transaction_session_timeout": "60s"}
		if c.timeout > 0 {
			parameters["statement_timeout"] = strconv.FormatInt(max(1, c.timeout.Milliseconds()), 10)
		}
		made, err := c.dial(ctx, parameters)
		if err == nil {
			made.keep(ctx, c.statements, mark)
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
		if _, given := config.Runtime[key]; !given { // a parameter in the URL takes precedence
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
		return nil, fmt.Errorf("store: lib/pq's connection %T lacks a method that this package uses", opened)
	}
	made := &conn{pqConn: inner, wire: dialer.session()}
	pq.SetNoticeHandler(opened, func(notice *pq.Error) {
		if notice.Code.Class() == "01" {
			made.warning = notice
		}
	})
	return made, nil
}
