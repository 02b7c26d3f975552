package graph

import (
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/quote"
)

// userErrors returns the faults in a verb's error, which the caller can correct, as the userErrors of a payload; the list
// is never nil. Any other error, that the caller must sign in and that the database is not available are returned: they are errors
// of the request.
func userErrors(err error) ([]service.UserError, error) {
	list := []service.UserError{}
	for _, f := range fault.All(err) {
		if f.Code.IsOfRequest() {
			return list, f
		}
		list = append(list, userError(f))
	}
	if ent.IsNotFound(err) && len(list) == 0 {
		// What the verb made or changed is read as the caller may see it. A request that is repeated finds it gone where the customer went
		// to a colleague meanwhile.
		return append(list, userError(fault.New(fault.NotFound, "", "no such thing"))), nil
	}
	if err != nil && len(list) == 0 {
		return list, err
	}
	return list, nil
}

func userError(f *fault.Error) service.UserError {
	switch detail := f.Detail.(type) {
	case *fault.Conflict:
		conflict := service.VersionConflict{Field: f.Path, Code: f.Code, Message: f.Message, CurrentVersion: detail.CurrentVersion, Fields: []*service.FieldConflict{}}
		for _, field := range detail.Fields {
			conflict.Fields = append(conflict.Fields, &service.FieldConflict{Name: field.Name, Base: field.Base, Theirs: field.Theirs, Yours: field.Yours})
		}
		return conflict
	case *fault.Missing:
		missing := service.PermissionMissing{
			Field: f.Path, Code: f.Code, Message: f.Message, Channel: schema.Channel(detail.Channel),
			Purpose: schema.Purpose(detail.Purpose), RequiredLevel: schema.PermissionLevel(detail.RequiredLevel),
			Road: schema.PermissionRoad(detail.Road), HowEarned: detail.HowEarned,
		}
		if detail.CurrentLevel != "" {
			level := schema.PermissionLevel(detail.CurrentLevel)
			missing.CurrentLevel = &level
		}
		return missing
	case *quote.Expired:
		return quote.PriceExpired{Field: f.Path, Code: f.Code, Message: f.Message, ValidUntil: detail.ValidUntil, Today: detail.Today}
	case *fault.Impossible:
		return service.DateImpossible{Field: f.Path, Code: f.Code, Message: f.Message, Earliest: detail.Earliest, LeadDays: detail.LeadDays}
	case money.Amount:
		return service.BelowFloor{Field: f.Path, Code: f.Code, Message: f.Message, Floor: &detail}
	}
	switch f.Code {
	case fault.NotFound:
		return service.NotFound{Field: f.Path, Code: f.Code, Message: f.Message}
	case fault.Forbidden:
		return service.Forbidden{Field: f.Path, Code: f.Code, Message: f.Message}
	}
	return service.InvalidInput{Field: f.Path, Code: f.Code, Message: f.Message}
}
