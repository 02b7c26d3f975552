package rates

import "kopeck/costing"

// eachComponent visits the components of a product, of its options and, through all nesting, of its parts. It visits no
// product that is in seen, and adds those that it visits.
func eachComponent(catalogue *costing.Catalogue, productID string, seen map[string]bool, visit func(costing.Component)) {
	if seen[productID] {
		return
	}
	seen[productID] = true
	p, _ := catalogue.Product(productID)
	lists := [][]costing.Component{p.Components}
	for _, option := range p.Options {
		lists = append(lists, option.Components)
	}
	for _, components := range lists {
		for _, c := range components {
			visit(c)
			if c.PartID != "" {
				eachComponent(catalogue, c.PartID, seen, visit)
			}
		}
	}
}

// addCodes adds to a set the codes of all materials and resources that a product, its options and its parts are made of.
func addCodes(codes map[string]bool, catalogue *costing.Catalogue, productID string) {
	eachComponent(catalogue, productID, map[string]bool{}, func(c costing.Component) {
		if code := c.Material + c.Resource; code != "" {
			codes[code] = true
		}
	})
}
