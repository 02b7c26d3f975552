package assortment

import (
	"context"
	"iter"
	"maps"
	"slices"

	"kopeck/money"
	"kopeck/service/bulk"
	"kopeck/store"
)

// readTogether is how many records are read at a time, which an export has in memory.
const readTogether = 500

// keysOf lists the keys of a map, sorted.
func keysOf[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }

// chunksOf divides ids into lists for one statement each.
func chunksOf(ids []string) iter.Seq[[]string] { return slices.Chunk(ids, store.IDsPerStatement) }

// The values of columns that may be NULL.
func minorOf(amount *money.Amount) any {
	if amount == nil {
		return nil
	}
	return amount.Minor()
}

func nanoOf(d *money.Decimal) any {
	if d == nil {
		return nil
	}
	return d.Nano()
}

func textOf(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// ExportProducts calls each for every product with its price terms, by sku, from one snapshot of the database.
func (s *Service) ExportProducts(ctx context.Context, each func(*Product) error) error {
	return export(ctx, s, each, func(p *Product) string { return p.Sku }, exportedProducts)
}

// export calls each for every record, some of which are read at a time, in the order of a key.
func export[T any](ctx context.Context, s *Service, each func(*T) error, keyOf func(*T) string, after func(ctx context.Context, tx *store.Tx, key string) ([]*T, error)) error {
	return bulk.ExportInOrder(bypassGuard(ctx), s.Store, each, keyOf, after)
}
