package schema

import (
	"fmt"
	"io"
	"slices"
	"strconv"
)

// The values of the enums of enums.go, and how the executor writes and reads them: it calls MarshalGQL and UnmarshalGQL.

// Values lists the enum's values in their order in the API.
func (Role) Values() []string {
	return texts(RoleAdmin, RoleManager, RoleSales, RoleAnalyst, RolePartner)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v Role) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *Role) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (CustomerKind) Values() []string { return texts(Person, Company, Household) }

// MarshalGQL writes the value as GraphQL's enum.
func (v CustomerKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *CustomerKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (Stage) Values() []string { return texts(Stranger, Friend, Buyer, Loyal, Former) }

// MarshalGQL writes the value as GraphQL's enum.
func (v Stage) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *Stage) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (StageChangeKind) Values() []string {
	return texts(StageRecorded, StageOverruled, StageImported, StagePermission, StageOrder, StageDeparture, StageSilence, StageReversal)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v StageChangeKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is none of Values.
func (v *StageChangeKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (Segment) Values() []string { return texts(FastCheap, FastQuality, QualityCheap) }

// MarshalGQL writes the value as GraphQL's enum.
func (v Segment) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *Segment) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (ContactKind) Values() []string {
	return texts(InfoCall, TargetCall, Email, TextMessage, Meeting, Visit, Complaint, Claim, Recommendation, Review, OtherContact)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v ContactKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *ContactKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (Direction) Values() []string { return texts(Inbound, Outbound) }

// MarshalGQL writes the value as GraphQL's enum.
func (v Direction) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *Direction) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (Channel) Values() []string {
	return texts(ByPhone, ByEmail, BySMS, ByMessenger, ByPost, ByVisit, ByWeb, ByApp)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v Channel) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *Channel) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (Purpose) Values() []string { return texts(Marketing, Personalisation, Service, PartnerSharing) }

// MarshalGQL writes the value as GraphQL's enum.
func (v Purpose) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *Purpose) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (PermissionRoad) Values() []string {
	return texts(RoadAsk, RoadConfirm, RoadRenew, RoadRaise, RoadReturn)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v PermissionRoad) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *PermissionRoad) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (PermissionLevel) Values() []string {
	return texts(Situation, BrandTrust, Personal, Points, Intravenous)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v PermissionLevel) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *PermissionLevel) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (PermissionState) Values() []string {
	return texts(PermissionPending, PermissionActive, PermissionExpired, PermissionRevoked, PermissionMerged)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v PermissionState) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *PermissionState) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (PermissionEventKind) Values() []string {
	return texts(EventRequested, EventConfirmed, EventGranted, EventRaised, EventLowered, EventRenewed, EventExpired, EventRevoked, EventMerged, EventSeparated)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v PermissionEventKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *PermissionEventKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (ProductKind) Values() []string { return texts(Good, ServiceWork, Bundle) }

// MarshalGQL writes the value as GraphQL's enum.
func (v ProductKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *ProductKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (RateSubject) Values() []string {
	return texts(RateStaff, RateChannelFee, RateChannelMinute, RateMaterial, RateResource, RateOverhead, RateTax)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v RateSubject) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *RateSubject) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (OfferKind) Values() []string {
	return texts(OfferIndividual, OfferBundle, OfferOfTheMonth, OfferCrossSell, OfferWinBack, OfferTender)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v OfferKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *OfferKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (AgreementState) Values() []string {
	return texts(AgreementProposed, AgreementAgreed, AgreementDeclined, AgreementEnded)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v AgreementState) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is none of Values.
func (v *AgreementState) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (ContactPointType) Values() []string { return texts(PointPhone, PointEmail) }

// MarshalGQL writes the value as GraphQL's enum.
func (v ContactPointType) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *ContactPointType) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (ContactPointKind) Values() []string {
	return texts(PointMobile, PointWork, PointHome, PointOther)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v ContactPointKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *ContactPointKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (AddressKind) Values() []string {
	return texts(AddressDelivery, AddressBilling, AddressHome, AddressWork, AddressOther)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v AddressKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *AddressKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (TaskState) Values() []string { return texts(TaskOpen, TaskDone, TaskCancelled) }

// MarshalGQL writes the value as GraphQL's enum.
func (v TaskState) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *TaskState) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (MessageState) Values() []string {
	return texts(MessageQueued, MessagePaused, MessageSent, MessageDelivered, MessageBounced, MessageComplained, MessageStopped, MessageDead)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v MessageState) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *MessageState) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (MessageAttemptOutcome) Values() []string {
	return texts(AttemptUnknown, AttemptAccepted, AttemptDeferred, AttemptRefused)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v MessageAttemptOutcome) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *MessageAttemptOutcome) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (FieldNoun) Values() []string {
	return texts(FieldOfCustomer, FieldOfContact, FieldOfOrder, FieldOfProduct)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v FieldNoun) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *FieldNoun) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (FieldType) Values() []string {
	return texts(FieldText, FieldNumber, FieldBoolean, FieldDay, FieldChoice)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v FieldType) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *FieldType) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (OfferStatus) Values() []string {
	return texts(OfferDraft, OfferSent, OfferViewed, OfferAccepted, OfferDeclined, OfferExpired, OfferWithdrawn)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v OfferStatus) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *OfferStatus) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (OrderStatus) Values() []string {
	return texts(OrderPlaced, OrderCompleted, OrderCancelled, OrderRefunded)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v OrderStatus) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *OrderStatus) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (AttributionModel) Values() []string {
	return texts(AttributeFirst, AttributeLast, AttributeLinear, AttributeTimeDecay, AttributePosition, AttributeMarkov, AttributeShapley)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v AttributionModel) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *AttributionModel) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (LifetimeModelKind) Values() []string {
	return texts(BGNBD, MBGNBD, ParetoNBD, MBGCNBD, MeanRate, OwnRate, RecencyFrequency, LastPeriod)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v LifetimeModelKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *LifetimeModelKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (SimpleForecast) Values() []string {
	return texts(ForecastLastPeriod, ForecastMeanRate, ForecastOwnRate, ForecastRecencyFrequency, ForecastOwnMean)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v SimpleForecast) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *SimpleForecast) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (OrderMarginForecast) Values() []string {
	return texts(OrderMarginByModel, OrderMarginOwnMean)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v OrderMarginForecast) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *OrderMarginForecast) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (TimeUnit) Values() []string { return texts(Day, Week, Month) }

// MarshalGQL writes the value as GraphQL's enum.
func (v TimeUnit) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *TimeUnit) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Rank is the place of the level from 1, the lowest; 0 if it is none of the levels.
func (v PermissionLevel) Rank() int { return slices.Index(v.Values(), string(v)) + 1 }

// Next is the level above; the highest has none above it but itself.
func (v PermissionLevel) Next() PermissionLevel {
	all := v.Values()
	return PermissionLevel(all[min(v.Rank(), len(all)-1)])
}

// AtMost returns the level, or another if that is lower.
func (v PermissionLevel) AtMost(other PermissionLevel) PermissionLevel {
	if other.Rank() < v.Rank() {
		return other
	}
	return v
}

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
