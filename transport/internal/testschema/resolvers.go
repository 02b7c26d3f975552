// Package testschema is a small gqlgen schema for the tests of package transport. gqlgen generates generated.go and
// models.go; the other files are written by hand.
package testschema

//go:generate go run github.com/99designs/gqlgen generate

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"sync/atomic"

	"kopeck/fault"
)

// Secret is the text of every error that a client must not see.
const Secret = "pq: relation \"salaries\" does not exist"

// Resolvers resolves the schema's fields and counts calls.
type Resolvers struct {
	Sum       atomic.Int64 // the sum of all values added
	Producers atomic.Int64 // running subscriptions
	Waiting   atomic.Int64 // wait fields being resolved
}

// Query implements ResolverRoot.
func (r *Resolvers) Query() QueryResolver { return query{r} }

// Mutation implements ResolverRoot.
func (r *Resolvers) Mutation() MutationResolver { return mutation{r} }

// Subscription implements ResolverRoot.
func (r *Resolvers) Subscription() SubscriptionResolver { return subscription{r} }

// Item implements ResolverRoot.
func (r *Resolvers) Item() ItemResolver { return item{r} }

type (
	query        struct{ *Resolvers }
	mutation     struct{ *Resolvers }
	subscription struct{ *Resolvers }
	item         struct{ *Resolvers }
)

// Picky is a scalar that cannot be read.
type Picky string

// UnmarshalGQL implements graphql.Unmarshaler.
func (p *Picky) UnmarshalGQL(any) error { return errors.New(Secret) }

// MarshalGQL implements graphql.Marshaler.
func (p Picky) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(p))) }

func (query) Pick(context.Context, *Picky, *Picker) (*string, error)    { return nil, nil }
func (query) Hello(_ context.Context, name *string) (string, error)     { return "hello " + *name, nil }
func (query) Int(_ context.Context, value int) (int, error)             { return value, nil }
func (query) Float(_ context.Context, value *float64) (*float64, error) { return value, nil }
func (query) ID(_ context.Context, value string) (string, error)        { return value, nil }
func (query) Flag(_ context.Context, value *bool) (*bool, error)        { return value, nil }
func (query) Colour(_ context.Context, value *Colour) (*Colour, error)  { return value, nil }
func (query) JSON(_ context.Context, value any) (any, error)            { return value, nil }
func (query) Analysis(context.Context) (*Analysis, error)               { return &Analysis{Score: 0.5}, nil }

func (query) Echo(_ context.Context, filter Filter) (string, error) {
	text, err := json.Marshal(filter)
	return string(text), err
}

// page returns a page of at most three items.
func page(size int) *ItemConnection {
	page := &ItemConnection{PageInfo: &PageInfo{}, TotalCount: 3}
	for i := range min(size, 3) {
		page.Edges = append(page.Edges, &ItemEdge{Cursor: strconv.Itoa(i), Node: thing(strconv.Itoa(i))})
	}
	return page
}

func thing(id string) *Item { return &Item{ID: id, Name: "item " + id, Price: &Price{Amount: "12.50"}} }

func size(first, last *int) int {
	switch {
	case first != nil:
		return *first
	case last != nil:
		return *last
	default:
		return 20
	}
}

func (query) Items(_ context.Context, first *int, _ *string, last *int, _ *string) (*ItemConnection, error) {
	return page(size(first, last)), nil
}

func (item) Items(_ context.Context, of *Item, first *int, _ *string, last *int, _ *string) (*ItemConnection, error) {
	if of.ID == "bad" {
		return nil, fault.Invalidf("id", "this item is bad")
	}
	return page(size(first, last)), nil
}

func (query) Nodes(_ context.Context, ids []string) ([]Node, error) {
	nodes := make([]Node, len(ids))
	for i, id := range ids {
		nodes[i] = thing(id)
	}
	return nodes, nil
}

func (query) Node(_ context.Context, id string) (Node, error) { return thing(id), nil }

func (q query) Fail(ctx context.Context, how Failure) (*string, error) {
	switch how {
	case FailureFault:
		return nil, fault.Invalidf("quantity", "the quantity must be positive").At("lines", "0")
	case FailureFaults:
		return nil, fault.List{fault.Invalidf("name", "no name"), fault.New(fault.Forbidden, "", "not yours")}
	case FailurePanic:
		panic(Secret)
	case FailureNull:
		return nil, nil
	case FailureSlow:
		return q.Wait(ctx)
	default:
		return nil, errors.New(Secret)
	}
}

func (q query) MustFail(ctx context.Context, how Failure) (string, error) {
	_, err := q.Fail(ctx, how)
	return "", err
}

func (q query) Wait(ctx context.Context) (*string, error) {
	q.Waiting.Add(1)
	defer q.Waiting.Add(-1)
	<-ctx.Done()
	return nil, ctx.Err()
}

func (m mutation) Add(_ context.Context, value int) (int, error) {
	return int(m.Sum.Add(int64(value))), nil
}

// produce sends the values until ctx ends.
func produce[T any](ctx context.Context, r *Resolvers, values ...T) <-chan T {
	out := make(chan T)
	r.Producers.Add(1)
	go func() {
		defer r.Producers.Add(-1)
		defer close(out)
		for _, value := range values {
			select {
			case out <- value:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func (s subscription) Count(ctx context.Context, to int) (<-chan int, error) {
	values := make([]int, to)
	for i := range values {
		values[i] = i + 1
	}
	return produce(ctx, s.Resolvers, values...), nil
}

func (s subscription) Silence(ctx context.Context) (<-chan int, error) {
	out := make(chan int, 1)
	out <- 1
	s.Producers.Add(1)
	go func() {
		defer s.Producers.Add(-1)
		defer close(out)
		<-ctx.Done()
	}()
	return out, nil
}

func (subscription) Refused(context.Context) (<-chan int, error) {
	return nil, fault.New(fault.Forbidden, "", "not for you")
}

func (s subscription) Stumbles(ctx context.Context) (<-chan *Item, error) {
	return produce(ctx, s.Resolvers, thing("good"), thing("bad")), nil
}
