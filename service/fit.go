package service

import (
	"encoding/json"

	"kopeck/ent"
)

// fitReport is what a fit has to say beside the parameters, as it is kept with the model.
type fitReport struct {
	Activated bool     `json:"activated"` // it became the active model when it was fitted
	Notes     []string `json:"notes"`
	Warnings  []string `json:"warnings"` // of them what concerns every customer's figures
}

func reportOf(row *ent.LifetimeModel) (fitReport, error) {
	var r fitReport
	return r, json.Unmarshal(row.Report, &r)
}
