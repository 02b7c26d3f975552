// Package related imports and exports in bulk, for the command line, what stands beside customers, contacts, orders and products: the definitions
// of the installation's own fields, the relations between customers, and the prices that customers expected. It works as the system, past the
// guard.
//
// The rules are those of the verbs of packages ownfields, customers and expectation. It may import service, service/input, service/field,
// customers, ownfields, and bulk, whose verdicts are given. What reads or writes past the guard is in unguarded*.go.
package related

import (
	"context"
	"strings"

	"kopeck/fault"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/customers"
	"kopeck/service/field"
	"kopeck/service/ownfields"
	"kopeck/store"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	customers *customers.Service
	fields    *ownfields.Service
}

// New makes the verbs.
func New(core *service.Core, customers *customers.Service, fields *ownfields.Service) *Service {
	return &Service{Core: core, customers: customers, fields: fields}
}

// Import writes records in bulk: each call is one transaction with all of its records. An Import must not be used concurrently.
type Import struct {
	Check        bool // only find out what would happen, and change nothing
	AllOrNothing bool // a rejected record undoes its transaction; the call then returns bulk.ErrRejected with the verdicts
	Update       bool // change what exists with other content

	OffersLeftOut int64 // so far: offers upon which prices were expected and that are not there

	service *Service
}

// NewImport begins an import.
func (s *Service) NewImport() *Import { return &Import{service: s} }

// chunk is the work on the records of one call.
type chunk struct {
	*Import

	tx       *store.Tx
	bulk     *store.Bulk // nil when only checking
	verdicts []bulk.Verdict
}

// run does the work on some records, in a transaction that only reads when checking.
func (i *Import) run(ctx context.Context, records int, do func(ctx context.Context, c *chunk) error) ([]bulk.Verdict, error) {
	return bulk.Together(bypassGuard(ctx), i.service.Store, i.Check, i.AllOrNothing, records, func(ctx context.Context, tx *store.Tx, b *store.Bulk, verdicts []bulk.Verdict) error {
		return do(ctx, &chunk{Import: i, tx: tx, bulk: b, verdicts: verdicts})
	})
}

const (
	both         = field.Own | field.Mappable
	mustBeMapped = both | field.OwnKey | field.MapKey
)

func rejected(reason string) bulk.Verdict {
	return bulk.Verdict{Outcome: bulk.Rejected, Reason: reason}
}

// rejectedFor rejects a record for the faults of an error, with the columns of files.
func rejectedFor(err error) bulk.Verdict {
	all := fault.All(err)
	texts := make([]string, len(all))
	for n, one := range all {
		for _, part := range one.Path {
			texts[n] += columns.Replace(part) + ": "
		}
		texts[n] += one.Message
	}
	if len(all) == 0 {
		return rejected(err.Error())
	}
	return rejected(strings.Join(texts, "; "))
}

// columns are the columns of files by the fields of the API.
var columns = strings.NewReplacer("maxLength", "max_length", "forSales", "for_sales", "forPartners", "for_partners", "personId", "person", "companyId", "company")

// existsOtherwise rejects a record that differs from what exists.
func existsOtherwise(what string, differ []string) bulk.Verdict {
	return rejected("the " + what + " is there already with another " + strings.Join(differ, ", ") + "; --update changes it")
}
