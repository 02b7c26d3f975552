package graph

import (
	"context"
	"slices"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/catalogue"
	"kopeck/service/quote"
	"kopeck/service/report"
	"kopeck/service/value"
)

// quotes prepares the prices of a customer and all siblings at a moment, in the same statements.
func (r *Resolver) quotes(ctx context.Context, c *ent.Customer, at *time.Time) (*quote.Quotes, error) {
	return forAll(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer]*quote.Quotes, error) {
		quotes, err := r.service.Quote.Quotes(ctx, rows, at)
		all := make(map[*ent.Customer]*quote.Quotes, len(rows))
		for _, row := range rows {
			all[row] = quotes
		}
		return all, err
	})
}

// price asks what one customer pays for one product.
func (r *Resolver) price(ctx context.Context, c *ent.Customer, productID string, quantity *money.Exact, options []*service.OptionInput, leadDays *int, at *time.Time) (*quote.Price, error) {
	quotes, err := r.quotes(ctx, c, at)
	if err != nil {
		return nil, err
	}
	return quotes.Price(c, productID, quantity, options, leadDays)
}

// priceList is the order of the priced catalogue: by sku, byte by byte, as both databases order it.
var (
	priceList   = list[ent.Product]{name: "prices", id: func(p *ent.Product) string { return p.ID }}
	priceColumn = column[ent.Product]{name: "SKU", sql: "sku", key: func(p *ent.Product) any { return p.Sku }}
)

// pricePage prices a page of the active catalogue for a customer, from memory. A product that cannot be priced has no
// price, and an error that says why at its place.
func (r *Resolver) pricePage(ctx context.Context, c *ent.Customer, w window, quantity *money.Exact, at *time.Time) (*quote.PriceConnection, error) {
	reading, err := priceList.in(Pages{Default: r.pages.Default, Maximum: r.pages.Prices}).check(w, priceColumn, schema.Ascending)
	if err != nil {
		return nil, err
	}
	quotes, err := r.quotes(ctx, c, at)
	if err != nil {
		return nil, err
	}
	page := reading.within(quotes.Catalogue(), func(p *ent.Product, after *mark) bool {
		sku, _ := after.key.(string)
		return p.Sku > sku || p.Sku == sku && p.ID > after.id
	})
	together(ctx, page.rows)
	connection := &quote.PriceConnection{Edges: make([]*quote.PriceEdge, len(page.rows)), PageInfo: &page.info}
	nodes := priceNodes(ctx)
	for i, product := range page.rows {
		edge := &quote.PriceEdge{Product: product, Cursor: page.cursors[i]}
		connection.Edges[i] = edge
		if len(nodes) == 0 {
			continue
		}
		if edge.Node, err = quotes.Price(c, product.ID, quantity, nil, nil); err == nil {
			continue
		}
		if wrong := fault.Of(err); wrong == nil || wrong.Code == fault.Invalid && !slices.Contains(wrong.Path, "options") { // wrong for every product: the question is
			return nil, err
		}
		for _, node := range nodes {
			graphql.AddError(edgePath(ctx, node.edges, i, node.node), err)
		}
	}
	return connection, nil
}

var (
	floorList   = list[quote.AgreementBelowFloor]{name: "agreementsBelowFloor", id: func(b *quote.AgreementBelowFloor) string { return b.ID }}
	floorColumn = column[quote.AgreementBelowFloor]{name: "DIFFERENCE", key: func(b *quote.AgreementBelowFloor) any { return b.Difference.Minor() }}
)

// belowFloor pages the agreements below the floor, the deepest first, from memory.
func (r *Resolver) belowFloor(ctx context.Context, w window) (*quote.AgreementsBelowFloor, error) {
	reading, err := floorList.in(r.pages).check(w, floorColumn, schema.Descending)
	if err != nil {
		return nil, err
	}
	all := r.service.Quote.BelowFloor()
	page := reading.within(all, func(b *quote.AgreementBelowFloor, after *mark) bool {
		key, _ := after.key.(int64)
		difference := b.Difference.Minor()
		return difference < key || difference == key && b.ID < after.id
	})
	agreements, err := r.service.Quote.ReadAgreements(ctx, page.rows)
	if err != nil {
		return nil, err
	}
	together(ctx, agreements)
	return &quote.AgreementsBelowFloor{Total: len(all), Rows: page.rows, PageInfo: &page.info}, nil
}

// priceNode names a place of edges { node }, by aliases, in what was asked of a page.
type priceNode struct{ edges, node string }

func priceNodes(ctx context.Context) []priceNode {
	var all []priceNode
	operation := graphql.GetOperationContext(ctx)
	for _, edges := range graphql.CollectFieldsCtx(ctx, nil) {
		if edges.Name != "edges" {
			continue
		}
		for _, node := range graphql.CollectFields(operation, edges.Selections, []string{"PriceEdge"}) {
			if node.Name == "node" {
				all = append(all, priceNode{edges.Alias, node.Alias})
			}
		}
	}
	return all
}

// edgePath gives a context in which errors stand at a field of an edge.
func edgePath(ctx context.Context, edges string, i int, field string) context.Context {
	ctx = graphql.WithPathContext(ctx, graphql.NewPathWithField(edges))
	ctx = graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i))
	return graphql.WithPathContext(ctx, graphql.NewPathWithField(field))
}

// cost asks what one unit of a product costs; what a moment's costs need is read once for all products of a list.
func (r *Resolver) cost(ctx context.Context, p *ent.Product, quantity *money.Exact, options []*service.OptionInput, leadDays *int, at, knownAt *time.Time) (*costing.ProductCost, error) {
	costs, err := forAll(ctx, p, func(rows []*ent.Product) (map[*ent.Product]*catalogue.Costs, error) {
		costs, err := r.service.Catalogue.Costs(ctx, at, knownAt)
		all := make(map[*ent.Product]*catalogue.Costs, len(rows))
		for _, row := range rows {
			all[row] = costs
		}
		return all, err
	})
	if err != nil {
		return nil, err
	}
	return costs.Of(p.ID, quantity, options, leadDays)
}

// lifetimeValue asks what a customer is worth; of a past moment the orders of all siblings are read together.
func (r *Resolver) lifetimeValue(ctx context.Context, c *ent.Customer, horizonMonths *int, annualDiscountRate *money.Exact, at *time.Time) (*value.LifetimeValue, error) {
	earnings, err := forAll(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer]value.Earnings, error) {
		return r.service.Value.EarningsAt(ctx, rows, at)
	})
	if err != nil {
		return nil, err
	}
	return r.service.Value.LifetimeValue(earnings, horizonMonths, annualDiscountRate, at)
}

// prospects learns once, for a customer and all siblings, what those are worth who have not ordered.
func (r *Resolver) prospects(ctx context.Context, c *ent.Customer) (*report.Prospects, error) {
	return forAll(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer]*report.Prospects, error) {
		prospects, err := r.service.Report.Prospects(ctx)
		all := make(map[*ent.Customer]*report.Prospects, len(rows))
		for _, row := range rows {
			all[row] = prospects
		}
		return all, err
	})
}

// economics asks what a customer brought and cost, read for all customers of its list together.
func (r *Resolver) economics(ctx context.Context, c *ent.Customer, from, to *time.Time) (*report.CustomerEconomics, error) {
	return forAll(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer]*report.CustomerEconomics, error) {
		return r.service.Report.CustomerEconomicsOf(ctx, rows, from, to)
	})
}

// referralValue asks what a customer's referrals earned, read for all customers of its list together.
func (r *Resolver) referralValue(ctx context.Context, c *ent.Customer) (*money.Amount, error) {
	return forAll(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer]*money.Amount, error) {
		return r.service.Customers.ReferralValues(ctx, rows)
	})
}
