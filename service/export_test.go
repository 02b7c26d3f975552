package service

import "time"

// SettleWithin changes how long questions wait for transactions that are writing.
func (s *Core) SettleWithin(d time.Duration) { s.settleIn = d }
