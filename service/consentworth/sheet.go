package consentworth

import (
	"slices"
	"strconv"
	"strings"

	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/report"
)

// Sheet returns the rows as a table, with a column for each dimension.
func (e *PermissionEconomics) Sheet(currency money.Currency) report.Sheet {
	var t report.Sheet
	for _, one := range e.By {
		t.Fields = append(t.Fields, strings.ToLower(string(one)))
	}
	t.Fields = append(t.Fields, "permissions", "months", "contacts", "cost", "realised", "net", "net_per_month", "revoked", "months_revoked", "forgone", "currency")
	amount := func(a *money.Amount) string {
		if a == nil {
			return ""
		}
		return currency.Format(*a)
	}
	for _, r := range e.Rows {
		key := slices.Clone(r.Key)
		for i, one := range e.By {
			if one == service.PermissionDimensionSource || one == service.PermissionDimensionWording {
				key[i] = input.EscapeFormula(key[i])
			}
		}
		t.Rows = append(t.Rows, append(
			key, strconv.Itoa(r.Permissions), r.Months.String(), strconv.Itoa(r.Contacts), amount(&r.Cost), amount(&r.Realised), amount(&r.Net), amount(r.NetPerMonth),
			strconv.Itoa(r.Revoked), r.MonthsRevoked.String(), amount(r.Forgone), currency.Code(),
		))
	}
	return t
}
