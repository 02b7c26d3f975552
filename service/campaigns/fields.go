package campaigns

import (
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/field"
	"kopeck/service/input"
)

// What is true of every campaign.
const (
	maxCode = 100 // in characters, of a code and of a source
	maxName = 300
)

// fields defines each field of a campaign once. Creating, updating and merging, and the audit follow from it.
var fields = field.EditedFields[ent.Campaign, service.CreateCampaignInput, service.UpdateCampaignInput]{
	{
		Field: field.Of("", "code", 0, field.Text, func(r *ent.Campaign) *string { return &r.Code }),
		Input: "code",
		Create: func(in *service.CreateCampaignInput, r *ent.Campaign) (err error) {
			r.Code, err = input.Text("code", in.Code, maxCode)
			return err
		},
	},
	{
		Field: field.Of("", "name", 0, field.Text, func(r *ent.Campaign) *string { return &r.Name }),
		Input: "name",
		Create: func(in *service.CreateCampaignInput, r *ent.Campaign) (err error) {
			r.Name, err = input.Text("name", in.Name, maxName)
			return err
		},
		Update: func(in *service.UpdateCampaignInput, r *ent.Campaign) (bool, error) {
			return takeText("name", in.Name, maxName, &r.Name)
		},
		History: func(r *ent.Campaign) any { return r.Name },
	},
	{
		Field: field.Of("", "source", 0, field.Text, func(r *ent.Campaign) *string { return &r.Source }),
		Input: "source",
		Create: func(in *service.CreateCampaignInput, r *ent.Campaign) (err error) {
			r.Source, err = input.Text("source", in.Source, maxCode)
			return err
		},
		Update: func(in *service.UpdateCampaignInput, r *ent.Campaign) (bool, error) {
			return takeText("source", in.Source, maxCode, &r.Source)
		},
		History: func(r *ent.Campaign) any { return r.Source },
	},
	{
		Field: field.Of("", "channel", field.Nullable, field.Optional(field.Word[schema.Channel]()), func(r *ent.Campaign) **schema.Channel { return &r.Channel }),
		Input: "channel",
		Create: func(in *service.CreateCampaignInput, r *ent.Campaign) error {
			r.Channel = in.Channel
			return nil
		},
		Update: func(in *service.UpdateCampaignInput, r *ent.Campaign) (bool, error) {
			r.Channel = in.Channel.Value()
			return in.Channel.IsSet(), nil
		},
		History: func(r *ent.Campaign) any { return r.Channel },
	},
	{
		Field: field.Of("", "first_day", 0, field.Date, func(r *ent.Campaign) *schema.Date { return &r.FirstDay }),
		Input: "from",
		Create: func(in *service.CreateCampaignInput, r *ent.Campaign) error {
			r.FirstDay = in.From
			return checkDay("from", in.From)
		},
		Update: func(in *service.UpdateCampaignInput, r *ent.Campaign) (bool, error) {
			if !input.Take(in.From, &r.FirstDay) {
				return false, nil
			}
			return true, checkDay("from", r.FirstDay)
		},
		History: func(r *ent.Campaign) any { return r.FirstDay },
	},
	{
		Field: field.Of("", "last_day", field.Nullable, field.Optional(field.Date), func(r *ent.Campaign) **schema.Date { return &r.LastDay }),
		Input: "to",
		Create: func(in *service.CreateCampaignInput, r *ent.Campaign) error {
			r.LastDay = in.To
			return checkOptionalDay("to", in.To)
		},
		Update: func(in *service.UpdateCampaignInput, r *ent.Campaign) (bool, error) {
			r.LastDay = in.To.Value()
			return in.To.IsSet(), checkOptionalDay("to", r.LastDay)
		},
		History: func(r *ent.Campaign) any { return r.LastDay },
	},
	{
		Field: field.Of("", "archived", 0, field.Truth, func(r *ent.Campaign) *bool { return &r.Archived }),
		Input: "archived",
		Update: func(in *service.UpdateCampaignInput, r *ent.Campaign) (bool, error) {
			return input.Take(in.Archived, &r.Archived), nil
		},
		History: func(r *ent.Campaign) any { return r.Archived },
	},
}

// takeText takes a text that an update may give.
func takeText(name string, given *string, most int, to *string) (isGiven bool, err error) {
	if given == nil {
		return false, nil
	}
	*to, err = input.Text(name, *given, most)
	return true, err
}

// The days that campaigns and spend may have.
var (
	earliest = schema.DateOf(time.Date(1900, time.January, 1, 0, 0, 0, 0, time.UTC))
	latest   = schema.DateOf(time.Date(2200, time.January, 1, 0, 0, 0, 0, time.UTC))
)

func checkDay(name string, day schema.Date) error {
	if day < earliest || day > latest {
		return fault.Invalidf(name, "want a day from %s to %s", earliest, latest)
	}
	return nil
}

func checkOptionalDay(name string, day *schema.Date) error {
	if day == nil {
		return nil
	}
	return checkDay(name, *day)
}
