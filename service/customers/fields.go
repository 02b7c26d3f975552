package customers

import (
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/field"
	"kopeck/service/input"
)

// fields defines each field of a customer once. Creating, updating and merging, importing, matching and copying, and the header and
// the rows of files follow from it. It is in the order of the columns of files: add a new field at the end.
//
// The parts of a field are its names in inputs, in the database and in files; where it lies in a record; its kind; its check;
// where createCustomer and updateCustomer give it; what an import does to it; and its uses.
var fields = []*Descriptor{
	define(
		names{Column: "id", File: "id"}, always(func(r *Record) *string { return &r.ID }, ""), text, isID(id.Customer),
		nil, nil, kept, mapped|requiredOfOwn,
	),
	define(
		names{"externalId", "external_id", "external_id"}, optional(func(r *Record) **string { return &r.ExternalID }), externalID, anyText(100),
		func(in *service.CreateCustomerInput) *string { return in.ExternalID },
		func(in *service.UpdateCustomerInput) graphql.Omittable[*string] { return in.ExternalID },
		replaced, mapped,
	),
	define(
		names{"name", "name", "name"}, always(func(r *Record) *string { return &r.Name }, ""), text, someText(200),
		func(in *service.CreateCustomerInput) *string { return &in.Name },
		func(in *service.UpdateCustomerInput) graphql.Omittable[*string] { return ifGiven(in.Name) },
		replaced, mapped|requiredOfOwn|requiredOfNew,
	).withKey("name_key", func(r *Record) any {
		r.NameKey = input.NameKey(r.Name)
		return r.NameKey
	}),
	define(
		names{"kind", "kind", "kind"}, always(func(r *Record) *schema.CustomerKind { return &r.Kind }, schema.Person), word[schema.CustomerKind](), noCheck,
		func(in *service.CreateCustomerInput) *schema.CustomerKind { return in.Kind },
		nil, replaced, mapped,
	),
	define(
		names{"email", "email", "email"}, optional(func(r *Record) **string { return &r.Email }), text, isEmail,
		func(in *service.CreateCustomerInput) *string { return in.Email },
		func(in *service.UpdateCustomerInput) graphql.Omittable[*string] { return in.Email },
		replaced, mapped,
	).withKey("email_key", func(r *Record) any {
		r.EmailKey = input.OptionalEmailKey(r.Email)
		if r.EmailKey == nil {
			return nil
		}
		return *r.EmailKey
	}),
	define(
		names{"phone", "phone", "phone"}, optional(func(r *Record) **string { return &r.Phone }), text, isPhone,
		func(in *service.CreateCustomerInput) *string { return in.Phone },
		func(in *service.UpdateCustomerInput) graphql.Omittable[*string] { return in.Phone },
		replaced, mapped,
	),
	define(
		names{"stage", "stage", "stage"}, always(func(r *Record) *schema.Stage { return &r.Stage }, schema.Stranger), word[schema.Stage](), noCheck,
		func(in *service.CreateCustomerInput) *schema.Stage { return in.Stage },
		func(in *service.UpdateCustomerInput) graphql.Omittable[*schema.Stage] { return ifGiven(in.Stage) },
		kept, mapped,
	),
	define[string, string](
		names{File: "stage_overruled"}, always(func(r *Record) *string { return &r.StageOverruled }, ""), text, noCheck,
		nil, nil, kept, 0,
	),
	define[time.Time, time.Time](
		names{File: "stage_overruled_at"}, always(func(r *Record) *time.Time { return &r.StageOverruledAt }, time.Time{}), moment, noCheck,
		nil, nil, kept, 0,
	),
	define(
		names{"segment", "segment", "segment"}, optional(func(r *Record) **schema.Segment { return &r.Segment }), word[schema.Segment](), noCheck,
		func(in *service.CreateCustomerInput) *schema.Segment { return in.Segment },
		func(in *service.UpdateCustomerInput) graphql.Omittable[*schema.Segment] { return in.Segment },
		replaced, mapped,
	),
	define(
		names{"ownerId", "owner_id", "owner"}, optional(func(r *Record) **string { return &r.OwnerID }), text, isID(id.User),
		func(in *service.CreateCustomerInput) *string { return in.OwnerID },
		func(in *service.UpdateCustomerInput) graphql.Omittable[*string] { return in.OwnerID },
		replaced, mapped,
	).withText(func(r *Record) *string { return &r.Owner }),
	define(
		names{"referredById", "referred_by_id", "referred_by_id"}, optional(func(r *Record) **string { return &r.ReferredByID }), text, isID(id.Customer),
		func(in *service.CreateCustomerInput) *string { return in.ReferredByID },
		func(in *service.UpdateCustomerInput) graphql.Omittable[*string] { return in.ReferredByID },
		filledOnce, 0,
	),
	define(
		names{"partnerId", "partner_id", "partner_id"}, optional(func(r *Record) **string { return &r.PartnerID }), text, isID(id.Partner),
		func(in *service.CreateCustomerInput) *string { return in.PartnerID },
		func(in *service.UpdateCustomerInput) graphql.Omittable[*string] { return in.PartnerID },
		replaced, 0,
	),
	define[string, string](
		names{File: "partner"}, always(func(r *Record) *string { return &r.Partner }, ""), text, noCheck,
		nil, nil, kept, mapped,
	),
	define(
		names{"acquisitionCost", "acquisition_cost", "acquisition_cost"}, always(func(r *Record) *money.Amount { return &r.AcquisitionCost }, money.Amount{}), amount, notNegative,
		func(in *service.CreateCustomerInput) *service.MoneyInput { return in.AcquisitionCost },
		nil, replaced, mapped,
	),
	currency(),
	define(
		names{"acquiredAt", "acquired_at", "acquired_at"}, optional(func(r *Record) **time.Time { return &r.AcquiredAt }), moment, ofOurTime,
		func(in *service.CreateCustomerInput) *time.Time { return in.AcquiredAt },
		nil, replaced, mapped,
	),
	define(
		names{"measurements", "measurements", "measurements"}, object(func(r *Record) *map[string]any { return &r.Measurements }), values, small,
		func(in *service.CreateCustomerInput) *any { return ifAny(in.Measurements) },
		func(in *service.UpdateCustomerInput) graphql.Omittable[*any] {
			if !in.Measurements.IsSet() {
				return graphql.Omittable[*any]{}
			}
			return graphql.OmittableOf(ifAny(in.Measurements.Value()))
		},
		replaced, mapped,
	),
	define[time.Time, time.Time](
		names{Column: "created_at", File: "created_at"}, always(func(r *Record) *time.Time { return &r.CreatedAt }, time.Time{}), moment, noCheck,
		nil, nil, kept, 0,
	),
	define[time.Time, time.Time](
		names{Column: "departed_at", File: "departed_at"}, optional(func(r *Record) **time.Time { return &r.DepartedAt }), moment, ofOurTime,
		nil, nil, replaced, 0,
	),
	define[time.Time, time.Time](
		names{Column: "deleted_at", File: "deleted_at"}, optional(func(r *Record) **time.Time { return &r.DeletedAt }), moment, ofOurTime,
		nil, nil, replaced, 0,
	),
	define(
		names{"wallet", "wallet", "wallet"}, optional(func(r *Record) **money.Amount { return &r.Wallet }), amount, notNegative,
		func(in *service.CreateCustomerInput) *service.MoneyInput { return in.Wallet },
		func(in *service.UpdateCustomerInput) graphql.Omittable[*service.MoneyInput] { return in.Wallet },
		replaced, mapped,
	),
	define(
		names{"birthday", "birthday", "birthday"}, optional(func(r *Record) **schema.Date { return &r.Birthday }), date, lived,
		func(in *service.CreateCustomerInput) *schema.Date { return in.Birthday },
		func(in *service.UpdateCustomerInput) graphql.Omittable[*schema.Date] { return in.Birthday },
		replaced, mapped,
	),
	define( // an import changes it from now on: it is dated
		names{"taxExempt", "tax_exempt", "tax_exempt"}, optional(func(r *Record) **string { return &r.TaxExempt }), text, anyText(1000),
		func(in *service.CreateCustomerInput) *string { return in.TaxExempt },
		func(in *service.UpdateCustomerInput) graphql.Omittable[*string] { return in.TaxExempt },
		replaced, mapped,
	),
	define[[]Exemption, []Exemption](
		names{File: "tax_exemptions"}, list(func(r *Record) *[]Exemption { return &r.Exemptions }), plain(field.List[Exemption]()), checkExemptions,
		nil, nil, kept, 0,
	),
	define[[]StageFact, []StageFact](
		names{File: "stage_facts"}, list(func(r *Record) *[]StageFact { return &r.StageFacts }), stageFacts, checkStageFacts,
		nil, nil, kept, 0,
	),
	define(
		names{"campaignId", "campaign_id", "campaign"}, optional(func(r *Record) **string { return &r.CampaignID }), externalID, isID(id.Campaign),
		func(in *service.CreateCustomerInput) *string { return in.CampaignID },
		func(in *service.UpdateCustomerInput) graphql.Omittable[*string] { return in.CampaignID },
		replaced, mapped,
	).withText(func(r *Record) *string { return &r.Campaign }),
	define(
		names{"source", "source", "source"}, optional(func(r *Record) **string { return &r.Source }), text, anyText(100),
		func(in *service.CreateCustomerInput) *string { return in.Source },
		func(in *service.UpdateCustomerInput) graphql.Omittable[*string] { return in.Source },
		replaced, mapped,
	),
	define[[]PointFact, []PointFact](
		names{File: "phones"}, list(func(r *Record) *[]PointFact { return &r.Phones }), phoneFacts, checkPoints(schema.PointPhone, maxListed),
		nil, nil, replaced, mapped|nullable,
	),
	define[[]PointFact, []PointFact](
		names{File: "emails"}, list(func(r *Record) *[]PointFact { return &r.Emails }), emailFacts, checkPoints(schema.PointEmail, maxListed),
		nil, nil, replaced, mapped|nullable,
	),
	define[[]AddressFact, []AddressFact](
		names{File: "addresses"}, list(func(r *Record) *[]AddressFact { return &r.Addresses }), addressFacts, checkAddresses,
		nil, nil, replaced, mapped|nullable,
	),
	define[[]string, []string](
		names{File: "tags"}, list(func(r *Record) *[]string { return &r.Tags }), tagTexts, checkTags,
		nil, nil, replaced, mapped|nullable,
	),
}

// ifGiven is a value of an update that cannot be cleared: null leaves it as it is.
func ifGiven[T any](v *T) graphql.Omittable[*T] {
	if v == nil {
		return graphql.Omittable[*T]{}
	}
	return graphql.OmittableOf(v)
}

func ifAny(v any) *any {
	if v == nil {
		return nil
	}
	return &v
}
