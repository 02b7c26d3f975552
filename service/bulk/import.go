package bulk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"kopeck/fault"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/customers"
	"kopeck/store"
)

// Outcome is what an import did with a record.
type Outcome int

// The outcomes.
const (
	Added    Outcome = iota
	Present          // it existed already, with the same content
	Updated          // it existed with other content, which was replaced
	Rejected         // for Verdict.Reason
)

// Verdict is what an import did with one record, and why.
type Verdict struct {
	Outcome Outcome
	Reason  string
	Line    int64 // of the file, of the row that is bad where a record has several; 0: not known
}

// Import writes records in bulk: each call of Orders, Customers or Contacts is one transaction with all of its records, in few
// statements, with everything that follows from them. (A call of Orders on PostgreSQL is two transactions side by side, of
// different customers.) It works as the system, past the guard: it is for the command line. An Import must not be used
// concurrently.
type Import struct {
	Check          bool // only find out what would happen, and change nothing
	AllOrNothing   bool // a rejected record undoes its transaction; the call then returns ErrRejected with the verdicts
	KnownCustomers bool // reject orders and contacts of customers that do not exist; else the customers are created
	KnownProducts  bool // reject orders with lines of products that do not exist; else the products are created, inactive
	Update         bool // change customers that exist with other content

	CustomersAdded int64 // so far, for orders and contacts

	ContactsRestated, OrdersRestated int64 // so far, for rates

	// AllNew states that none of the orders exists, as a call with Check has found: they are not looked up. If one has been
	// written since, its id is taken, and the call then looks all of them up.
	AllNew bool

	service  *Service
	sessions []*store.Session // one on SQLite, which has one writer; two on PostgreSQL
}

// ErrRejected reports that a call of an [Import] has changed nothing because a record was rejected.
var ErrRejected = errors.New("bulk: a record was rejected, so none was written")

// chunk is the work on the records of one call.
type chunk struct {
	*Import
	bulk     *store.Bulk  // nil when only checking
	reader   store.Reader // the transaction where there is one, else the store
	allNew   bool         // see Import.AllNew
	verdicts []Verdict
	people   map[string]string   // users by folded e-mail
	newStaff map[string]string   // e-mails of those of them who do not exist yet, by id
	affected map[string]bool     // customers whose derived state must be settled
	made     []*customers.Record // new customers
	moves    []books.DueChange   // the changes of their stage

	own    ownFields
	before map[string]*customers.Record // the customers that are changed, as they were, by id
}

func rejected(format string, args ...any) Verdict {
	return Verdict{Outcome: Rejected, Reason: fmt.Sprintf(format, args...)}
}

// run does the work in a transaction, or only reads. A unique index that others filled at the same moment makes it try a second time.
func (i *Import) run(ctx context.Context, session *store.Session, records int, do func(ctx context.Context, c *chunk) error) (*chunk, error) {
	allNew := i.AllNew
	fresh := func(b *store.Bulk, reader store.Reader) *chunk {
		return &chunk{
			Import: i, bulk: b, reader: reader, allNew: allNew, verdicts: make([]Verdict, records), people: map[string]string{}, newStaff: map[string]string{},
			affected: map[string]bool{}, before: map[string]*customers.Record{},
		}
	}
	if i.Check && i.service.Store.OneWriter() { // a transaction that only reads would keep writers waiting
		c := fresh(nil, i.service.Store)
		return c, do(ctx, c)
	}
	var c *chunk
	attempt := func() error {
		return session.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error {
			if c = fresh(b, b.Tx); i.Check {
				c.bulk = nil
			}
			if err := do(ctx, c); err != nil {
				return err
			}
			if i.AllOrNothing && !i.Check && slices.ContainsFunc(c.verdicts, func(v Verdict) bool { return v.Outcome == Rejected }) {
				return ErrRejected
			}
			return nil
		})
	}
	err := attempt()
	for try := 1; try < 5 && store.IsUnique(err); try++ {
		allNew = false
		err = attempt()
	}
	return c, err
}

// alone is run on one connection.
func (i *Import) alone(ctx context.Context, records int, do func(ctx context.Context, c *chunk) error) ([]Verdict, error) {
	c, err := i.run(ctx, i.sessions[0], records, do)
	if err != nil && !errors.Is(err, ErrRejected) {
		return nil, err
	}
	if err == nil && !i.Check {
		i.CustomersAdded += int64(len(c.made))
	}
	return c.verdicts, err
}

// Finish records in the audit what an import did, as anything that becomes JSON. If the last day of which orders are known is another
// by it, all customers are settled before it returns.
func (i *Import) Finish(ctx context.Context, kind string, detail any) error {
	if i.Check {
		return nil
	}
	s := i.service
	err := s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.Audit(ctx, tx, "import."+kind, kind, detail); err != nil {
			return err
		}
		return s.value.ReadObserved(ctx, tx)
	})
	if err == nil {
		s.value.WaitSettled(ctx)
	}
	return err
}

// reason returns the text of a fault for readers of the file of rejected rows.
func reason(err error) string {
	all := fault.All(err)
	if len(all) == 0 {
		return err.Error()
	}
	text := ""
	for i, one := range all {
		if i > 0 {
			text += "; "
		}
		for _, part := range one.Path {
			text += part + ": "
		}
		text += one.Message
	}
	return text
}

// settle brings what is derived from the facts of the affected customers up to date, and notifies the subscribers once for
// all of them.
func (c *chunk) settle(ctx context.Context) error {
	if err := c.service.books.SettleImported(ctx, c.bulk.Tx, slices.Collect(maps.Keys(c.affected))); err != nil {
		return err
	}
	return c.service.CustomerChanged(ctx, c.bulk.Tx, service.EveryCustomer, service.Anything)
}
