package ownfields

import (
	"context"
	"maps"
	"slices"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// What files have in columns field.CODE. A value that an import sets holds from now on.

// Texts are what a file says of the fields of one thing, by code; nil for a value that is taken away. Fields that are not among them are left alone.
type Texts map[string]*string

// Column is the column of files that has a field.
func Column(code string) string { return "field." + code }

// Codes returns the codes of the fields of a noun that are in use: files have a column for each.
func (s *Service) Codes(ctx context.Context, noun schema.FieldNoun) ([]string, error) {
	all, err := inUse(ctx, s.Store, noun)
	codes := make([]string, len(all))
	for n, d := range all {
		codes[n] = d.Code
	}
	return codes, err
}

// Imported is what an import does in one transaction with the fields of a noun.
type Imported struct {
	core *service.Core
	from store.Reader

	defined map[string]*ent.FieldDefinition      // by code; nil where no record has any
	entries map[string]map[string]*importedEntry // by subject and code
	changes []importedChange
}

// importedEntry is what something has in a field.
type importedEntry struct {
	id    string
	value *string // nil where it was taken away
}

// importedChange is a value that an import sets.
type importedChange struct {
	entry         *importedEntry
	definition    *ent.FieldDefinition
	subject       string
	old, value    *string
	first, audits bool // the first that the entry has; of something that was there before
}

// NewImported begins to import fields of a noun, if any record has some. The transaction, if there is one, holds the definitions (see [Hold]).
func NewImported(ctx context.Context, core *service.Core, from store.Reader, noun schema.FieldNoun, some bool) (*Imported, error) {
	i := &Imported{core: core, from: from, entries: map[string]map[string]*importedEntry{}}
	if !some {
		return i, nil
	}
	all, err := inUse(ctx, from, noun)
	i.defined = make(map[string]*ent.FieldDefinition, len(all))
	for _, d := range all {
		i.defined[d.Code] = d
	}
	return i, err
}

// Read reads what things have in fields, which the transaction, if there is one, holds.
func (i *Imported) Read(ctx context.Context, subjects []string) error {
	if i.defined == nil {
		return nil
	}
	return eachEntry(ctx, i.from, subjects, func(subject, code string, e *importedEntry) { i.put(subject, code, e) })
}

func (i *Imported) put(subject, code string, e *importedEntry) {
	if i.entries[subject] == nil {
		i.entries[subject] = map[string]*importedEntry{}
	}
	i.entries[subject][code] = e
}

// Check brings what a file gives into its one spelling. INVALID on the column.
func (i *Imported) Check(given Texts) (Texts, error) {
	if len(given) == 0 {
		return given, nil
	}
	var faults fault.List
	checked := make(Texts, len(given))
	for _, code := range slices.Sorted(maps.Keys(given)) {
		text, d := given[code], i.defined[code]
		switch {
		case d == nil:
			faults.Add(fault.Invalidf(Column(code), "there is no such field any more"))
		case text == nil:
			checked[code] = nil
		default:
			value, _, err := Read(d, *text)
			if err != nil {
				faults.Add(fault.Invalidf(Column(code), "%v", err))
			}
			checked[code] = &value
		}
	}
	return checked, faults.Or()
}

// Differ returns the columns in which what a file gives differs from what something has.
func (i *Imported) Differ(subject string, given Texts) (columns []string) {
	for _, code := range slices.Sorted(maps.Keys(given)) {
		if !service.SameJSON(given[code], i.has(subject, code)) {
			columns = append(columns, Column(code))
		}
	}
	return columns
}

// has returns what something has in a field; nil for nothing.
func (i *Imported) has(subject, code string) *string {
	if e := i.entries[subject][code]; e != nil {
		return e.value
	}
	return nil
}

// Set sets what a file gives, checked, of something that is new or was there before.
func (i *Imported) Set(subject string, given Texts, isNew bool) {
	for _, code := range slices.Sorted(maps.Keys(given)) {
		old, value := i.has(subject, code), given[code]
		if service.SameJSON(old, value) {
			continue
		}
		e := i.entries[subject][code]
		first := e == nil
		if first {
			e = &importedEntry{id: i.core.IDs.Make(id.FieldEntry)}
			i.put(subject, code, e)
		}
		e.value = value
		i.changes = append(i.changes, importedChange{e, i.defined[code], subject, old, value, first, !isNew})
	}
}

// Write writes what was set, with its history; of what was there before with entries of the audit. It reports whether such a thing was changed.
func (i *Imported) Write(ctx context.Context, tx *store.Tx) (changed bool, err error) {
	var made [][]any
	var dated service.Dated
	now := i.core.Now()
	moved, order := map[string]map[string]service.Change{}, []string(nil)
	for _, c := range i.changes {
		if c.first {
			made = append(made, []any{c.entry.id, c.definition.ID, c.subject, *c.value, Number(c.definition.Type, *c.value), now})
		}
		dated = append(dated, &ent.DatedValue{
			ID: i.core.IDs.Make(id.DatedValue), Name: schema.DatedField, Subject: c.entry.id, Value: c.value, ValidFrom: now, RecordedAt: now, Actor: "system",
		})
		if !c.audits {
			continue
		}
		if moved[c.subject] == nil {
			moved[c.subject], order = map[string]service.Change{}, append(order, c.subject)
		}
		if before, again := moved[c.subject][c.definition.Code]; again {
			c.old, _ = before.Old.(*string)
		}
		moved[c.subject][c.definition.Code] = service.Change{Old: c.old, New: c.value}
	}
	if err := insertEntries(ctx, tx, made, dated); err != nil {
		return false, err
	}
	var audits service.AuditRows
	for _, c := range i.changes {
		if c.first {
			continue
		}
		var number *int64
		if c.value != nil {
			number = Number(c.definition.Type, *c.value)
		}
		if err := updateEntry(ctx, tx, c.entry.id, c.value, number, now); err != nil {
			return false, err
		}
	}
	for _, subject := range order {
		if err := audits.Add(ctx, i.core, FieldsSet, subject, moved[subject]); err != nil {
			return false, err
		}
	}
	i.changes = nil
	if len(order) == 0 {
		return false, nil
	}
	return true, audits.Write(ctx, tx)
}

// Exported returns what things have in fields, by their ids.
func Exported(ctx context.Context, from store.Reader, subjects []string) (map[string]Texts, error) {
	all := map[string]Texts{}
	return all, eachEntry(ctx, from, subjects, func(subject, code string, e *importedEntry) {
		if e.value == nil {
			return
		}
		if all[subject] == nil {
			all[subject] = Texts{}
		}
		all[subject][code] = e.value
	})
}
