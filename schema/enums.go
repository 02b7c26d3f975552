package schema

import (
	"fmt"
	"io"
	"slices"
	"strconv"
)

// The design's words for closed sets of values. Each is a string in the database and an enum of the
// same name in the API; MarshalGQL and UnmarshalGQL are what the executor calls.
type (
	// Role is what a user may do: see package auth for the rules.
	Role string
	// CustomerKind tells a person from a company.
	CustomerKind string
	// Stage is how far a customer has come with us.
	Stage string
	// Segment is the two of fast, quality and cheap that a customer picks.
	Segment string
	// ContactKind is the occasion of a contact.
	ContactKind string
	// Direction tells who spoke to whom.
	Direction string
	// Channel is the way a contact goes.
	Channel string
	// Purpose is what a permission is for.
	Purpose string
	// PermissionLevel is how far a permission goes; see Rank.
	PermissionLevel string
	// PermissionState is what a permission is worth now.
	PermissionState string
	// PermissionEventKind is what happened to a permission.
	PermissionEventKind string
	// ProductKind tells goods, services and bundles apart.
	ProductKind string
	// RateSubject is what a rate is the price of.
	RateSubject string
	// OfferKind is why an offer is made.
	OfferKind string
	// OfferStatus is where an offer stands.
	OfferStatus string
	// OrderStatus is where an order stands.
	OrderStatus string
	// AttributionModel is how an order's margin is credited to contacts.
	AttributionModel string
	// LifetimeModelKind is a model of how often customers order and when they leave.
	LifetimeModelKind string
	// TimeUnit is the unit of a lifetime model's times.
	TimeUnit string
	// OrderDirection is which way a list is ordered.
	OrderDirection string
)

// The values.
const (
	RoleAdmin   Role = "ADMIN"
	RoleManager Role = "MANAGER"
	RoleSales   Role = "SALES"
	RoleAnalyst Role = "ANALYST"
	RolePartner Role = "PARTNER"

	Person  CustomerKind = "PERSON"
	Company CustomerKind = "COMPANY"

	Stranger Stage = "STRANGER"
	Friend   Stage = "FRIEND"
	Buyer    Stage = "CUSTOMER"
	Loyal    Stage = "LOYAL"
	Former   Stage = "FORMER"

	FastCheap    Segment = "FAST_CHEAP"
	FastQuality  Segment = "FAST_QUALITY"
	QualityCheap Segment = "QUALITY_CHEAP"

	InfoCall       ContactKind = "INFO_CALL"
	TargetCall     ContactKind = "TARGET_CALL"
	Email          ContactKind = "EMAIL"
	Message        ContactKind = "MESSAGE"
	Meeting        ContactKind = "MEETING"
	Visit          ContactKind = "VISIT"
	Complaint      ContactKind = "COMPLAINT"
	Claim          ContactKind = "CLAIM"
	Recommendation ContactKind = "RECOMMENDATION"
	Review         ContactKind = "REVIEW"
	OtherContact   ContactKind = "OTHER"

	Inbound  Direction = "INBOUND"
	Outbound Direction = "OUTBOUND"

	ByPhone     Channel = "PHONE"
	ByEmail     Channel = "EMAIL"
	BySMS       Channel = "SMS"
	ByMessenger Channel = "MESSENGER"
	ByPost      Channel = "POST"
	ByVisit     Channel = "VISIT"
	ByWeb       Channel = "WEB"
	ByApp       Channel = "APP"

	Marketing       Purpose = "MARKETING"
	Personalisation Purpose = "PERSONALISATION"
	Service         Purpose = "SERVICE"
	PartnerSharing  Purpose = "PARTNER_SHARING"

	Situation   PermissionLevel = "SITUATION"
	BrandTrust  PermissionLevel = "BRAND_TRUST"
	Personal    PermissionLevel = "PERSONAL"
	Points      PermissionLevel = "POINTS"
	Intravenous PermissionLevel = "INTRAVENOUS"

	PermissionPending PermissionState = "PENDING"
	PermissionActive  PermissionState = "ACTIVE"
	PermissionExpired PermissionState = "EXPIRED"
	PermissionRevoked PermissionState = "REVOKED"

	EventRequested PermissionEventKind = "REQUESTED"
	EventConfirmed PermissionEventKind = "CONFIRMED"
	EventGranted   PermissionEventKind = "GRANTED"
	EventRaised    PermissionEventKind = "RAISED"
	EventLowered   PermissionEventKind = "LOWERED"
	EventRenewed   PermissionEventKind = "RENEWED"
	EventExpired   PermissionEventKind = "EXPIRED"
	EventRevoked   PermissionEventKind = "REVOKED"

	Good        ProductKind = "GOOD"
	ServiceWork ProductKind = "SERVICE"
	Bundle      ProductKind = "BUNDLE"

	RateStaff         RateSubject = "STAFF"
	RateChannelFee    RateSubject = "CHANNEL_FEE"
	RateChannelMinute RateSubject = "CHANNEL_MINUTE"
	RateMaterial      RateSubject = "MATERIAL"
	RateResource      RateSubject = "RESOURCE"
	RateOverhead      RateSubject = "OVERHEAD"

	OfferIndividual OfferKind = "INDIVIDUAL"
	OfferBundle     OfferKind = "BUNDLE"
	OfferOfTheMonth OfferKind = "PRODUCT_OF_THE_MONTH"
	OfferCrossSell  OfferKind = "CROSS_SELL"
	OfferWinBack    OfferKind = "WIN_BACK"
	OfferTender     OfferKind = "TENDER"

	OfferDraft     OfferStatus = "DRAFT"
	OfferSent      OfferStatus = "SENT"
	OfferViewed    OfferStatus = "VIEWED"
	OfferAccepted  OfferStatus = "ACCEPTED"
	OfferDeclined  OfferStatus = "DECLINED"
	OfferExpired   OfferStatus = "EXPIRED"
	OfferWithdrawn OfferStatus = "WITHDRAWN"

	OrderPlaced    OrderStatus = "PLACED"
	OrderCompleted OrderStatus = "COMPLETED"
	OrderCancelled OrderStatus = "CANCELLED"
	OrderRefunded  OrderStatus = "REFUNDED"

	AttributeFirst     AttributionModel = "FIRST"
	AttributeLast      AttributionModel = "LAST"
	AttributeLinear    AttributionModel = "LINEAR"
	AttributeTimeDecay AttributionModel = "TIME_DECAY"
	AttributePosition  AttributionModel = "POSITION"
	AttributeMarkov    AttributionModel = "MARKOV"
	AttributeShapley   AttributionModel = "SHAPLEY"

	BGNBD     LifetimeModelKind = "BG_NBD"
	MBGNBD    LifetimeModelKind = "MBG_NBD"
	ParetoNBD LifetimeModelKind = "PARETO_NBD"
	MBGCNBD   LifetimeModelKind = "MBG_CNBD_K"

	Day   TimeUnit = "DAY"
	Week  TimeUnit = "WEEK"
	Month TimeUnit = "MONTH"

	Ascending  OrderDirection = "ASC"
	Descending OrderDirection = "DESC"
)

// Values lists the values in their order.
func (Role) Values() []string {
	return texts(RoleAdmin, RoleManager, RoleSales, RoleAnalyst, RolePartner)
}

// MarshalGQL writes the enum.
func (v Role) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *Role) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (CustomerKind) Values() []string { return texts(Person, Company) }

// MarshalGQL writes the enum.
func (v CustomerKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *CustomerKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (Stage) Values() []string { return texts(Stranger, Friend, Buyer, Loyal, Former) }

// MarshalGQL writes the enum.
func (v Stage) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *Stage) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (Segment) Values() []string { return texts(FastCheap, FastQuality, QualityCheap) }

// MarshalGQL writes the enum.
func (v Segment) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *Segment) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (ContactKind) Values() []string {
	return texts(InfoCall, TargetCall, Email, Message, Meeting, Visit, Complaint, Claim, Recommendation, Review, OtherContact)
}

// MarshalGQL writes the enum.
func (v ContactKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *ContactKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (Direction) Values() []string { return texts(Inbound, Outbound) }

// MarshalGQL writes the enum.
func (v Direction) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *Direction) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (Channel) Values() []string {
	return texts(ByPhone, ByEmail, BySMS, ByMessenger, ByPost, ByVisit, ByWeb, ByApp)
}

// MarshalGQL writes the enum.
func (v Channel) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *Channel) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (Purpose) Values() []string { return texts(Marketing, Personalisation, Service, PartnerSharing) }

// MarshalGQL writes the enum.
func (v Purpose) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *Purpose) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (PermissionLevel) Values() []string {
	return texts(Situation, BrandTrust, Personal, Points, Intravenous)
}

// MarshalGQL writes the enum.
func (v PermissionLevel) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *PermissionLevel) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (PermissionState) Values() []string {
	return texts(PermissionPending, PermissionActive, PermissionExpired, PermissionRevoked)
}

// MarshalGQL writes the enum.
func (v PermissionState) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *PermissionState) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (PermissionEventKind) Values() []string {
	return texts(EventRequested, EventConfirmed, EventGranted, EventRaised, EventLowered, EventRenewed, EventExpired, EventRevoked)
}

// MarshalGQL writes the enum.
func (v PermissionEventKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *PermissionEventKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (ProductKind) Values() []string { return texts(Good, ServiceWork, Bundle) }

// MarshalGQL writes the enum.
func (v ProductKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *ProductKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (RateSubject) Values() []string {
	return texts(RateStaff, RateChannelFee, RateChannelMinute, RateMaterial, RateResource, RateOverhead)
}

// MarshalGQL writes the enum.
func (v RateSubject) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *RateSubject) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (OfferKind) Values() []string {
	return texts(OfferIndividual, OfferBundle, OfferOfTheMonth, OfferCrossSell, OfferWinBack, OfferTender)
}

// MarshalGQL writes the enum.
func (v OfferKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *OfferKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (OfferStatus) Values() []string {
	return texts(OfferDraft, OfferSent, OfferViewed, OfferAccepted, OfferDeclined, OfferExpired, OfferWithdrawn)
}

// MarshalGQL writes the enum.
func (v OfferStatus) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *OfferStatus) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (OrderStatus) Values() []string {
	return texts(OrderPlaced, OrderCompleted, OrderCancelled, OrderRefunded)
}

// MarshalGQL writes the enum.
func (v OrderStatus) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *OrderStatus) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (AttributionModel) Values() []string {
	return texts(AttributeFirst, AttributeLast, AttributeLinear, AttributeTimeDecay, AttributePosition, AttributeMarkov, AttributeShapley)
}

// MarshalGQL writes the enum.
func (v AttributionModel) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *AttributionModel) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (LifetimeModelKind) Values() []string { return texts(BGNBD, MBGNBD, ParetoNBD, MBGCNBD) }

// MarshalGQL writes the enum.
func (v LifetimeModelKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *LifetimeModelKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (TimeUnit) Values() []string { return texts(Day, Week, Month) }

// MarshalGQL writes the enum.
func (v TimeUnit) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *TimeUnit) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the values in their order.
func (OrderDirection) Values() []string { return texts(Ascending, Descending) }

// MarshalGQL writes the enum.
func (v OrderDirection) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the enum.
func (v *OrderDirection) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Rank orders the levels from 1, the lowest; 0 is no level.
func (v PermissionLevel) Rank() int { return slices.Index(v.Values(), string(v)) + 1 }

func texts[T ~string](values ...T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}

func writeEnum[T ~string](w io.Writer, v T) { _, _ = io.WriteString(w, strconv.Quote(string(v))) }

func readEnum[T ~string](to *T, values []string, from any) error {
	text, ok := from.(string)
	if !ok || !slices.Contains(values, text) {
		return fmt.Errorf("not one of the values: want one of %v", values)
	}
	*to = T(text)
	return nil
}
