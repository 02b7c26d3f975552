package tasks

import (
	"context"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service/consent"
)

// asked is the contact that a task asks for, as far as permissions go.
type asked struct {
	channel schema.Channel
	purpose schema.Purpose
}

// Permitted decides for each open task whether the contact that it asks for is permitted now, as recording it would. A task that does not
// say both channel and purpose, or is closed, has no decision. It takes one statement for each channel and purpose of the tasks, which the caller
// may see.
func (s *Service) Permitted(ctx context.Context, tasks []*ent.Task) (map[*ent.Task]*consent.PermissionDecision, error) {
	byContact := map[asked][]*ent.Task{}
	for _, t := range tasks {
		if t.State == schema.TaskOpen && t.Channel != nil && t.Purpose != nil {
			one := asked{*t.Channel, *t.Purpose}
			byContact[one] = append(byContact[one], t)
		}
	}
	decided := map[*ent.Task]*consent.PermissionDecision{}
	for one, some := range byContact {
		customers := make([]string, len(some))
		for n, t := range some {
			customers[n] = t.CustomerID
		}
		byCustomer, err := s.consent.MayContact(ctx, customers, one.channel, one.purpose, nil, nil)
		if err != nil {
			return nil, err
		}
		for _, t := range some {
			decided[t] = byCustomer[t.CustomerID]
		}
	}
	return decided, nil
}
