package graph

import (
	"context"
	"slices"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/quote"
)

// quotes returns what prices a customer and all siblings at a moment; now if that is nil.
func (r *Resolver) quotes(ctx context.Context, c *ent.Customer, at *time.Time) (*quote.Quotes, error) {
	return batchedOnce(ctx, c, func(rows []*ent.Customer) (*quote.Quotes, error) { return r.app.Quote.Quotes(ctx, rows, at) })
}

// price returns what a customer pays for a product, and holds the capacity for it if that is asked for.
func (r *Resolver) price(ctx context.Context, c *ent.Customer, productID string, quantity *money.Exact, options []*service.OptionInput, leadDays *int, at *time.Time, hold *bool) (*quote.Price, error) {
	quotes, err := r.quotes(ctx, c, at)
	if err != nil {
		return nil, err
	}
	price, err := quotes.Price(c, productID, quantity, options, leadDays)
	if err != nil || hold == nil || !*hold {
		return price, err
	}
	return price, r.app.Rates.Hold(ctx, price)
}

// pricePage reads a page of the active catalogue, by sku, with the prices of a customer, from memory. A product that cannot
// be priced has no price, and an error with the reason at its place.
func (r *Resolver) pricePage(ctx context.Context, c *ent.Customer, w window, quantity *money.Exact, at *time.Time) (*quote.PriceConnection, error) {
	prices := list[ent.Product]{"prices", productID, Pages{Default: r.pages.Default, Maximum: r.pages.Prices}}
	reading, err := prices.check(w, productColumns["SKU"], schema.Ascending)
	if err != nil {
		return nil, err
	}
	quotes, err := r.quotes(ctx, c, at)
	if err != nil {
		return nil, err
	}
	page, err := reading.pageInMemory(quotes.Catalogue(), func(p *ent.Product, after *position) bool {
		sku, _ := after.key.(string)
		return p.Sku > sku || p.Sku == sku && p.ID > after.id // byte by byte, as in both databases
	})
	if err != nil {
		return nil, err
	}
	markSiblings(ctx, page.rows)
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
		if !concernsProduct(err) {
			return nil, err
		}
		for _, node := range nodes {
			graphql.AddError(edgePath(ctx, node.edges, i, node.node), err)
		}
	}
	return connection, nil
}

// concernsProduct reports whether an error in pricing concerns one product alone. An internal error and an invalid argument
// concern all of them; options are not arguments of a page, so INVALID there is the product's.
func concernsProduct(err error) bool {
	f := fault.Of(err)
	return f != nil && (f.Code != fault.Invalid || slices.Contains(f.Path, "options"))
}

// linesSeen returns the lines of a price as the caller may see them: the floor, and amounts finer than the installation's price step, are
// for those who have the scope costs.
func (r *Resolver) linesSeen(ctx context.Context, lines []pricing.Line) ([]*pricing.Line, error) {
	if actor, _ := auth.From(ctx); !actor.Has(auth.ScopeCosts) {
		var err error
		if lines, err = pricing.WithoutCosts(lines, r.app.Settings().PriceStep); err != nil {
			return nil, err
		}
	}
	seen := make([]*pricing.Line, len(lines))
	for i := range lines {
		seen[i] = &lines[i]
	}
	return seen, nil
}

// priceNode is a selection edges { node } by its aliases.
type priceNode struct{ edges, node string }

// priceNodes returns where the current field's selection has edges { node }.
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

// edgePath returns a context in which errors have the path of a field of the edge i.
func edgePath(ctx context.Context, edges string, i int, field string) context.Context {
	ctx = graphql.WithPathContext(ctx, graphql.NewPathWithField(edges))
	ctx = graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i))
	return graphql.WithPathContext(ctx, graphql.NewPathWithField(field))
}
