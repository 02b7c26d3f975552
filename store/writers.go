package store

import "entgo.io/ent/dialect"

// OneWriter reports whether the database has one writer at a time: SQLite, where a transaction that writes keeps all other
// writers waiting, and a second connection for a bulk load gains nothing.
func (s *Store) OneWriter() bool { return s.Dialect() == dialect.SQLite }
