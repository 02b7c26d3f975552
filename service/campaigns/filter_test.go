package campaigns_test

import (
	"strings"

	"entgo.io/ent/dialect/sql"

	"kopeck/service/campaigns"
)

type selector = sql.Selector

func fromCampaign(campaignID string) func(*selector) { return campaigns.FromCampaign(campaignID) }

func fromSource(source string) func(*selector) { return campaigns.FromSource(source) }

// countFrom counts the customers of a condition.
func (w world) countFrom(is func(*selector)) int {
	w.T.Helper()
	n, err := w.Client.Customer.Query().Where(is).Count(w.System())
	w.Must(err)
	return n
}

func contains(text, part string) bool { return strings.Contains(text, part) }
