package service

import "kopeck/auth"

func (s *Service) openAccess(keys *auth.Keys) {}
