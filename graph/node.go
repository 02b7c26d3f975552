package graph

import (
	"context"
	"maps"

	"kopeck/ent"
	"kopeck/ent/attributionfit"
	"kopeck/ent/campaign"
	"kopeck/ent/contact"
	"kopeck/ent/customer"
	"kopeck/ent/customerlink"
	"kopeck/ent/declinereason"
	"kopeck/ent/expectedprice"
	"kopeck/ent/fielddefinition"
	"kopeck/ent/handover"
	"kopeck/ent/lifetimemodel"
	"kopeck/ent/measurementdefinition"
	"kopeck/ent/message"
	"kopeck/ent/messageattempt"
	"kopeck/ent/messagepause"
	"kopeck/ent/offer"
	"kopeck/ent/offerline"
	"kopeck/ent/order"
	"kopeck/ent/orderline"
	"kopeck/ent/partner"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/ent/personaldatarequest"
	"kopeck/ent/priceagreement"
	"kopeck/ent/pricerule"
	"kopeck/ent/product"
	"kopeck/ent/productofthemonth"
	"kopeck/ent/rate"
	"kopeck/ent/spend"
	"kopeck/ent/task"
	"kopeck/ent/team"
	"kopeck/ent/user"
	"kopeck/ent/wording"
	"kopeck/fault"
	"kopeck/id"
)

// maxNodes is the maximum number of ids that the query nodes takes.
const maxNodes = 250

// reader reads rows of one type by their ids.
type reader func(ctx context.Context, ids []string) (map[string]ent.Noder, error)

// readers returns a reader for each type that implements Node, by the prefix of its ids.
func (r *Resolver) readers() map[string]reader {
	c := r.client
	all := map[string]reader{
		id.Customer: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, customerID)(c.Customer.Query().Where(customer.IDIn(ids...), customer.DeletedAtIsNil()).All(ctx))
		},
		id.Contact: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, contactID)(c.Contact.Query().Where(contact.IDIn(ids...)).All(ctx))
		},
		id.Campaign: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, campaignID)(c.Campaign.Query().Where(campaign.IDIn(ids...)).All(ctx))
		},
		id.Spend: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.Spend) string { return row.ID })(c.Spend.Query().Where(spend.IDIn(ids...)).All(ctx))
		},
		id.Field: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.FieldDefinition) string { return row.ID })(c.FieldDefinition.Query().Where(fielddefinition.IDIn(ids...)).All(ctx))
		},
		id.LifetimeModel: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.LifetimeModel) string { return row.ID })(c.LifetimeModel.Query().Where(lifetimemodel.IDIn(ids...)).All(ctx))
		},
		id.Attribution: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.AttributionFit) string { return row.ID })(c.AttributionFit.Query().Where(attributionfit.IDIn(ids...)).All(ctx))
		},
		id.Wording: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, wordingID)(c.Wording.Query().Where(wording.IDIn(ids...)).All(ctx))
		},
		id.DeclineReason: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, declineReasonID)(c.DeclineReason.Query().Where(declinereason.IDIn(ids...)).All(ctx))
		},
		id.OfTheMonth: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, monthProductID)(c.ProductOfTheMonth.Query().Where(productofthemonth.IDIn(ids...)).All(ctx))
		},
		id.Measurement: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.MeasurementDefinition) string { return row.ID })(c.MeasurementDefinition.Query().Where(measurementdefinition.IDIn(ids...)).All(ctx))
		},
		id.Offer: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, offerID)(c.Offer.Query().Where(offer.IDIn(ids...)).All(ctx))
		},
		id.OfferLine: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.OfferLine) string { return row.ID })(c.OfferLine.Query().Where(offerline.IDIn(ids...)).All(ctx))
		},
		id.Order: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, orderID)(c.Order.Query().Where(order.IDIn(ids...)).All(ctx))
		},
		id.OrderLine: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.OrderLine) string { return row.ID })(c.OrderLine.Query().Where(orderline.IDIn(ids...)).All(ctx))
		},
		id.Permission: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, permissionID)(c.Permission.Query().Where(permission.IDIn(ids...)).All(ctx))
		},
		id.Event: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.PermissionEvent) string { return row.ID })(c.PermissionEvent.Query().Where(permissionevent.IDIn(ids...)).All(ctx))
		},
		id.Agreement: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.PriceAgreement) string { return row.ID })(c.PriceAgreement.Query().Where(priceagreement.IDIn(ids...)).All(ctx))
		},
		id.Rule: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.PriceRule) string { return row.ID })(c.PriceRule.Query().Where(pricerule.IDIn(ids...)).All(ctx))
		},
		id.Product: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, productID)(c.Product.Query().Where(product.IDIn(ids...)).All(ctx))
		},
		id.Rate: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.Rate) string { return row.ID })(c.Rate.Query().Where(rate.IDIn(ids...)).All(ctx))
		},
		id.Task: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, taskID)(c.Task.Query().Where(task.IDIn(ids...)).All(ctx))
		},
		id.ExpectedPrice: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, expectedPriceID)(c.ExpectedPrice.Query().Where(expectedprice.IDIn(ids...)).All(ctx))
		},
	}
	maps.Copy(all, r.peopleReaders())
	maps.Copy(all, r.messageReaders())
	maps.Copy(all, r.needReaders())
	return all
}

// peopleReaders are the readers of who works for us and with us.
func (r *Resolver) peopleReaders() map[string]reader {
	c := r.client
	return map[string]reader{
		id.Team: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, teamID)(c.Team.Query().Where(team.IDIn(ids...)).All(ctx))
		},
		id.HandOver: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, handOverID)(c.HandOver.Query().Where(handover.IDIn(ids...)).All(ctx))
		},
		id.Partner: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, partnerID)(c.Partner.Query().Where(partner.IDIn(ids...)).All(ctx))
		},
		id.User: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, userID)(c.User.Query().Where(user.IDIn(ids...)).All(ctx))
		},
	}
}

// messageReaders are the readers of what belongs to messages and to customers' own pages.
func (r *Resolver) messageReaders() map[string]reader {
	c := r.client
	return map[string]reader{
		id.Message: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, messageID)(c.Message.Query().Where(message.IDIn(ids...)).All(ctx))
		},
		id.Attempt: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.MessageAttempt) string { return row.ID })(c.MessageAttempt.Query().Where(messageattempt.IDIn(ids...)).All(ctx))
		},
		id.Link: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.CustomerLink) string { return row.ID })(c.CustomerLink.Query().Where(customerlink.IDIn(ids...)).All(ctx))
		},
		id.DataRequest: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, dataRequestID)(c.PersonalDataRequest.Query().Where(personaldatarequest.IDIn(ids...)).All(ctx))
		},
		id.Pause: func(ctx context.Context, ids []string) (map[string]ent.Noder, error) {
			return noders(ctx, func(row *ent.MessagePause) string { return row.ID })(c.MessagePause.Query().Where(messagepause.IDIn(ids...)).All(ctx))
		},
	}
}

// noders makes nodes by id of rows, which become siblings.
func noders[T any, P interface {
	*T
	ent.Noder
}](ctx context.Context, idOf func(*T) string) func(rows []*T, err error) (map[string]ent.Noder, error) {
	return func(rows []*T, err error) (map[string]ent.Noder, error) {
		if err != nil {
			return nil, err
		}
		markSiblings(ctx, rows)
		found := make(map[string]ent.Noder, len(rows))
		for _, row := range rows {
			found[idOf(row)] = P(row)
		}
		return found, nil
	}
}

// node returns the object with an id; nil if there is none or the caller may not see it.
func (r *Resolver) node(ctx context.Context, wanted string) (ent.Noder, error) {
	found, err := r.nodes(ctx, []string{wanted})
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// nodes returns the objects with the ids as node does, by one statement for each type.
func (r *Resolver) nodes(ctx context.Context, ids []string) ([]ent.Noder, error) {
	if len(ids) > maxNodes {
		return nil, fault.New(fault.LimitExceeded, "ids", "want at most %d ids", maxNodes)
	}
	readers := r.readers()
	byPrefix := map[string][]string{}
	for _, one := range ids {
		prefix := id.Prefix(one)
		if readers[prefix] == nil || id.Check("id", prefix, one) != nil {
			return nil, fault.Invalidf("id", "this is not an id of a Node; send one that the API has returned")
		}
		byPrefix[prefix] = append(byPrefix[prefix], r.app.Kept(one))
	}
	found := map[string]ent.Noder{}
	for prefix, some := range byPrefix {
		rows, err := readers[prefix](ctx, some)
		if err != nil {
			return nil, err
		}
		maps.Copy(found, rows)
	}
	result := make([]ent.Noder, len(ids))
	for i, one := range ids {
		result[i] = found[r.app.Kept(one)]
	}
	return result, nil
}
