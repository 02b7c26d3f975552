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

	"kopeck/files/layout"
	"kopeck/files/option"
	"kopeck/files/orders"
	"kopeck/files/sorted"
	"kopeck/files/textfile"
	"kopeck/schema"
	"kopeck/service/app"
	"kopeck/service/bulk"
	"kopeck/service/campaigns"
	"kopeck/service/contacts"
	"kopeck/service/customers"
	"kopeck/service/rates"
)

// put imports records: it is a method of bulk.Import.
type put[T any] func(ctx context.Context, records []T) ([]bulk.Verdict, error)

// run is one import.
type run[T any] struct {
	options  option.Options
	file     *layout.File
	open     func() (layout.Source[T], error)
	report   Report
	rejects  *rejects
	repeats  *sorted.Repeats // while they are being collected
	repeated []repeat        // by line

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
func Import(ctx context.Context, s *app.App, o option.Options) (Report, error) {
	begun := time.Now()
	if err := check(&o, s.Core); err != nil {
		return Report{}, err
	}
	f, err := layout.OpenFile(o)
	if err != nil {
		return Report{}, err
	}
	defer f.Close()
	var report Report
	err = s.Bulk.Import(ctx, func(ctx context.Context, i *bulk.Import) error {
		i.KnownCustomers, i.KnownProducts, i.Update = o.Customers == "known", o.Products == "known", o.Update
		report, err = importKind(ctx, s, i, o, f)
		return err
	})
	report.Took = time.Since(begun)
	return report, err
}

func importKind(ctx context.Context, s *app.App, i *bulk.Import, o option.Options, f *layout.File) (Report, error) {
	codes, err := ownFields(ctx, s, o.Kind)
	if err != nil {
		return Report{}, err
	}
	switch o.Kind {
	case option.Customers:
		report, err := importFile(ctx, o, f, i, i.Customers, func() (layout.Source[customers.Record], error) { return openCustomers(s.Core, o, f, codes) })
		if err != nil || !report.Written {
			return report, err
		}
		return report, refer(ctx, s.Core, o, f, codes, i, &report)
	case option.Contacts:
		return importFile(ctx, o, f, i, i.Contacts, func() (layout.Source[contacts.Record], error) { return openContacts(s.Core, o, f, codes) })
	case option.Rates:
		report, err := importFile(ctx, o, f, i, i.Rates, func() (layout.Source[rates.NewRate], error) { return openRates(s.Core, o, f) })
		if i.ContactsRestated+i.OrdersRestated > 0 {
			report.Notes = append(report.Notes, fmt.Sprintf("%d contacts and %d orders were restated", i.ContactsRestated, i.OrdersRestated))
		}
		return report, err
	case option.Spend:
		return importFile(ctx, o, f, i, i.Spends, func() (layout.Source[campaigns.SpendRecord], error) { return openSpend(s.Core, o, f) })
	case option.Orders:
		return importFile(ctx, o, f, i, i.Orders, func() (layout.Source[bulk.OrderRecord], error) { return orders.Open(s.Core, o, f, codes) })
	case option.Fields, option.Relations, option.ExpectedPrices:
		return importRelated(ctx, s, i, o, f)
	default:
		return importAssortment(ctx, s, i, o, f, codes)
	}
}

// ownFields returns the codes of the installation's own fields of which files of a kind have columns.
func ownFields(ctx context.Context, s *app.App, kind option.Kind) ([]string, error) {
	noun, ok := map[option.Kind]schema.FieldNoun{
		option.Customers: schema.FieldOfCustomer, option.Contacts: schema.FieldOfContact, option.Orders: schema.FieldOfOrder, option.Products: schema.FieldOfProduct,
	}[kind]
	if !ok {
		return nil, nil
	}
	return s.OwnFields.Codes(ctx, noun)
}

func importFile[T any](ctx context.Context, o option.Options, f *layout.File, i *bulk.Import, write put[T], open func() (layout.Source[T], error)) (Report, error) {
	r := &run[T]{options: o, file: f, open: open, imported: i, rejects: newRejects(o)}
	defer r.rejects.close()
	if err := r.check(ctx, write); err != nil {
		return r.report, err
	}
	if o.DryRun || o.Errors == option.RejectAll && r.report.Rejected > 0 {
		return r.finish()
	}
	i.Check, i.AllOrNothing = false, o.Errors == option.RejectAll
	i.AllNew = o.Errors == option.RejectAll && r.report.Present == 0 && len(r.repeated) == 0 // the check has asked the database
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
			"file": f.Path, "rows": report.Rows, "added": report.Added, "present": report.Present, "updated": report.Updated,
			"rejectedRows": report.Rejected, "customersAdded": report.CustomersAdded,
		})
	}
	return report, err
}

// check reads the file without writing: it finds what is in it twice and, where that is needed before anything is
// written, what the database would do with each record.
func (r *run[T]) check(ctx context.Context, write put[T]) error {
	ask := write
	if r.options.Errors == option.RejectRow && !r.options.DryRun {
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
		return textfile.Errorf("more than %d records are repeated in it", maxRepeated)
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
	r.report.Notes = append(r.report.Notes, r.file.Notes...)
	if left := r.left + r.grouped; left > 0 {
		r.report.Notes = append(r.report.Notes, fmt.Sprintf("%d rows were left out by --where", left))
	}
	if r.rounded > 0 {
		r.report.Notes = append(r.report.Notes, fmt.Sprintf("%d numbers had more decimals than there may be and were rounded off, half to even", r.rounded))
	}
	if r.joined > 0 {
		r.report.Notes = append(r.report.Notes, fmt.Sprintf("the rows of %d %s stood apart in the file and were put together", r.joined, r.options.Kind))
	}
	return r.report, err
}

// chunk is some records on their way from the file to the database.
type chunk[T any] struct {
	entries []*layout.Entry[T]
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
	chunks := make(chan chunk[T])
	defer func() {
		stop()
		for range chunks { // until the file is no longer read
		}
	}()
	go func() {
		defer close(chunks)
		for {
			b := read(in, r.options.Chunk)
			select {
			case chunks <- b:
			case <-ctx.Done():
				return
			}
			if b.err != nil {
				return
			}
		}
	}()
	for b := range chunks {
		if b.err != nil && !errors.Is(b.err, io.EOF) {
			return b.err
		}
		if err := r.settle(ctx, b.entries, write); err != nil {
			return err
		}
		if r.options.Progress != nil {
			r.options.Progress(option.Progress{
				Stage: stage, Read: b.passed, Total: r.file.Size, Records: r.report.Added + r.report.Present + r.report.Updated, Done: b.err != nil,
			})
		}
	}
	r.rounded, r.left = in.Counts()
	return ctx.Err()
}

// chunkBytes is how much of a file is in memory at most, twice over, whatever the number of records.
const chunkBytes = 8 << 20

func read[T any](in layout.Source[T], limit int) (b chunk[T]) {
	begun := in.Passed()
	for len(b.entries) < limit && in.Passed()-begun < chunkBytes {
		e, err := in.Next()
		if err != nil {
			b.err = err
			break
		}
		b.entries = append(b.entries, e)
	}
	b.passed = in.Passed()
	return b
}

// settle imports some records and counts what was done with them.
func (r *run[T]) settle(ctx context.Context, entries []*layout.Entry[T], write put[T]) error {
	verdicts := make([]bulk.Verdict, len(entries))
	records, at := make([]T, 0, len(entries)), make([]int, 0, len(entries))
	for n, e := range entries {
		if reason := r.judge(e); reason != "" {
			verdicts[n] = bulk.Verdict{Outcome: bulk.Rejected, Reason: reason}
		} else {
			records, at = append(records, e.Value), append(at, n)
		}
		if r.repeats != nil {
			r.scattered.add(e.Owner)
		}
		if r.repeats != nil && e.Key != "" {
			if err := r.repeats.Add(e.Key, e.Content, e.Rows[0].Line); err != nil {
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
		if e.Bad == 0 {
			e.Bad = verdicts[n].Line
		}
		if err := r.count(e, verdicts[n]); err != nil {
			return err
		}
	}
	return failed
}

// judge returns why a record is rejected before the database is asked, "" where it is not.
func (r *run[T]) judge(e *layout.Entry[T]) (reason string) {
	at, repeated := r.find(e)
	switch {
	case repeated && e.Apart:
		return fmt.Sprintf("it is too far apart from another of the same customer and date, on line %d: sort the file, or map a column that distinguishes them", r.repeated[at].first)
	case repeated && !r.repeated[at].same:
		return fmt.Sprintf("it is twice in the file, with other content on line %d", r.repeated[at].first)
	}
	return e.Fault
}

// count adds what was done with a record to the report.
func (r *run[T]) count(e *layout.Entry[T], v bulk.Verdict) error {
	r.report.Rows += int64(len(e.Rows))
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
func (r *run[T]) find(e *layout.Entry[T]) (at int, found bool) {
	return slices.BinarySearchFunc(r.repeated, e.Rows[0].Line, func(a repeat, line int64) int { return cmp.Compare(a.line, line) })
}

func (r *run[T]) isRepeat(e *layout.Entry[T]) bool {
	_, found := r.find(e)
	return found
}

func (r *run[T]) reject(e *layout.Entry[T], reason string) error {
	for _, one := range e.Rows {
		why := reason
		if e.Bad != 0 && e.Bad != one.Line {
			why = fmt.Sprintf("line %d of the same record is bad: %s", e.Bad, reason)
		}
		why = strings.TrimPrefix(why, fmt.Sprintf("line %d: ", one.Line)) // the report says it
		r.report.Rejected++
		if err := r.rejects.add(Reject{one.Line, why, textfile.ShownRow(one.Raw)}); err != nil {
			return err
		}
	}
	return nil
}
