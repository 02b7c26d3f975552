package apitest

import (
	"testing"
	"time"

	"kopeck/schema"
)

const (
	createTask   = `mutation($in: CreateTaskInput!) { createTask(input: $in) { task { id version owner { id } dueOn overdue } warning { allowed reason } userErrors { code field message } } }`
	updateTask   = `mutation($in: UpdateTaskInput!) { updateTask(input: $in) { task { id version } userErrors { code field message } } }`
	completeTask = `mutation($in: CompleteTaskInput!) { completeTask(input: $in) { task { id version state } userErrors { code field message } } }`
	cancelTask   = `mutation($in: CancelTaskInput!) { cancelTask(input: $in) { task { id version state } userErrors { code field message } } }`
)

// due returns the input of a task that is due after a time.
func due(w *World, customer string, after time.Duration, more Vars) Vars {
	in := Vars{"customerId": customer, "title": "Call back", "dueAt": w.Clock.Now().Add(after).Format(time.RFC3339)}
	for name, value := range more {
		in[name] = value
	}
	return in
}

// TestTasksAreListed lists one's own tasks, a team's and those that are overdue, by due, and as each role.
func TestTasksAreListed(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		seller := sales.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		other := w.newUser("other@example.com", schema.RoleSales)
		team := a.Must(createTeam, Vars{"in": Vars{"name": "Shop", "memberIds": []string{other}}}).Text("createTeam.team.id")
		free, hidden := NewCustomer(a, Vars{"name": "Free"}), NewCustomer(a, Vars{"name": "Hidden", "ownerId": other})
		make := func(c *Client, in Vars) string {
			return c.Must(createTask, Vars{"in": in}).Text("createTask.task.id")
		}
		names := map[string]string{
			make(sales, due(w, free, 2*time.Minute, Vars{"idempotencyKey": "k"})): "mine",
			make(sales, due(w, free, time.Minute, Vars{"teamId": team})):          "the team's",
			make(a, due(w, free, time.Hour, Vars{"ownerId": other})):              "other's",
			make(a, due(w, hidden, -time.Minute, Vars{"ownerId": other})):         "hidden",
		}
		make(sales, due(w, free, 2*time.Minute, Vars{"idempotencyKey": "k"})) // once
		done := make(sales, due(w, free, -time.Hour, nil))
		names[done] = "done"
		sales.Must(recordContact, Vars{"in": Called(free, Vars{"taskId": done, "staffId": seller})})
		list := func(c *Client, filter Vars) (found []string) {
			r := c.Must(`query($f: TaskFilter) { tasks(filter: $f) { totalCount edges { node { id } } } }`, Vars{"f": filter})
			for _, edge := range r.Get("tasks.edges").([]any) {
				found = append(found, names[edge.(map[string]any)["node"].(map[string]any)["id"].(string)])
			}
			if r.Int("tasks.totalCount") != len(found) {
				t.Errorf("%s", r.Body)
			}
			return found
		}
		w.Clock.Advance(90 * time.Second)
		for name, c := range map[string]struct {
			by     *Client
			filter Vars
			want   []string
		}{
			"all, as ADMIN":      {a, nil, []string{"done", "hidden", "the team's", "mine", "other's"}},
			"all, as SALES":      {sales, nil, []string{"done", "the team's", "mine", "other's"}},
			"all, as ANALYST":    {w.As(schema.RoleAnalyst), nil, []string{"done", "hidden", "the team's", "mine", "other's"}},
			"all, as PARTNER":    {w.As(schema.RolePartner), nil, nil},
			"mine":               {sales, Vars{"ownerId": seller, "states": []string{"OPEN"}}, []string{"mine"}},
			"of the team":        {a, Vars{"teamId": team}, []string{"hidden", "the team's", "other's"}},
			"of no user":         {a, Vars{"ownerId": nil}, []string{"the team's"}},
			"overdue":            {a, Vars{"overdue": true}, []string{"hidden", "the team's"}},
			"overdue, as SALES":  {sales, Vars{"overdue": true}, []string{"the team's"}},
			"not overdue":        {sales, Vars{"overdue": false}, []string{"done", "mine", "other's"}},
			"due before":         {sales, Vars{"dueBefore": w.Clock.Now().Add(time.Minute).Format(time.RFC3339)}, []string{"done", "the team's", "mine"}},
			"of the customer":    {a, Vars{"customerId": hidden}, []string{"hidden"}},
			"of a hidden one":    {sales, Vars{"customerId": hidden}, nil},
			"done and cancelled": {sales, Vars{"states": []string{"DONE", "CANCELLED"}}, []string{"done"}},
		} {
			t.Run(name, func(t *testing.T) {
				if got := list(c.by.On(t), c.filter); text(got) != text(c.want) {
					t.Errorf("%q, want %q", got, c.want)
				}
			})
		}
		sales.Refused("NOT_FOUND customerId", createTask, Vars{"in": due(w, hidden, time.Hour, nil)})
		sales.Refused("INVALID dueAt", createTask, Vars{"in": due(w, free, 0, Vars{"dueAt": "1970-01-01T00:00:00Z"})})
		for id, name := range names {
			if name == "hidden" {
				sales.Refused("NOT_FOUND id", completeTask, Vars{"in": Vars{"id": id}})
				sales.Refused("NOT_FOUND id", updateTask, Vars{"in": Vars{"id": id, "expectedVersion": 1, "title": "T"}})
			}
		}
		w.As(schema.RoleAnalyst).Refused("FORBIDDEN", cancelTask, Vars{"in": Vars{"id": done, "reason": "r"}})
		ask := w.Statements(func() {
			r := sales.Must(`{ tasks { edges { node { customer { name } owner { name } team { name } contact { id tasks { id } } permitted { allowed } } } } }`, nil)
			if r.Len("tasks.edges") != 4 || r.Text("tasks.edges.0.node.contact.tasks.0.id") != done {
				t.Errorf("%s", r.Body)
			}
		})
		make(sales, due(w, free, time.Hour, nil))
		if more := w.Statements(func() {
			sales.Must(`{ tasks { edges { node { customer { name } owner { name } team { name } contact { id tasks { id } } permitted { allowed } } } } }`, nil)
		}); more != ask {
			t.Errorf("%d statements for 4 tasks and %d for 5", ask, more)
		}
	})
}

// TestTaskIsDoneOnce completes a task by two contacts at once: one of them is recorded.
func TestTaskIsDoneOnce(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a := w.As(schema.RoleAdmin)
		customer := NewCustomer(a, Vars{})
		task := a.Must(createTask, Vars{"in": due(w, customer, time.Hour, nil)}).Text("createTask.task.id")
		answers := make(chan *Result)
		for range 2 {
			go func() { answers <- a.Do(recordContact, Vars{"in": Called(customer, Vars{"taskId": task})}) }()
		}
		refused := 0
		for range 2 {
			refused += len((<-answers).UserErrors())
		}
		r := a.Must(`query($id: ID!) { task(id: $id) { state version } contacts { totalCount } }`, Vars{"id": task})
		if refused != 1 || r.Text("task.state") != "DONE" || r.Int("task.version") != 2 || r.Int("contacts.totalCount") != 1 {
			t.Errorf("%d were refused: %s", refused, r.Body)
		}
	})
}

// TestHandedOverTasks hands over the customers of one who leaves, with their tasks and offers.
func TestHandedOverTasks(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		a := s.admin
		from, to := w.newUser("from@example.com", schema.RoleSales), w.newUser("to@example.com", schema.RoleSales)
		s.customer = NewCustomer(a, Vars{"name": "Theirs", "ownerId": from})
		free := NewCustomer(a, Vars{"name": "Free"})
		s.permit("EMAIL", "MARKETING", "PERSONAL")
		s.offer(nil)
		for _, customer := range []string{s.customer, free} {
			a.Must(createTask, Vars{"in": due(w, customer, time.Hour, Vars{"ownerId": from})})
		}
		a.Must(completeTask, Vars{"in": Vars{"id": a.Must(createTask, Vars{"in": due(w, free, time.Hour, Vars{"ownerId": from})}).Text("createTask.task.id")}})
		const some = `query($u: ID!, $f: HandOverCustomersFilter) { handOverPreview(fromUserId: $u, filter: $f) { customers offers tasks yearMargin { amount } } }`
		for _, c := range []struct {
			filter any
			want   string
		}{{nil, `{"customers":1,"offers":1,"tasks":2,"yearMargin":{"amount":"0.00"}}`}, {Vars{"kind": "PERSON"}, `{"customers":1,"offers":1,"tasks":1,"yearMargin":{"amount":"0.00"}}`}, {Vars{"kind": "COMPANY"}, `{"customers":0,"offers":0,"tasks":0,"yearMargin":{"amount":"0.00"}}`}} {
			if got := text(a.Must(some, Vars{"u": from, "f": c.filter}).Get("handOverPreview")); got != c.want {
				t.Errorf("%v: %s, want %s", c.filter, got, c.want)
			}
		}
		a.Must(handOver, Vars{"in": Vars{"fromUserId": from, "toUserId": to, "reason": "He leaves"}})
		r := a.Must(`query($u: ID!, $t: ID!) { left: tasks(filter: {ownerId: $u}) { edges { node { state } } } got: tasks(filter: {ownerId: $t}) { edges { node { version } } } handOvers(filter: {fromUserId: $u}) { edges { node { customers offers tasks toUser { id } } } } }`, Vars{"u": from, "t": to})
		if r.Len("left.edges") != 1 || r.Len("got.edges") != 2 || r.Int("got.edges.0.node.version") != 2 || r.Int("handOvers.edges.0.node.tasks") != 2 || r.Int("handOvers.edges.0.node.offers") != 1 || r.Text("handOvers.edges.0.node.toUser.id") != to {
			t.Errorf("%s", r.Body)
		}
	})
}
