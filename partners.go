package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"kopeck/auth"
	"kopeck/service"
)

// partnerCommands manages the companies that bring customers.
type partnerCommands struct {
	Add  partnerAddCommand  `cmd:"" help:"Create a partner, whom customers and files can name. Its client gets a user by user add --role PARTNER."`
	List partnerListCommand `cmd:"" help:"List the partners with the number of customers whom each brought."`
}

// partnerAddCommand creates a partner.
type partnerAddCommand struct {
	Name   string   `required:"" help:"The name, unique regardless of letter case."`
	Scopes []string `help:"What the partner's client is given: any of contacts, offers, orders and permissions."`
}

// Run implements the command.
func (c *partnerAddCommand) Run(ctx context.Context, s *settings, p *program) error {
	k, err := s.open(ctx, createIfEmpty, s.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	made, err := k.app.People.CreatePartner(auth.System(ctx), service.CreatePartnerInput{Name: c.Name, Scopes: c.Scopes})
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, made.ID)
	return nil
}

// partnerListCommand lists the partners.
type partnerListCommand struct {
	JSON bool `name:"json" help:"Print them as JSON."`
}

// Run implements the command.
func (c *partnerListCommand) Run(ctx context.Context, s *settings, p *program) error {
	k, err := s.open(ctx, createIfEmpty, s.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	all, err := k.app.Customers.ByPartner(auth.System(ctx))
	if err != nil {
		return err
	}
	if c.JSON {
		return p.printJSON(all)
	}
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "id\tname\taccess\tscopes\tcustomers")
	for _, one := range all {
		access := "open"
		if !one.Active {
			access = "closed"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\n", one.ID, one.Name, access, strings.Join(one.Scopes, " "), one.Customers)
	}
	return table.Flush()
}
