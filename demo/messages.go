package demo

import (
	"context"
	"time"

	"kopeck/mail"
	"kopeck/schema"
)

// queued is how many e-mails wait in the outbox when the demonstration is first served.
const queued = 3

// queueMessages sends offers by e-mail to some customers who permit it. They leave when the company is served, if they are still permitted.
func (c *company) queueMessages(ctx context.Context) error {
	c.service.Outbox.Mail = &mail.Mailbox{} // nothing leaves here: offers are queued where e-mails can leave
	r, n := c.draws("messages", 0), 0
	for _, p := range c.people {
		if n == queued {
			return nil
		}
		if p.owner == nil || !p.departed.IsZero() || p.permitted(schema.ByEmail, schema.Personalisation, schema.Personal, c.clock.at) == nil {
			continue
		}
		c.clock.to(c.clock.at.Add(time.Minute))
		row, err := c.service.Customers.Customer(ctx, &p.id, nil)
		if err != nil {
			return err
		}
		if row == nil || row.Email == nil {
			continue
		}
		if err := c.makeOffer(ctx, r, p, schema.OfferSent, schema.ByEmail); err != nil {
			return err
		}
		n++
	}
	return nil
}
