package service

import "kopeck/ent"

// model is the active lifetime model, ready to be asked.
type model struct {
	row *ent.LifetimeModel // nil while the documented prior stands in
}

func (s *Service) activeModel(row *ent.LifetimeModel) (*model, error) { return &model{row: row}, nil }
