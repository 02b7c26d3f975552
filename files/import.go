package files

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"kopeck/service/app"
	"kopeck/service/bulk"
	"kopeck/service/contacts"
	"kopeck/service/customers"
	"kopeck/service/rates"
)

// entry is one record of a file: an order, a customer, a contact or a rate, and its rows.
type entry[T any] struct {
	rows    []rowText
	key     string // by which the file distinguishes records; "" where that cannot be read
	content string // what another record of the key must have, to be the same
	owner   string // whose it is, of orders; "" where that cannot be told
	apart   bool   // rows of one key may not stand apart, even if their content is the same
	value   T
	fault   string // why the record is bad, "" where it is not
	bad     int64  // the line whose fault it is
}

// rowText is a row as the file has it.
type rowText struct {
	line int64
	raw  string
}

// source reads a file's records one by one, to io.EOF.
type source[T any] struct {
	next   func() (*entry[T], error)
	passed func() int64 // bytes read so far
	groups *groupable   // the rows alone, to be brought into another order instead; nil where that is not needed
	values *values      // by which the rows are read
}

// put imports records: it is a method of bulk.Import.
type put[T any] func(ctx context.Context, records []T) ([]bulk.Verdict, error)

// run is one import.
type run[T any] struct {
	options  Options
	file     *file
	open     func() (source[T], error)
	report   Report
	rejects  *rejects
	repeats  *repeats // while they are being collected
	repeated []repeat // by line

	scattered scattered // what the first pass finds of it
	joined    int       // orders whose rows stood apart
	rounded   int64     // numbers that the last pass rounded off
	left      int64     // rows that it left out
	grouped   int64     // rows that were left out when the rows were grouped
	imported  *bulk.Import
}

// Import imports a file. The errors are ErrOptions, ErrFile and those of the database, and of the context; then the
// chunks that were written stay, and repeating the import continues it. Rejected rows are no error: they are in the
// report.
func Import(ctx context.Context, s *app.App, o Options) (Report, error) {
	begun := time.Now()
	if err := o.check(s); err != nil {
		return Report{}, err
	}
	f, err := openFile(o)
	if err != nil {
		return Report{}, err
	}
	defer f.close()
	var report Report
	err = s.Bulk.Import(ctx, func(ctx context.Context, i *bulk.Import) error {
		i.KnownCustomers, i.KnownProducts, i.Update = o.Customers == "known", o.Products == "known", o.Update
		report, err = importKind(ctx, s, i, o, f)
		return err
	})
	report.Took = time.Since(begun)
	return report, err
}

func importKind(ctx context.Context, s *app.App, i *bulk.Import, o Options, f *file) (Report, error) {
	switch o.Kind {
	case Customers:
		report, err := importFile(ctx, o, f, i, i.Customers, func() (source[customers.Record], error) { return openCustomers(s, o, f) })
		if err != nil || !report.Written {
			return report, err
		}
		return report, refer(ctx, s, o, f, i, &report)
	case Contacts:
		return importFile(ctx, o, f, i, i.Contacts, func() (source[contacts.Record], error) { return openContacts(s, o, f) })
	case Rates:
		report, err := importFile(ctx, o, f, i, i.Rates, func() (source[rates.NewRate], error) { return openRates(s, o, f) })
		if i.ContactsRestated+i.OrdersRestated > 0 {
			report.Notes = append(report.Notes, fmt.Sprintf("%d contacts and %d orders were restated", i.ContactsRestated, i.OrdersRestated))
		}
		return report, err
	default:
		return importFile(ctx, o, f, i, i.Orders, func() (source[bulk.OrderRecord], error) { return openOrders(s, o, f) })
	}
}

func importFile[T any](ctx context.Context, o Options, f *file, i *bulk.Import, write put[T], open func() (source[T], error)) (Report, error) {
	r := &run[T]{options: o, file: f, open: open, imported: i, rejects: newRejects(o)}
	defer r.rejects.close()
	if err := r.check(ctx, write); err != nil {
		return r.report, err
	}
	if o.DryRun || o.Errors == RejectAll && r.report.Rejected > 0 {
		return r.finish()
	}
	i.Check, i.AllOrNothing = false, o.Errors == RejectAll
	i.AllNew = o.Errors == RejectAll && r.report.Present == 0 && len(r.repeated) == 0 // the check has asked the database
	r.begin()
	r.report.Written = true
	err := r.pass(ctx, "writing", write)
	r.report.CustomersAdded = i.CustomersAdded
	if errors.Is(err, bulk.ErrRejected) {
		err = fmt.Errorf("the database was changed by others since the file was checked, and a row is bad now; the chunks before it are written: %w", err)
	}
	if err != nil {
		return r.report, err
	}
	report, err := r.finish()
	if err == nil {
		err = i.Finish(ctx, string(o.Kind), map[string]any{
			"file": f.name, "rows": report.Rows, "added": report.Added, "present": report.Present, "updated": report.Updated,
			"rejectedRows": report.Rejected, "customersAdded": report.CustomersAdded,
		})
	}
	return report, err
}

// check reads the file without writing: it finds what is in it twice and, where that is needed before anything is
// written, what the database would do with each record.
func (r *run[T]) check(ctx context.Context, write put[T]) error {
	ask := write
	if r.options.Errors == RejectRow && !r.options.DryRun {
		ask = nil
	}
	r.imported.Check = true
	skipped, err := r.findRepeated(ctx, ask)
	if err != nil {
		return err
	}
	if len(r.repeated) == 0 {
		return r.gather()
	}
	if grouped, err := r.group(); err != nil {
		return err
	} else if grouped {
		if skipped, err = r.findRepeated(ctx, ask); err != nil || len(r.repeated) == 0 {
			return err
		}
	}
	if skipped > 0 {
		return fileError("more than %d records are repeated in it", maxRepeated)
	}
	slices.SortFunc(r.repeated, func(a, b repeat) int { return cmp.Compare(a.line, b.line) })
	if ask == nil {
		return nil
	}
	r.begin()
	return r.pass(ctx, "checking", ask)
}

// begin resets what the last pass counted.
func (r *run[T]) begin() {
	r.report = Report{Kind: r.options.Kind, DryRun: r.options.DryRun}
	r.rejects.begin()
}

func (r *run[T]) finish() (Report, error) {
	err := r.rejects.write()
	r.report.RejectsFile = r.rejects.name()
	r.report.First = r.rejects.first
	r.report.Notes = append(r.report.Notes, r.file.notes...)
	if left := r.left + r.grouped; left > 0 {
		r.report.Notes = append(r.report.Notes, fmt.Sprintf("%d rows were left out by --where", left))
	}
	if r.rounded > 0 {
		r.report.Notes = append(r.report.Notes, fmt.Sprintf("%d numbers had more decimals than there may be and were rounded off, half to even", r.rounded))
	}
	if r.joined > 0 {
		r.report.Notes = append(r.report.Notes, fmt.Sprintf("the rows of %d orders stood apart in the file and were put together", r.joined))
	}
	return r.report, err
}

// batch is some records on their way from the file to the database.
type batch[T any] struct {
	entries []*entry[T]
	passed  int64
	err     error // io.EOF behind the last
}

// pass reads the whole file once and passes its records to write, unless that is nil; reading goes on meanwhile.
func (r *run[T]) pass(ctx context.Context, stage string, write put[T]) error {
	in, err := r.open()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	batches := make(chan batch[T])
	defer func() {
		stop()
		for range batches { // until the file is no longer read
		}
	}()
	go func() {
		defer close(batches)
		for {
			b := read(in, r.options.Chunk)
			select {
			case batches <- b:
			case <-ctx.Done():
				return
			}
			if b.err != nil {
				return
			}
		}
	}()
	for b := range batches {
		if b.err != nil && !errors.Is(b.err, io.EOF) {
			return b.err
		}
		if err := r.settle(ctx, b.entries, write); err != nil {
			return err
		}
		if r.options.Progress != nil {
			r.options.Progress(Progress{stage, b.passed, r.file.size, r.report.Added + r.report.Present + r.report.Updated, b.err != nil})
		}
	}
	if in.values != nil {
		r.rounded, r.left = in.values.rounded, in.values.left
	}
	return ctx.Err()
}

// chunkBytes is how much of a file is in memory at most, twice over, whatever the number of records.
const chunkBytes = 8 << 20

func read[T any](in source[T], most int) (b batch[T]) {
	begun := in.passed()
	for len(b.entries) < most && in.passed()-begun < chunkBytes {
		e, err := in.next()
		if err != nil {
			b.err = err
			break
		}
		b.entries = append(b.entries, e)
	}
	b.passed = in.passed()
	return b
}

// settle imports some records and counts what was done with them.
func (r *run[T]) settle(ctx context.Context, entries []*entry[T], write put[T]) error {
	verdicts := make([]bulk.Verdict, len(entries))
	records, at := make([]T, 0, len(entries)), make([]int, 0, len(entries))
	for n, e := range entries {
		if reason := r.judge(e); reason != "" {
			verdicts[n] = bulk.Verdict{Outcome: bulk.Rejected, Reason: reason}
		} else {
			records, at = append(records, e.value), append(at, n)
		}
		if r.repeats != nil {
			r.scattered.add(e.owner)
		}
		if r.repeats != nil && e.key != "" {
			if err := r.repeats.add(e.key, e.content, e.rows[0].line); err != nil {
				return err
			}
		}
	}
	var failed error
	if write != nil && len(records) > 0 {
		answered, err := write(ctx, records)
		if failed = err; err != nil && !errors.Is(err, bulk.ErrRejected) {
			return err
		}
		for n, v := range answered {
			if v.Outcome == bulk.Added && r.imported.Check && r.isRepeat(entries[at[n]]) {
				v.Outcome = bulk.Present // when its first is written
			}
			verdicts[at[n]] = v
		}
	}
	for n, e := range entries {
		if err := r.count(e, verdicts[n]); err != nil {
			return err
		}
	}
	return failed
}

// judge returns why a record is rejected before the database is asked, "" where it is not.
func (r *run[T]) judge(e *entry[T]) (reason string) {
	at, repeated := r.find(e)
	switch {
	case repeated && e.apart:
		return fmt.Sprintf("it is too far apart from another of the same customer and date, on line %d: sort the file, or map a column that distinguishes them", r.repeated[at].first)
	case repeated && !r.repeated[at].same:
		return fmt.Sprintf("it is twice in the file, with other content on line %d", r.repeated[at].first)
	}
	return e.fault
}

// count adds what was done with a record to the report.
func (r *run[T]) count(e *entry[T], v bulk.Verdict) error {
	r.report.Rows += int64(len(e.rows))
	switch v.Outcome {
	case bulk.Added:
		r.report.Added++
	case bulk.Present:
		r.report.Present++
	case bulk.Updated:
		r.report.Updated++
	default:
		return r.reject(e, v.Reason)
	}
	return nil
}

// find looks for an entry among those that are repeated in the file.
func (r *run[T]) find(e *entry[T]) (at int, found bool) {
	return slices.BinarySearchFunc(r.repeated, e.rows[0].line, func(a repeat, line int64) int { return cmp.Compare(a.line, line) })
}

func (r *run[T]) isRepeat(e *entry[T]) bool {
	_, found := r.find(e)
	return found
}

func (r *run[T]) reject(e *entry[T], reason string) error {
	for _, one := range e.rows {
		why := reason
		if e.bad != 0 && e.bad != one.line {
			why = fmt.Sprintf("line %d of the same record is bad: %s", e.bad, reason)
		}
		r.report.Rejected++
		if err := r.rejects.add(Reject{one.line, why, shownRow(one.raw)}); err != nil {
			return err
		}
	}
	return nil
}

func shownRow(raw string) string {
	if len(raw) > shownOfRow {
		return strings.ToValidUTF8(raw[:shownOfRow], "") + "…"
	}
	return raw
}

// blame notes what is wrong with an entry and on which line, unless something else was wrong before.
func (e *entry[T]) blame(line int64, fault string) {
	if e.fault == "" {
		e.fault, e.bad = fault, line
	}
}
