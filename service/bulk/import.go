package bulk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"entgo.io/ent/dialect"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/store"
)

// Outcome is what became of an imported record.
type Outcome int

// The outcomes.
const (
	Added    Outcome = iota
	Present          // it was there already, with the same content
	Updated          // it was there with other content, which was replaced
	Rejected         // Verdict.Reason says why
)

// Verdict is what became of one imported record.
type Verdict struct {
	Outcome Outcome
	Reason  string
}

// Import writes records that come in bulk: each call of Orders, Customers or Contacts is one transaction over
// all that it is given (of Orders on PostgreSQL two side by side, each of other customers), in few statements, with everything that follows from them. It works as the
// system, past the rules of who may see what: it is for the command line. An Import is not for several goroutines.
type Import struct {
	Check          bool // says what would happen, and changes nothing
	AllOrNothing   bool // a rejected record undoes its transaction; the call then gives ErrRejected beside the verdicts
	KnownCustomers bool // orders and contacts of customers that are not there are rejected; else the customers are made
	Update         bool // customers that are there with other content are changed

	CustomersAdded int64 // so far, for orders and contacts

	ContactsRestated, OrdersRestated int64 // so far, for rates

	// AllNew says that none of the orders is there, as a call with Check has found: they are not looked for. One that
	// has come since is found by its id, and the call then looks for all of them.
	AllNew bool

	service  *Service
	sessions []*store.Session // one on SQLite, which has one writer; two on PostgreSQL
}

// ErrRejected says that a call of an [Import] has changed nothing because a record was rejected.
var ErrRejected = errors.New("service: a record was rejected, so none was written")

// chunk is the work on the records of one call.
type chunk struct {
	*Import
	bulk     *store.Bulk  // nil when only checking
	reader   store.Reader // the transaction where there is one, else the store
	allNew   bool         // see Import.AllNew
	verdicts []Verdict
	people   map[string]string // users by folded e-mail
	newStaff map[string]string // e-mails of those of them who are not known here, by id
	affected map[string]bool   // customers whose derived state must be settled
	made     []*ent.Customer   // customers that are made
	moves    []books.Move      // the changes of their stage
}

func rejected(format string, args ...any) Verdict {
	return Verdict{Rejected, fmt.Sprintf(format, args...)}
}

// Import runs a function that imports records, with connections of its own.
func (s *Service) Import(ctx context.Context, do func(ctx context.Context, i *Import) error) error {
	return s.Store.Session(auth.System(ctx), func(ctx context.Context, first *store.Session) error {
		if s.Store.Dialect() == dialect.SQLite {
			return do(ctx, &Import{service: s, sessions: []*store.Session{first}})
		}
		return s.Store.Session(ctx, func(ctx context.Context, second *store.Session) error {
			return do(ctx, &Import{service: s, sessions: []*store.Session{first, second}})
		})
	})
}

// run does the work in a transaction, or only looks. What others wrote at the same moment is met by a second try.
func (i *Import) run(ctx context.Context, session *store.Session, records int, do func(ctx context.Context, c *chunk) error) (*chunk, error) {
	allNew := i.AllNew
	fresh := func(b *store.Bulk, reader store.Reader) *chunk {
		return &chunk{
			Import: i, bulk: b, reader: reader, allNew: allNew, verdicts: make([]Verdict, records), people: map[string]string{}, newStaff: map[string]string{},
			affected: map[string]bool{},
		}
	}
	if i.Check && i.service.Store.Dialect() == dialect.SQLite { // a transaction that only looks would keep writers waiting
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

// alone is run on one connection, for what is not worth more.
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

// each reads the rows of a query.
func (c *chunk) each(ctx context.Context, query string, args []any, row func(scan store.ScanFunc) error) error {
	return store.Each(ctx, c.reader, query, args, row)
}

// look reads the rows whose column has one of the values. The query ends with WHERE.
func (c *chunk) look(ctx context.Context, query, column, behind string, values []string, row func(scan store.ScanFunc) error) error {
	slices.Sort(values)
	// So many at a time that PostgreSQL looks each up in the index, even in a table that it has no statistics of yet.
	for some := range slices.Chunk(slices.Compact(values), store.IDsPerStatement) {
		list, err := store.List(c.service.Store, some)
		if err != nil {
			return err
		}
		if err := c.each(ctx, query+" "+store.Among(c.service.Store, column)+behind, []any{list}, row); err != nil {
			return err
		}
	}
	return nil
}

// Finish records in the audit what an import did, as anything that becomes JSON.
func (i *Import) Finish(ctx context.Context, kind string, detail any) error {
	if i.Check {
		return nil
	}
	s := i.service
	return s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		return s.Audit(ctx, tx, "import."+kind, kind, detail)
	})
}

// reason gives the text of a fault for whoever reads the file of rejected rows.
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

// settle brings what is derived from the facts of the affected customers up to date, and tells whoever listens
// that customers have changed: all of them at once, not one by one.
func (c *chunk) settle(ctx context.Context) error {
	if err := c.service.books.SettleImported(ctx, c.bulk.Tx, slices.Collect(maps.Keys(c.affected))); err != nil {
		return err
	}
	return c.service.CustomerChanged(ctx, c.bulk.Tx, service.EveryCustomer)
}

// findStaff finds users by e-mail, and gives ids to those who are not known here.
func (c *chunk) findStaff(ctx context.Context, emails []string) error {
	keys := make([]string, 0, len(emails))
	for _, address := range emails {
		keys = append(keys, input.EmailKey(address))
	}
	err := c.look(ctx, "SELECT id, email_key FROM users WHERE deleted_at IS NULL AND", "email_key", "", keys, func(scan store.ScanFunc) error {
		var userID, key string
		err := scan(&userID, &key)
		c.people[key] = userID
		return err
	})
	for _, address := range emails {
		if key := input.EmailKey(address); c.people[key] == "" {
			c.people[key] = c.service.IDs.Make(id.User)
			c.newStaff[c.people[key]] = address
		}
	}
	return err
}

// addStaff makes those of the users who were not known: inactive and without a password, for nobody here said who
// they are.
func (c *chunk) addStaff(ctx context.Context, userIDs []string) error {
	slices.Sort(userIDs)
	wanted := slices.DeleteFunc(slices.Compact(userIDs), func(one string) bool { return c.newStaff[one] == "" })
	if len(wanted) == 0 {
		return nil
	}
	now := c.service.Now()
	_, err := c.bulk.Copy(ctx, "users", []string{"id", "created_at", "updated_at", "email", "email_key", "name", "role", "active"}, func(yield func([]any) bool) {
		for _, userID := range wanted {
			address := c.newStaff[userID]
			if !yield([]any{userID, now, now, address, input.EmailKey(address), address, string(schema.RoleSales), false}) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	return c.service.Touch(ctx, c.bulk.Tx, service.SnapshotPeople)
}
