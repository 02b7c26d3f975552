package receipt

import (
	"kopeck/consentlog"
)

// The terms of the Data Privacy Vocabulary, version 2 (https://w3id.org/dpv), and of the Kantara consent receipt 1.1.0, for what we call by
// the names of the API.

// purposeType returns the purpose by the DPV.
func purposeType(purpose string) string {
	switch purpose {
	case "MARKETING":
		return "dpv:DirectMarketing"
	case "PERSONALISATION":
		return "dpv:Personalisation"
	case "SERVICE":
		return "dpv:CommunicationForCustomerCare"
	case "PARTNER_SHARING":
		return "dpv:CustomerRelationshipManagement"
	}
	return "dpv:Purpose"
}

// piiOf returns the kinds of personal data that a permission lets us use.
func piiOf(p consentlog.Permission) []PII {
	all := []PII{{Type: "pd:Name"}}
	switch p.Channel {
	case "EMAIL":
		all = append(all, PII{Type: "pd:EmailAddress"})
	case "PHONE", "SMS", "MESSENGER":
		all = append(all, PII{Type: "pd:TelephoneNumber"})
	case "POST", "VISIT":
		all = append(all, PII{Type: "pd:PhysicalAddress"})
	}
	switch p.Purpose {
	case "PERSONALISATION":
		all = append(all, PII{Type: "pd:Purchase"}, PII{Type: "pd:PurchasesAndSpendingHabit", Optional: true})
	case "PARTNER_SHARING":
		all = append(all, PII{Type: "pd:Purchase"})
	}
	return all
}

// stateOf returns what an event made of the consent, by the DPV: withdrawn is by the customer, revoked by us.
func stateOf(kind consentlog.Kind) string {
	switch kind {
	case consentlog.Requested:
		return "dpv:ConsentRequested"
	case consentlog.Renewed:
		return "dpv:RenewedConsentGiven"
	case consentlog.Expired:
		return "dpv:ConsentExpired"
	case consentlog.Revoked:
		return "dpv:ConsentWithdrawn"
	case consentlog.Merged:
		return "dpv:ConsentRevoked"
	}
	return "dpv:ConsentGiven"
}

// statusOf returns the state of a permission by the DPV, last being the kind of its last event.
func statusOf(state consentlog.State, last consentlog.Kind) string {
	switch state {
	case consentlog.StatePending:
		return "dpv:ConsentRequested"
	case consentlog.StateExpired:
		return "dpv:ConsentExpired"
	case consentlog.StateRevoked:
		return "dpv:ConsentWithdrawn"
	case consentlog.StateMerged:
		return "dpv:ConsentRevoked"
	}
	if last == consentlog.Renewed {
		return "dpv:RenewedConsentGiven"
	}
	return "dpv:ConsentGiven"
}

// eventOf makes the event of the document. Who acted was the customer, but for what ends by itself or by a merge.
func eventOf(e *consentlog.Event) Event {
	entity := subjectID
	switch e.Kind {
	case consentlog.Requested, consentlog.Expired, consentlog.Merged, consentlog.Separated:
		entity = controllerID
	}
	return Event{
		Time: e.At.UTC(), Validity: inUTC(e.ExpiresAt), Entity: entity, Type: "dpv:ExplicitlyExpressedConsent", State: stateOf(e.Kind),
		ID: e.ID, Sequence: e.Sequence, Kind: string(e.Kind), Level: e.Level, Actor: e.Actor, Source: e.Source,
		Wording: e.Wording, WordingVersion: e.WordingVersion, Address: e.Address, Reason: e.Reason,
		WordingID: e.WordingID, Language: e.Language, BundledWith: e.BundledWith, GivenAt: inUTC(e.GivenAt),
		PreviousHash: e.PreviousHash, Hash: e.Hash,
	}
}

// logOf is the way back: the event of the consent log that an event of a document shows.
func logOf(e *Event) consentlog.Event {
	return consentlog.Event{
		ID: e.ID, Sequence: e.Sequence, At: e.Time, Kind: consentlog.Kind(e.Kind), Level: e.Level, ExpiresAt: e.Validity, Actor: e.Actor, Source: e.Source,
		Wording: e.Wording, WordingVersion: e.WordingVersion, Address: e.Address, Reason: e.Reason,
		WordingID: e.WordingID, Language: e.Language, BundledWith: e.BundledWith, GivenAt: e.GivenAt,
		PreviousHash: e.PreviousHash, Hash: e.Hash,
	}
}

// kantara makes a permission's Kantara receipt; its id is set with that of the document.
func kantara(f Facts, c *Consent, p *Processing) Kantara {
	termination := "withdrawal"
	if c.Row.ExpiresAt != nil {
		termination = "withdrawal, or " + c.Row.ExpiresAt.UTC().Format("2006-01-02T15:04:05Z07:00")
	}
	purpose := KantaraPurpose{
		Purpose: c.Permission.Purpose + " by " + c.Permission.Channel, PurposeCategory: kantaraCategories(c.Permission.Purpose), ConsentType: "EXPLICIT",
		PIICategory: kantaraPII(c.Permission.Purpose), PrimaryPurpose: c.Permission.Purpose == "SERVICE", Termination: termination,
		ThirdPartyDisclosure: c.Recipient != "", ThirdPartyName: c.Recipient,
	}
	return Kantara{
		Version: "KI-CR-v1.1.0", Jurisdiction: f.Company.Jurisdiction, ConsentTimestamp: c.Row.GrantedAt.Unix(), CollectionMethod: p.CollectionMethod,
		Language: p.Language, PIIPrincipalID: f.CustomerID,
		PIIControllers: []KantaraController{{f.Company.Name, f.Company.Contact, f.Company.Address, f.Company.Email, f.Company.Phone}},
		PolicyURL:      f.Company.PolicyURL, Services: []KantaraService{{f.Company.Name, []KantaraPurpose{purpose}}}, SPICat: []string{},
	}
}

// kantaraCategories returns Kantara's category of a purpose; none where it has none that fits.
func kantaraCategories(purpose string) []string {
	switch purpose {
	case "MARKETING":
		return []string{"6 - Marketing"}
	case "PERSONALISATION":
		return []string{"5 - Personalize Experience"}
	case "SERVICE":
		return []string{"2 - Contracted Service"}
	}
	return []string{}
}

func kantaraPII(purpose string) []string {
	all := []string{"1 - Biographical", "2 - Contact"}
	if purpose == "PERSONALISATION" || purpose == "PARTNER_SHARING" {
		all = append(all, "7 - Financial")
	}
	return all
}
