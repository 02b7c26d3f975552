package demo

import (
	"context"
	"math/rand/v2"
	"time"

	"kopeck/ent"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/campaigns"
	"kopeck/store"
)

var byPhone = schema.ByPhone

// Campaigns have made some of the customers call or write for the first time, and cost something every month.
var advertised = []struct {
	code, name, source string
	channel            *schema.Channel
	share              float64 // of the customers who came in its time
	from, to           int     // in days from the beginning; to 0 is no end
	month              int64   // what it costs a month, in major units
}{
	{"yandex-direct", "Яндекс Директ: шторы на заказ", "search", nil, 0.25, 0, 0, 38_000},
	{"mebel-2025", "Выставка «Мебель»", "exhibition", nil, 0.3, 300, 330, 120_000},
	{"podezd", "Листовки в новых домах", "street", &byPhone, 0.08, 200, 560, 9_500},
}

// createCampaigns creates the campaigns, and draws which of them brought whom: who first contacted us in its time by themselves.
func (c *company) createCampaigns(ctx context.Context) error {
	for n, one := range advertised {
		in := service.CreateCampaignInput{Code: one.code, Name: one.name, Source: one.source, Channel: one.channel, From: c.dayOf(one.from)}
		if one.to > 0 {
			last := c.dayOf(one.to)
			in.To = &last
		}
		made, err := c.service.Campaigns.CreateCampaign(ctx, in)
		if err != nil {
			return err
		}
		c.campaigns = append(c.campaigns, made)
		c.drawCaused(c.draws("campaign", n), made, one.share)
	}
	return nil
}

// drawCaused draws the first inbound contacts that a campaign caused.
func (c *company) drawCaused(r *rand.Rand, by *ent.Campaign, share float64) {
	seen := map[*person]bool{}
	for _, one := range c.contacts { // by time
		if !one.inbound || seen[one.person] {
			continue
		}
		seen[one.person] = true
		day := schema.DateOf(one.at.In(c.zone))
		if within := day >= by.FirstDay && (by.LastDay == nil || day <= *by.LastDay); within && one.campaign == nil && r.Float64() < share {
			one.campaign = by
		}
	}
}

// dayOf is a day counted from the beginning of the history.
func (c *company) dayOf(n int) schema.Date {
	return schema.DateOf(c.begin.In(c.zone).AddDate(0, 0, n))
}

// recordSpend records what the campaigns cost, by periods of 30 days, in one transaction.
func (c *company) recordSpend(ctx context.Context) error {
	last := schema.DateOf(c.today.In(c.zone)) - 1
	return c.store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		ids := make([]string, len(c.campaigns))
		for n, one := range c.campaigns {
			ids[n] = one.ID
		}
		if err := c.service.Campaigns.HoldForSpend(ctx, tx, ids...); err != nil {
			return err
		}
		there, err := c.service.Campaigns.SpendsOf(ctx, tx, ids)
		if err != nil {
			return err
		}
		var records []campaigns.SpendRecord
		for n, one := range c.campaigns {
			r := c.draws("spend", n)
			for begins := one.FirstDay; begins <= last; begins += 30 {
				from := begins
				to := min(from+29, last)
				if one.LastDay != nil {
					to = min(to, *one.LastDay)
				}
				if to < from {
					break
				}
				record := campaigns.SpendRecord{
					ID: drawID(r, id.Spend, from.Time()), CampaignID: ids[n], First: &from, Last: &to, Reason: "Счёт за размещение",
					Amount: money.Minor(advertised[n].month*c.currency.MinorPerMajor() + int64(r.IntN(900_000))),
				}
				if err := there.Place(&record, c.clock.now().Add(-time.Hour)); err != nil {
					return err
				}
				records = append(records, record)
			}
		}
		return c.service.Campaigns.WriteSpends(ctx, tx, records)
	})
}
