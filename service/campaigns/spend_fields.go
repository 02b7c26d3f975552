package campaigns

import (
	"time"

	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/field"
	"kopeck/service/input"
)

// spendFields defines each field of spend once. Importing, comparing and reading, and the header and the rows of files follow from it. It is in
// the order of the columns of files: add a new field at the end.
var spendFields = field.Fields[SpendRecord]{
	field.Of("id", "id", field.Own|field.OwnKey, field.Text, func(r *SpendRecord) *string { return &r.ID }).Checked(func(name string, r *SpendRecord) error {
		if r.ID == "" {
			return nil
		}
		return id.Check(name, id.Spend, r.ID)
	}),
	field.Of("campaign", "", field.Own|field.OwnKey|field.Mappable|field.MapKey|field.Filled, field.Identifier, func(r *SpendRecord) *string { return &r.Campaign }).From("g.code"),
	field.Of("from", "first_day", field.Own|field.OwnKey|field.Mappable, field.Optional(field.Date), func(r *SpendRecord) **schema.Date { return &r.First }).Checked(spendDays),
	field.Of("to", "last_day", field.Own|field.OwnKey|field.Mappable, field.Optional(field.Date), func(r *SpendRecord) **schema.Date { return &r.Last }),
	field.Of("amount", "amount", field.Own|field.OwnKey|field.Mappable|field.MapKey|field.Filled, field.Amount, func(r *SpendRecord) *money.Amount { return &r.Amount }).Compared("amount"),
	field.Currency[SpendRecord](field.Own | field.Mappable),
	field.Of("reason", "reason", field.Own|field.Mappable|field.Nullable, field.Text, func(r *SpendRecord) *string { return &r.Reason }).
		Checked(func(name string, r *SpendRecord) error {
			reason, err := input.OptionalText(name, &r.Reason, maxReason)
			r.Reason = input.OrZero(reason)
			return err
		}),
	field.Of("correction", "correction", field.Own|field.Mappable, field.Truth, func(r *SpendRecord) *bool { return &r.Correction }),
	field.Of("recorded_at", "recorded_at", field.Own|field.OwnKey, field.Moment, func(r *SpendRecord) *time.Time { return &r.RecordedAt }),
	field.Of("recorded_by", "recorded_by", field.Own, field.Text, func(r *SpendRecord) *string { return &r.RecordedBy }),
	field.Of("day", "", field.Mappable, field.Optional(field.Date), func(r *SpendRecord) **schema.Date { return &r.Day }),
	field.Of("", "campaign_id", 0, field.Text, func(r *SpendRecord) *string { return &r.CampaignID }),
}

// SpendFields are all fields of spend. The code of a campaign is read from the table of campaigns, as g.
func SpendFields() field.Fields[SpendRecord] { return spendFields }

// spendDays brings the days of a record of a file into the form in which they are kept, and checks them.
func spendDays(_ string, r *SpendRecord) error {
	switch {
	case r.Day != nil && (r.First != nil || r.Last != nil):
		return fault.Invalidf("day", "want either the day, or from and to")
	case r.Day != nil:
		r.First, r.Last, r.Day = r.Day, r.Day, nil
	case r.First == nil:
		return fault.Invalidf("from", "want the first day")
	case r.Last == nil:
		return fault.Invalidf("to", "want the last day")
	}
	return checkPeriod("from", "to", *r.First, *r.Last)
}
