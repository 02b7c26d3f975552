// Package assortment imports and exports what is sold and at what price, in bulk, for the command line: definitions of measurements, products
// with their price terms, recipes with their options, price rules and agreements. It works as the system, past the guard.
//
// A file of Kopeck's own format carries both times of what is dated. When something was recorded is taken from a file only for what this
// installation has never had: what was known here at a moment stays what it was. Everything else is recorded now.
//
// The rules are those of the verbs of packages catalogue and quote, which may be imported, as may service, service/input, service/field,
// ownfields, rates, and bulk, whose verdicts are given. What reads or writes past the guard is in unguarded*.go.
package assortment

import (
	"context"
	"strings"
	"time"

	"kopeck/fault"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/catalogue"
	"kopeck/service/ownfields"
	"kopeck/service/quote"
	"kopeck/service/rates"
	"kopeck/store"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	catalogue *catalogue.Service
	quote     *quote.Service
	rates     *rates.Service
}

// New makes the verbs.
func New(core *service.Core, catalogue *catalogue.Service, quote *quote.Service, rates *rates.Service) *Service {
	return &Service{Core: core, catalogue: catalogue, quote: quote, rates: rates}
}

// Import writes records in bulk: each call is one transaction with all of its records, and with what follows from them. An Import must not
// be used concurrently.
type Import struct {
	Check        bool // only find out what would happen, and change nothing
	AllOrNothing bool // a rejected record undoes its transaction; the call then returns bulk.ErrRejected with the verdicts
	Update       bool // change what exists with other content

	OrdersRestated int64 // so far, by recipes

	service *Service
	recipes recipeBook
	given   map[string]bool // the ids of rules and agreements that the file has had so far
}

// NewImport begins an import.
func (s *Service) NewImport() *Import { return &Import{service: s, given: map[string]bool{}} }

// chunk is the work on the records of one call.
type chunk struct {
	*Import

	tx       *store.Tx
	bulk     *store.Bulk // nil when only checking
	verdicts []bulk.Verdict
	at       time.Time // see moment
}

// moment is when everything that the call records is recorded, and what "now" means in its records. It is that of the first who asks for it,
// when what the records are compared with is held.
func (c *chunk) moment() time.Time {
	if c.at.IsZero() {
		c.at = c.service.Now()
	}
	return c.at
}

// run does the work on some records, in a transaction that only reads when checking.
func (i *Import) run(ctx context.Context, records int, do func(ctx context.Context, c *chunk) error) ([]bulk.Verdict, error) {
	return bulk.Together(bypassGuard(ctx), i.service.Store, i.Check, i.AllOrNothing, records, func(ctx context.Context, tx *store.Tx, b *store.Bulk, verdicts []bulk.Verdict) error {
		return do(ctx, &chunk{Import: i, tx: tx, bulk: b, verdicts: verdicts})
	})
}

// changed says that the price book has changed.
func (c *chunk) changed(ctx context.Context) error {
	return c.service.SnapshotChanged(ctx, c.tx, service.SnapshotBook)
}

func rejected(reason string) bulk.Verdict {
	return bulk.Verdict{Outcome: bulk.Rejected, Reason: reason}
}

// rejectedFor rejects a record for the faults of an error.
func rejectedFor(err error) bulk.Verdict { return rejected(reason(err, nil)) }

// reason returns the text of faults for readers of the file of rejected rows: with the columns of files, those of the kind before others.
func reason(err error, ofKind map[string]string) string {
	all := fault.All(err)
	if len(all) == 0 {
		return err.Error()
	}
	texts := make([]string, len(all))
	for n, one := range all {
		texts[n] = textOfFault(one.Path, one.Message, ofKind)
	}
	return strings.Join(texts, "; ")
}

// textOfFault is the text of a fault of some path.
func textOfFault(path []string, message string, ofKind map[string]string) string {
	if len(path) > 0 && strings.HasPrefix(path[0], ownfields.Column("")) { // its code may be a name that the API has, too
		return path[0] + ": " + message
	}
	text := ""
	for _, part := range path {
		if column := ofKind[part]; column != "" {
			part = column
		}
		text += columns.Replace(part) + ": "
	}
	return text + columns.Replace(message)
}

// columns are the columns of files by the fields of the API.
var columns = strings.NewReplacer(
	"productSku", "part", "quantityFormula", "formula", "overrideFloorReason", "reason", "listPrice", "list_price", "bundleDiscount", "bundle_discount",
	"minimumMargin", "minimum_margin", "taxCode", "tax_code", "validFrom", "valid_from", "validTo", "valid_to", "minimumQuantity", "minimum_quantity",
	"standardLeadDays", "lead_days", "customerId", "customer_id", "productId", "sku",
)

// existsOtherwise rejects a record that differs from what exists.
func existsOtherwise(what string, differ []string) bulk.Verdict {
	return rejected("the " + what + " is there already with another " + strings.Join(differ, ", ") + "; --update changes it")
}

// errPast is why a record with its own moment of recording is rejected.
const errPast = "recorded_at: this was recorded elsewhere, and of the same %s others are recorded here: a file cannot change what was known here; leave out id and recorded_at to record it now"
