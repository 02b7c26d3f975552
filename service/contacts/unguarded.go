package contacts

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/store"
)

// stageAt returns the stage that a customer had at a past moment, as we know it now. It is stored with a contact: a stage that is
// corrected later does not change what the contact was made under. It reads past the guard because the stage is a fact of the
// contact, whether or not who records it may see the history of the customer's stages.
func stageAt(ctx context.Context, from store.Reader, c *ent.Customer, at time.Time) (schema.Stage, error) {
	stage := c.Stage
	err := store.Each(ctx, from, `SELECT coalesce((SELECT to_stage FROM stage_changes WHERE customer_id = ? AND at <= ? ORDER BY at DESC, id DESC LIMIT 1),
		(SELECT from_stage FROM stage_changes WHERE customer_id = ? ORDER BY at, id LIMIT 1), ?)`, []any{c.ID, at, c.ID, string(c.Stage)}, func(scan store.ScanFunc) error {
		return scan(&stage)
	})
	return stage, err
}
