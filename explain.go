package main

import (
	"context"
	"fmt"

	"kopeck/auth"
)

// explainCommand explains an order, a contact or a price token.
type explainCommand struct {
	What string `arg:"" help:"The id of an order or a contact, or a price token."`
	JSON bool   `name:"json" help:"Print it as JSON."`
}

// Run implements the command.
func (c *explainCommand) Run(ctx context.Context, s *settings, p *program) error {
	k, err := s.open(ctx, mustBeCurrent, s.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	explained, err := k.app.Explain.Explain(auth.System(ctx), c.What)
	if err != nil {
		return err
	}
	if c.JSON {
		return p.printJSON(explained)
	}
	fmt.Fprint(p.stdout, explained.Page())
	return nil
}
