package personal

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kopeck/money"
	"kopeck/service"
	"kopeck/store"
)

// writeAs runs a transaction of the context's actor: exporting says so in the audit, which is why it writes.
func (s *Service) writeAs(ctx context.Context, name string, do func(ctx context.Context, tx *store.Tx) error) error {
	_, err := s.Write(ctx, service.Verb{Name: name}, func(ctx context.Context, tx *store.Tx) (string, error) { return "", do(ctx, tx) })
	return err
}

// everyID returns the ids of a customer and of all who were merged into them.
func everyID(ctx context.Context, tx *store.Tx, customerID string) (ids []string, err error) {
	ids = []string{customerID}
	for at := 0; at < len(ids); {
		asked := ids[at:]
		at = len(ids)
		err := store.EachByIDs(ctx, tx, "SELECT id FROM customers WHERE merged_into_id IN @ids ORDER BY id", nil, asked, func(scan store.ScanFunc) error {
			var one string
			err := scan(&one)
			ids = append(ids, one)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// timeFormat is how moments are written.
const timeFormat = time.RFC3339Nano

// rowsOf reads the rows of a table that are of customers, whom the caller may see, as they are exported.
func (s *Service) rowsOf(ctx context.Context, tx *store.Tx, t table, ids []string) ([]map[string]any, error) {
	var names []string
	var shown []column
	for _, c := range t.columns {
		if c.as != "" {
			names, shown = append(names, `"`+c.name+`"`), append(shown, c)
		}
	}
	rows := []map[string]any{}
	where, args := t.condition(ids)
	err := store.Each(ctx, tx, "SELECT "+strings.Join(names, ", ")+" FROM "+t.name+" WHERE "+where+" ORDER BY id", args, func(scan store.ScanFunc) error {
		into := make([]any, len(shown))
		for i, c := range shown {
			into[i] = holderOf(c.kind)
		}
		if err := scan(into...); err != nil {
			return fmt.Errorf("personal: read %s: %w", t.name, err)
		}
		row := map[string]any{}
		for i, c := range shown {
			if value := s.written(c.kind, into[i]); value != nil {
				row[c.as] = value
			}
		}
		rows = append(rows, row)
		return nil
	})
	return rows, err
}

// condition returns the condition that a row of a table is of customers, with its parameters.
func (t table) condition(ids []string) (string, []any) {
	var args []any
	for range strings.Count(t.of, "@ids") {
		args = append(args, store.Args(ids)...)
	}
	return strings.ReplaceAll(t.of, "@ids", "("+store.Placeholders(len(ids))+")"), args
}

// eraseRows erases what is personal in the rows of a table that are of customers, and returns how many rows there were.
func eraseRows(ctx context.Context, tx *store.Tx, t table, ids []string) (int64, error) {
	where, args := t.condition(ids)
	if t.removed {
		return tx.Exec(ctx, "DELETE FROM "+t.name+" WHERE "+where, args...)
	}
	var set []string
	for _, c := range t.columns {
		name := `"` + c.name + `"`
		switch c.end {
		case cleared:
			set = append(set, name+" = NULL")
		case emptied:
			set = append(set, name+" = ''")
		case named:
			set = append(set, name+" = CASE WHEN "+name+" IS NULL THEN NULL ELSE '"+erased+"' END")
		case blank:
			set = append(set, name+" = '{}'")
		}
	}
	if len(set) == 0 {
		return 0, nil
	}
	return tx.Exec(ctx, "UPDATE "+t.name+" SET "+strings.Join(set, ", ")+" WHERE "+where, args...)
}

// subjects returns the ids of customers and of all rows that are theirs: what the audit and idempotency keys name.
func subjects(ctx context.Context, tx *store.Tx, ids []string) (all []string, err error) {
	for _, t := range tables {
		if t.removed && t.name != "contact_points" && t.name != "addresses" && t.name != "customer_relations" {
			continue // nothing else names their rows
		}
		where, args := t.condition(ids)
		err := store.Each(ctx, tx, "SELECT id FROM "+t.name+" WHERE "+where+" ORDER BY id", args, func(scan store.ScanFunc) error {
			var one string
			err := scan(&one)
			all = append(all, one)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// eraseAudit erases the texts of the audit entries about subjects, and returns how many there were.
func eraseAudit(ctx context.Context, tx *store.Tx, subjects []string) (n int64, err error) {
	entries := map[string][]byte{}
	err = store.EachByIDs(ctx, tx, "SELECT id, detail FROM audit_entries WHERE subject IN @ids ORDER BY id", nil, subjects, func(scan store.ScanFunc) error {
		var one string
		var detail []byte
		err := scan(&one, &detail)
		entries[one] = detail
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, one := range slices.Sorted(maps.Keys(entries)) {
		detail, err := withoutTexts(entries[one])
		if err != nil {
			return 0, fmt.Errorf("personal: the audit entry %s: %w", one, err)
		}
		if _, err := tx.Exec(ctx, "UPDATE audit_entries SET detail = ? WHERE id = ?", string(detail), one); err != nil {
			return 0, err
		}
	}
	return int64(len(entries)), nil
}

// eraseKeys forgets the requests of idempotency keys that made or changed subjects: a key that is used once more is refused.
func eraseKeys(ctx context.Context, tx *store.Tx, subjects []string) (n int64, err error) {
	for some := range slices.Chunk(subjects, store.IDsPerStatement) {
		one, err := tx.Exec(ctx, "UPDATE idempotency_keys SET body_hash = '' WHERE result_id IN ("+store.Placeholders(len(some))+")", store.Args(some)...)
		if err != nil {
			return 0, err
		}
		n += one
	}
	return n, nil
}

// holderOf returns what a column is scanned into.
func holderOf(of kind) any {
	switch of {
	case moment:
		return new(*time.Time)
	case truth:
		return new(*bool)
	case day, number, amount, decimal:
		return new(*int64)
	case object:
		return new([]byte)
	}
	return new(*string)
}

// written returns the value of a column as the file has it, nil for null.
func (s *Service) written(of kind, held any) any {
	switch v := held.(type) {
	case **string:
		if *v != nil {
			return **v
		}
	case **bool:
		if *v != nil {
			return **v
		}
	case **time.Time:
		if *v != nil {
			return (*v).UTC().Format(timeFormat)
		}
	case *[]byte:
		if len(*v) > 0 && string(*v) != "null" {
			return json.RawMessage(*v)
		}
	case **int64:
		switch {
		case *v == nil:
			return nil
		case of == amount:
			return s.Currency.Format(money.Minor(**v))
		case of == decimal:
			return money.Nano(**v).String()
		case of == day:
			return time.Unix(**v*24*60*60, 0).UTC().Format(time.DateOnly)
		}
		return **v
	}
	return nil
}
