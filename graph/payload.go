package graph

import (
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
)

// userErrors turns what the caller can put right into a payload's userErrors, in one place; any other error is
// the request's. The list is never null.
func userErrors(err error) ([]service.UserError, error) {
	told := []service.UserError{}
	for _, f := range fault.All(err) {
		if f.Code == fault.Unauthenticated {
			return told, f
		}
		told = append(told, userError(f))
	}
	if err != nil && len(told) == 0 {
		return told, err
	}
	return told, nil
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
		}
		if detail.CurrentLevel != "" {
			level := schema.PermissionLevel(detail.CurrentLevel)
			missing.CurrentLevel = &level
		}
		return missing
	}
	return service.InvalidInput{Field: f.Path, Code: f.Code, Message: f.Message}
}
