package service

import (
	"entgo.io/ent/dialect/sql"

	"kopeck/store"
)

// Nullable is [store.Nullable].
func Nullable(text string) any { return store.Nullable(text) }

// Descending is [store.Descending].
func Descending(o *sql.OrderTermOptions) { store.Descending(o) }
