package graph

import (
	"context"
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/task"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/consent"
	"kopeck/service/input"
)

func taskID(row *ent.Task) string { return row.ID }

func (r *Resolver) tasks() noun[ent.Task, ent.TaskEdge, ent.TaskConnection] {
	return noun[ent.Task, ent.TaskEdge, ent.TaskConnection]{
		list: list[ent.Task]{"tasks", taskID, r.pages}, table: task.Table, sees: r.seesCustomer, customerOf: func(row *ent.Task) string { return row.CustomerID },
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.Task, error) {
			return r.client.Task.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.Task.Query().Where(filter).Count(ctx)
		},
		counts: func(ctx context.Context, filter func(*sql.Selector)) (all []count, err error) {
			err = r.client.Task.Query().Where(filter).GroupBy(task.FieldCustomerID).Aggregate(ent.Count()).Scan(ctx, &all)
			return all, err
		},
		edge: func(row *ent.Task, c ent.Cursor) *ent.TaskEdge { return &ent.TaskEdge{Node: row, Cursor: c} },
		connect: func(edges []*ent.TaskEdge, info ent.PageInfo, total int) *ent.TaskConnection {
			return &ent.TaskConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var taskColumns = map[string]column[ent.Task]{
	"CREATED_AT": {name: "CREATED_AT", sql: "created_at", key: func(row *ent.Task) any { return row.CreatedAt }},
	"UPDATED_AT": {name: "UPDATED_AT", sql: "updated_at", key: func(row *ent.Task) any { return row.UpdatedAt }},
	"DUE_AT":     {name: "DUE_AT", sql: "due_at", key: func(row *ent.Task) any { return row.DueAt }},
}

// taskOrder returns the requested order of tasks; by default DUE_AT ascending.
func taskOrder(o *ent.TaskOrder) (column[ent.Task], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return taskColumns["DUE_AT"], schema.Ascending
	}
	return taskColumns[o.Field.String()], o.Direction
}

// taskFilter filters tasks, among others by whether they are overdue now and by who is in a team now.
func (r *Resolver) taskFilter(f *service.TaskFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	now := r.app.Now()
	ofCustomer(c, f.CustomerID, r.app.KeptOf)
	equalsID(c, "ownerId", task.FieldOwnerID, id.User, f.OwnerID, isNull(task.FieldOwnerID))
	anyOf(c, "states", task.FieldState, f.States, nil)
	if team := given(c, "teamId", f.TeamID, nil); team != nil {
		if err := id.Check("teamId", id.Team, *team); err != nil {
			c.fail(fault.At(err, "filter"))
		}
		members := r.app.People.MemberIDs(*team)
		c.all = append(c.all, func(s *sql.Selector) {
			s.Where(sql.Or(sql.EQ(s.C(task.FieldTeamID), *team), sql.In(s.C(task.FieldOwnerID), arguments(members)...)))
		})
	}
	if overdue := given(c, "overdue", f.Overdue, nil); overdue != nil {
		c.all = append(c.all, func(s *sql.Selector) { s.Where(overdueAt(s, *overdue, now)) })
	}
	if before := given(c, "dueBefore", f.DueBefore, nil); before != nil {
		if err := input.CheckDate("dueBefore", before); err != nil {
			c.fail(fault.At(err, "filter"))
		}
		c.all = append(c.all, func(s *sql.Selector) { s.Where(sql.LT(s.C(task.FieldDueAt), before.UTC())) })
	}
	return c
}

// overdueAt is the condition that a task is open and was due before a moment, or that it is not so.
func overdueAt(s *sql.Selector, overdue bool, at time.Time) *sql.Predicate {
	if overdue {
		return sql.And(sql.EQ(s.C(task.FieldState), string(schema.TaskOpen)), sql.LT(s.C(task.FieldDueAt), at))
	}
	return sql.Or(sql.NEQ(s.C(task.FieldState), string(schema.TaskOpen)), sql.GTE(s.C(task.FieldDueAt), at))
}

// permitted decides on the contact that a task asks for, together with those of its siblings.
func (r *Resolver) permitted(ctx context.Context, t *ent.Task) (*consent.PermissionDecision, error) {
	return batched(ctx, t, func(rows []*ent.Task) (map[*ent.Task]*consent.PermissionDecision, error) {
		decided, err := r.app.Tasks.Permitted(ctx, rows)
		var all []*ent.Permission
		for _, d := range decided {
			if d.Permission != nil {
				all = append(all, d.Permission)
			}
		}
		markSiblings(ctx, all)
		return decided, err
	})
}

// contactTasks returns the tasks that were done by a contact, in the order in which they were due.
func (r *Resolver) contactTasks(ctx context.Context, c *ent.Contact) ([]*ent.Task, error) {
	return batchedList(ctx, c, contactID, func(rows []*ent.Contact) (map[string][]*ent.Task, error) {
		done, err := r.client.Task.Query().Where(task.ContactIDIn(idsOf(rows, contactID)...)).Order(task.ByDueAt(), task.ByID()).All(ctx)
		return groupBy(done, func(t *ent.Task) string { return deref(t.ContactID) }), err
	})
}

// taskChanged sends every task that is made or changed, of one customer or of all, and that the caller may see.
func (r *Resolver) taskChanged(ctx context.Context, customerID *string) (<-chan *ent.Task, error) {
	if customerID != nil {
		c, err := r.app.Customers.Customer(ctx, customerID, nil)
		if err != nil {
			return nil, err
		}
		if c == nil {
			return nil, fault.NoSuch("customerId", "customer")
		}
	}
	if actor, ok := auth.From(ctx); !ok || actor.May("Task").Read == auth.NoRows {
		return nil, fault.New(fault.Forbidden, "", "your role may not read tasks")
	}
	changed, cancel := r.app.TaskChanges(deref(customerID))
	return send(ctx, changed, cancel, func(taskID string) (*ent.Task, error) {
		return r.client.Task.Query().Where(task.ID(taskID)).Only(ctx)
	}), nil
}
