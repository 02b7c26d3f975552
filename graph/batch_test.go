package graph

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/99designs/gqlgen/graphql"
)

// at returns a context of the field at a path.
func at(ctx context.Context, field string) context.Context {
	return graphql.WithPathContext(ctx, graphql.NewPathWithField(field))
}

func memberID(m *member) string { return m.id }

// What siblings need is loaded once for each field, and a row without siblings by itself.
func TestBatched(t *testing.T) {
	t.Parallel()
	ctx := withBatches(t.Context())
	rows := five()
	markSiblings(ctx, rows)
	var loads [][]string
	ask := func(field string, row *member) int64 {
		got, err := batched(at(ctx, field), row, func(rows []*member) (map[*member]int64, error) {
			loads = append(loads, idsOf(rows, memberID))
			found := map[*member]int64{}
			for _, m := range rows {
				found[m] = 10 * m.number
			}
			return found, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, row := range rows {
		if got := ask("double", row); got != 10*row.number {
			t.Errorf("%s: %d", row.id, got)
		}
	}
	ask("other", rows[0])
	ask("double", &member{"f", 7})
	want := [][]string{{"a", "b", "c", "d", "e"}, {"a", "b", "c", "d", "e"}, {"f"}}
	if !slices.EqualFunc(loads, want, slices.Equal[[]string]) {
		t.Errorf("loaded %v, want %v", loads, want)
	}
}

// An error in loading is the error of every sibling.
func TestBatchedError(t *testing.T) {
	t.Parallel()
	ctx := withBatches(t.Context())
	rows, broken, loads := five(), errors.New("broken"), 0
	markSiblings(ctx, rows)
	for _, row := range rows {
		_, err := batchedByID(at(ctx, "x"), row, memberID, func([]*member) (map[string]int, error) {
			loads++
			return nil, broken
		})
		if !errors.Is(err, broken) {
			t.Errorf("%s: %v", row.id, err)
		}
	}
	if loads != 1 {
		t.Errorf("loaded %d times, want once", loads)
	}
}

// A row of which a list was not found has an empty list, not nil; the elements of all lists are siblings.
func TestBatchedList(t *testing.T) {
	t.Parallel()
	ctx := withBatches(t.Context())
	rows := five()
	markSiblings(ctx, rows)
	first, second := &member{"x", 0}, &member{"y", 0}
	load := func([]*member) (map[string][]*member, error) {
		return map[string][]*member{"a": {first}, "b": {second}}, nil
	}
	for i, want := range [][]*member{{first}, {second}, {}} {
		got, err := batchedList(at(ctx, "parts"), rows[i], memberID, load)
		if err != nil || got == nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", rows[i].id, got, err, want)
		}
	}
	if groupOf(ctx, first) == nil || groupOf(ctx, first) != groupOf(ctx, second) {
		t.Error("the elements of the lists are not siblings")
	}
}

// Rows that several siblings refer to are read once, an absent reference is nil, and so is a row that was not found.
func TestReferenced(t *testing.T) {
	t.Parallel()
	ctx := withBatches(t.Context())
	rows := []*member{{"a", 1}, {"b", 1}, {"c", 2}, {"d", 0}}
	markSiblings(ctx, rows)
	refersTo := func(m *member) string { return []string{"", "one", "hidden"}[m.number] }
	one := &member{"one", 0}
	var reads [][]string
	read := func(ids []string) ([]*member, error) {
		reads = append(reads, ids)
		return []*member{one}, nil
	}
	for i, want := range []*member{one, one, nil, nil} {
		got, err := referenced(at(ctx, "of"), rows[i], refersTo, memberID, read)
		if err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", rows[i].id, got, err, want)
		}
	}
	if len(reads) != 1 || !slices.Equal(reads[0], []string{"one", "hidden"}) {
		t.Errorf("read %v, want [one hidden] once", reads)
	}
}
