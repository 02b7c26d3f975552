package service

import "time"

// TaxExemption is that a customer is exempt from tax from a moment on, or no longer.
type TaxExemption struct {
	Reason     *string // nil while they are not exempt
	From       time.Time
	RecordedAt time.Time
	By         *string // the e-mail of a user, or "system"; nil where that is not known
}
