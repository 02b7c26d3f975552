package demo

import (
	"context"
	"time"

	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
)

// makeTeamsAndTasks puts the sales staff of the shop into a team, whose customers they share, and gives them what is to be done in the next
// days: one's own and the team's, one overdue, one for a call that the customer may not have permitted, and one that was done by a contact.
func (c *company) makeTeamsAndTasks(ctx context.Context) error {
	r := c.draws("tasks", 0)
	lead, colleague := c.sales[0], c.sales[1]
	team, err := c.service.Teams.CreateTeam(ctx, service.CreateTeamInput{
		ID: pointer(fixedID(id.Team, "showroom")), Name: "Салон", LeadID: &lead.ID, MemberIds: []string{colleague.ID}, From: pointer(c.begin),
	})
	if err != nil {
		return err
	}
	if _, err := c.service.ChangeSetting(ctx, service.ChangeSettingInput{Name: "teamsShareCustomers", Value: true}); err != nil {
		return err
	}
	wanted := []service.CreateTaskInput{
		{Title: "Перезвонить: замер окон", Why: pointer("просила после обеда"), Kind: pointer(schema.InfoCall), Channel: pointer(schema.ByPhone), Purpose: pointer(schema.Service), DueAt: pointer(c.today.Add(26 * time.Hour))},
		{Title: "Узнать, подошли ли шторы", DueAt: pointer(c.today.Add(-24 * time.Hour))},
		{Title: "Показать новую коллекцию", Kind: pointer(schema.TargetCall), Channel: pointer(schema.ByPhone), Purpose: pointer(schema.Marketing), DueAt: pointer(c.today.Add(50 * time.Hour))},
		{Title: "Привезти образцы", TeamID: &team.ID, DueAt: pointer(c.today.Add(74 * time.Hour))},
		{Title: "Ответить на вопрос о карнизе", DueAt: pointer(c.today.Add(-2 * time.Hour))},
	}
	for _, p := range c.people {
		if len(wanted) == 0 {
			break
		}
		if p.owner == nil || p.owner.ID != lead.ID && p.owner.ID != colleague.ID || !p.departed.IsZero() {
			continue
		}
		in := wanted[0]
		wanted = wanted[1:]
		c.clock.to(c.clock.at.Add(time.Minute))
		in.ID, in.CustomerID = pointer(drawID(r, id.Task, c.clock.at)), p.id
		if in.TeamID == nil {
			in.OwnerID = &p.owner.ID
		}
		made, _, err := c.service.Tasks.CreateTask(c.as(ctx, p.owner), in)
		if err != nil {
			return err
		}
		if len(wanted) > 0 {
			continue
		}
		_, err = c.service.Contacts.RecordContact(c.as(ctx, p.owner), service.RecordContactInput{
			ID: pointer(drawID(r, id.Contact, c.clock.at)), CustomerID: p.id, Kind: schema.InfoCall, Direction: schema.Outbound, Channel: schema.ByPhone,
			Purpose: pointer(schema.Service), TaskID: &made.ID,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
