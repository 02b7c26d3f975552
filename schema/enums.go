package schema

// The closed sets of values, by the design's names. Each is a string in the database and an enum of the same name in the
// API, by the methods in enums_values.go. The comments on types and values are the descriptions in
// the API: see ent/describe.go.
type (
	// Role is what a user may see and do.
	Role string
	// CustomerKind distinguishes people from companies and households.
	CustomerKind string
	// Stage is how far a customer has come with us.
	Stage string
	// ContactPointType is what a customer is reached by.
	ContactPointType string
	// ContactPointKind is where a phone number or an e-mail address reaches a customer.
	ContactPointKind string
	// AddressKind is what an address is for.
	AddressKind string
	// StageChangeKind is what changed a customer's stage.
	StageChangeKind string
	// Segment is the two of fast, quality and cheap that a customer prefers.
	Segment string
	// ContactKind is the occasion of a contact.
	ContactKind string
	// Direction is who addressed whom in a contact.
	Direction string
	// Channel is the way a contact goes.
	Channel string
	// Purpose is what a permission allows, or what a contact is made for.
	Purpose string
	// PermissionRoad is by which road a permission is earned that a contact lacks.
	PermissionRoad string
	// PermissionLevel is how far a permission goes. The values stand in ascending order.
	PermissionLevel string
	// PermissionState is what a permission is worth now.
	PermissionState string
	// PermissionEventKind is what happened to a permission.
	PermissionEventKind string
	// ProductKind distinguishes goods, services and bundles.
	ProductKind string
	// RateSubject is the kind of thing that a rate is the price of.
	RateSubject string
	// OfferKind is why an offer is made.
	OfferKind string
	// AgreementState is where an agreed price stands.
	AgreementState string
	// TaskState is whether a task is open, done or cancelled.
	TaskState string
	// MessageState is where an outgoing message stands.
	MessageState string
	// MessageAttemptOutcome is how an attempt to hand over a message ended.
	MessageAttemptOutcome string
	// FieldNoun is what a field of the installation's own is of.
	FieldNoun string
	// FieldType is what the values of a field of the installation's own are.
	FieldType string
	// OfferStatus is where an offer stands.
	OfferStatus string
	// OrderStatus is where an order stands.
	OrderStatus string
	// AttributionModel is how an order's margin is credited to the contacts before it.
	AttributionModel string
	// LifetimeModelKind is a model of how often customers order and when they leave.
	LifetimeModelKind string
	// SimpleForecast is a simple forecast that a lifetime model is compared with.
	SimpleForecast string
	// OrderMarginForecast is what an order is expected to earn by.
	OrderMarginForecast string
	// TimeUnit is the unit of a lifetime model's times.
	TimeUnit string
)

// The values of the enums, each with its description in the API.
const (
	RoleAdmin   Role = "ADMIN"   // All rows and all scopes.
	RoleManager Role = "MANAGER" // All rows and all scopes but users.
	RoleSales   Role = "SALES"   // Customers they own, their teams own if that is set, or nobody owns, and what belongs to those; no scopes.
	RoleAnalyst Role = "ANALYST" // All rows, read only; the scope costs.
	RolePartner Role = "PARTNER" // Customers whom this partner brought and who gave PARTNER_SHARING, read only; the scopes that the partner's client was given.

	Person    CustomerKind = "PERSON"    // A person.
	Company   CustomerKind = "COMPANY"   // A company.
	Household CustomerKind = "HOUSEHOLD" // A household: people who buy together.

	Stranger Stage = "STRANGER" // Has given us no permission and ordered nothing.
	Friend   Stage = "FRIEND"   // Has given a permission.
	Buyer    Stage = "CUSTOMER" // Has completed an order.
	Loyal    Stage = "LOYAL"    // Has ordered repeatedly and is most likely still a customer: settings loyalOrderDays and loyalProbability.
	Former   Stage = "FORMER"   // Has most likely left, or has left as staff recorded: setting formerProbability.

	StageRecorded   StageChangeKind = "RECORDED"   // The stage that the customer was recorded with.
	StageOverruled  StageChangeKind = "OVERRULED"  // Staff decided so.
	StageImported   StageChangeKind = "IMPORTED"   // Facts that came with a file.
	StagePermission StageChangeKind = "PERMISSION" // The first permission.
	StageOrder      StageChangeKind = "ORDER"      // A completed order.
	StageDeparture  StageChangeKind = "DEPARTURE"  // The customer left, as staff recorded.
	StageSilence    StageChangeKind = "SILENCE"    // The customer has not ordered for long.
	StageReversal   StageChangeKind = "REVERSAL"   // What had moved the customer is gone, such as an order that was given back in full.

	FastCheap    Segment = "FAST_CHEAP"    // Fast and cheap, at the expense of quality.
	FastQuality  Segment = "FAST_QUALITY"  // Fast and good, at the expense of price.
	QualityCheap Segment = "QUALITY_CHEAP" // Good and cheap, at the expense of speed.

	InfoCall       ContactKind = "INFO_CALL"      // A call for information that sells nothing.
	TargetCall     ContactKind = "TARGET_CALL"    // A call that sells.
	Email          ContactKind = "EMAIL"          // An e-mail.
	TextMessage    ContactKind = "MESSAGE"        // A message by SMS or a messenger.
	Meeting        ContactKind = "MEETING"        // A meeting.
	Visit          ContactKind = "VISIT"          // A visit.
	Complaint      ContactKind = "COMPLAINT"      // A complaint.
	Claim          ContactKind = "CLAIM"          // A claim for redress.
	Recommendation ContactKind = "RECOMMENDATION" // A recommendation of us to another person, who is the contact's about.
	Review         ContactKind = "REVIEW"         // A review of us or of a product.
	OtherContact   ContactKind = "OTHER"          // Anything else.

	Inbound  Direction = "INBOUND"  // The customer addressed us.
	Outbound Direction = "OUTBOUND" // We addressed the customer.

	ByPhone     Channel = "PHONE"     // By telephone.
	ByEmail     Channel = "EMAIL"     // By e-mail.
	BySMS       Channel = "SMS"       // By SMS.
	ByMessenger Channel = "MESSENGER" // By a messenger.
	ByPost      Channel = "POST"      // By post.
	ByVisit     Channel = "VISIT"     // In person.
	ByWeb       Channel = "WEB"       // By the web site.
	ByApp       Channel = "APP"       // By the app.

	Marketing       Purpose = "MARKETING"       // Contacts that sell. Needs BRAND_TRUST by default.
	Personalisation Purpose = "PERSONALISATION" // Anything made from the customer's own data or price. Needs PERSONAL by default.
	Service         Purpose = "SERVICE"         // An answer, a delivery, a complaint. Needs no permission by default.
	PartnerSharing  Purpose = "PARTNER_SHARING" // Sharing the customer's data with the partner who brought them. Needs PERSONAL by default.

	Situation   PermissionLevel = "SITUATION"   // Here and now: ends by default after a day (setting situationHours).
	BrandTrust  PermissionLevel = "BRAND_TRUST" // The customer trusts the brand and accepts to hear from it.
	Personal    PermissionLevel = "PERSONAL"    // The customer accepts a personal relation: their own data may be used for them.
	Points      PermissionLevel = "POINTS"      // The customer takes part in a scheme that rewards attention.
	Intravenous PermissionLevel = "INTRAVENOUS" // May act on the customer's behalf.

	RoadAsk     PermissionRoad = "ASK"     // Nothing stands: ask when the customer is in touch.
	RoadConfirm PermissionRoad = "CONFIRM" // The customer was asked, and confirms by the link.
	RoadRenew   PermissionRoad = "RENEW"   // It has expired: ask again when the customer is in touch.
	RoadRaise   PermissionRoad = "RAISE"   // The level is too low: ask for the next in a contact that it allows.
	RoadReturn  PermissionRoad = "RETURN"  // The customer revoked: only they can give it again.

	PermissionPending PermissionState = "PENDING" // Waiting for confirmPermission; allows nothing yet.
	PermissionActive  PermissionState = "ACTIVE"  // In force.
	PermissionExpired PermissionState = "EXPIRED" // Ended by itself.
	PermissionRevoked PermissionState = "REVOKED" // Revoked for good.
	PermissionMerged  PermissionState = "MERGED"  // Ended because its customer was merged with one who had allowed less; it holds again if the merge is undone.

	EventRequested PermissionEventKind = "REQUESTED" // Requested, to be confirmed by the customer.
	EventConfirmed PermissionEventKind = "CONFIRMED" // Confirmed by the customer.
	EventGranted   PermissionEventKind = "GRANTED"   // Granted without confirmation.
	EventRaised    PermissionEventKind = "RAISED"    // Raised to a higher level.
	EventLowered   PermissionEventKind = "LOWERED"   // Lowered to a lower level.
	EventRenewed   PermissionEventKind = "RENEWED"   // Renewed at the same level.
	EventExpired   PermissionEventKind = "EXPIRED"   // Ended by itself.
	EventRevoked   PermissionEventKind = "REVOKED"   // Revoked.
	EventMerged    PermissionEventKind = "MERGED"    // Ended because its customer was merged with one who had allowed less.
	EventSeparated PermissionEventKind = "SEPARATED" // As before the merge, which was undone.

	Good        ProductKind = "GOOD"    // A thing.
	ServiceWork ProductKind = "SERVICE" // Work done for the customer.
	Bundle      ProductKind = "BUNDLE"  // Several products sold as one.

	RateStaff         RateSubject = "STAFF"          // The working time of a user or a grade.
	RateChannelFee    RateSubject = "CHANNEL_FEE"    // A contact on a channel.
	RateChannelMinute RateSubject = "CHANNEL_MINUTE" // A minute on a channel.
	RateMaterial      RateSubject = "MATERIAL"       // A material.
	RateResource      RateSubject = "RESOURCE"       // A resource, such as a machine, a room or people's hours.
	RateOverhead      RateSubject = "OVERHEAD"       // A share added to the cost of what is made.
	RateTax           RateSubject = "TAX"            // The share of a tax code: what of a price belongs to the state.

	OfferIndividual OfferKind = "INDIVIDUAL"           // Made from the customer's own data or price.
	OfferBundle     OfferKind = "BUNDLE"               // Several products together.
	OfferOfTheMonth OfferKind = "PRODUCT_OF_THE_MONTH" // The product of the month.
	OfferCrossSell  OfferKind = "CROSS_SELL"           // A product that goes with another.
	OfferWinBack    OfferKind = "WIN_BACK"             // To win a former customer back.
	OfferTender     OfferKind = "TENDER"               // An answer to a call for tenders.

	AgreementProposed AgreementState = "PROPOSED" // Waits for somebody with the scope floor; no price follows it yet.
	AgreementAgreed   AgreementState = "AGREED"   // Holds, within its time.
	AgreementDeclined AgreementState = "DECLINED" // Declined by somebody with the scope floor; no price follows it.
	AgreementEnded    AgreementState = "ENDED"    // Its time is over, or it was ended.

	PointPhone ContactPointType = "PHONE" // A phone number.
	PointEmail ContactPointType = "EMAIL" // An e-mail address.

	PointMobile ContactPointKind = "MOBILE" // A mobile phone.
	PointWork   ContactPointKind = "WORK"   // At work.
	PointHome   ContactPointKind = "HOME"   // At home.
	PointOther  ContactPointKind = "OTHER"  // Not said.

	AddressDelivery AddressKind = "DELIVERY" // Where goods are to be delivered.
	AddressBilling  AddressKind = "BILLING"  // Where invoices go.
	AddressHome     AddressKind = "HOME"     // Where the customer lives.
	AddressWork     AddressKind = "WORK"     // Where the customer works.
	AddressOther    AddressKind = "OTHER"    // Another, or not said.

	TaskOpen      TaskState = "OPEN"      // To be done.
	TaskDone      TaskState = "DONE"      // Done.
	TaskCancelled TaskState = "CANCELLED" // No longer to be done.

	MessageQueued     MessageState = "QUEUED"     // Waiting for its turn, or for another attempt.
	MessagePaused     MessageState = "PAUSED"     // Waiting for its channel to be resumed.
	MessageSent       MessageState = "SENT"       // Handed over to the provider; the contact is recorded.
	MessageDelivered  MessageState = "DELIVERED"  // The provider reports that it has arrived.
	MessageBounced    MessageState = "BOUNCED"    // The provider reports that it cannot arrive.
	MessageComplained MessageState = "COMPLAINED" // The recipient has reported it as unwanted.
	MessageStopped    MessageState = "STOPPED"    // Never handed over: no longer permitted, cancelled, or without its cause; see reason.
	MessageDead       MessageState = "DEAD"       // Given up: refused by the provider, or not accepted in any attempt.

	AttemptUnknown  MessageAttemptOutcome = "UNKNOWN"  // It may have been handed over: no answer was received.
	AttemptAccepted MessageAttemptOutcome = "ACCEPTED" // The provider took the message.
	AttemptDeferred MessageAttemptOutcome = "DEFERRED" // The provider did not take it now, or could not be reached.
	AttemptRefused  MessageAttemptOutcome = "REFUSED"  // The provider refused it for good.

	FieldOfCustomer FieldNoun = "CUSTOMER" // Customers.
	FieldOfContact  FieldNoun = "CONTACT"  // Contacts.
	FieldOfOrder    FieldNoun = "ORDER"    // Orders.
	FieldOfProduct  FieldNoun = "PRODUCT"  // Products.

	FieldText    FieldType = "TEXT"    // A text.
	FieldNumber  FieldType = "NUMBER"  // An exact decimal such as "12.5", with at most nine places.
	FieldBoolean FieldType = "BOOLEAN" // "true" or "false".
	FieldDay     FieldType = "DAY"     // A day of the calendar such as "1990-02-28".
	FieldChoice  FieldType = "CHOICE"  // One of the field's words.

	OfferDraft     OfferStatus = "DRAFT"     // Not sent yet.
	OfferSent      OfferStatus = "SENT"      // Sent and not answered.
	OfferViewed    OfferStatus = "VIEWED"    // Looked at by the customer and not answered.
	OfferAccepted  OfferStatus = "ACCEPTED"  // Accepted; an order was created from it.
	OfferDeclined  OfferStatus = "DECLINED"  // Declined by the customer.
	OfferExpired   OfferStatus = "EXPIRED"   // Not answered in time.
	OfferWithdrawn OfferStatus = "WITHDRAWN" // Withdrawn by us.

	OrderPlaced    OrderStatus = "PLACED"    // Placed, not completed.
	OrderCompleted OrderStatus = "COMPLETED" // Completed; the margin is credited.
	OrderCancelled OrderStatus = "CANCELLED" // Cancelled before completion.
	OrderRefunded  OrderStatus = "REFUNDED"  // Completed and given back in full.

	AttributeFirst     AttributionModel = "FIRST"      // All to the first contact.
	AttributeLast      AttributionModel = "LAST"       // All to the last contact.
	AttributeLinear    AttributionModel = "LINEAR"     // Equally to all contacts.
	AttributeTimeDecay AttributionModel = "TIME_DECAY" // By age: half as much for each half-life before the order (setting halfLifeDays).
	AttributePosition  AttributionModel = "POSITION"   // 40 % to the first, 40 % to the last, 20 % to those between.
	AttributeMarkov    AttributionModel = "MARKOV"     // By the removal effects of kind and channel in a Markov chain of all journeys.
	AttributeShapley   AttributionModel = "SHAPLEY"    // By the Shapley values of kind and channel over all journeys.

	BGNBD     LifetimeModelKind = "BG_NBD"     // BG/NBD: a customer may leave after a repeat order.
	MBGNBD    LifetimeModelKind = "MBG_NBD"    // MBG/NBD: a customer may leave after any order, the first included.
	ParetoNBD LifetimeModelKind = "PARETO_NBD" // Pareto/NBD: a customer may leave at any time.
	MBGCNBD   LifetimeModelKind = "MBG_CNBD_K" // MBG/CNBD-k: as MBG/NBD, for customers who order at regular intervals.

	// Simple forecasts, which are used only where they are asked for.

	MeanRate         LifetimeModelKind = "MEAN_RATE"         // A simple forecast: everybody orders at the mean rate of all, and nobody leaves.
	OwnRate          LifetimeModelKind = "OWN_RATE"          // A simple forecast: everybody goes on at their own rate, and nobody leaves.
	RecencyFrequency LifetimeModelKind = "RECENCY_FREQUENCY" // A simple forecast: as OWN_RATE, of who has not been silent for longer than 95 of 100 times between two orders.
	LastPeriod       LifetimeModelKind = "LAST_PERIOD"       // A simple forecast: everybody orders as often again as in the last period, which is as long as the days that the model is tested on, at most a year.

	ForecastLastPeriod       SimpleForecast = "LAST_PERIOD"       // As much again as in the last period of the same length, or in the last year if that is shorter.
	ForecastMeanRate         SimpleForecast = "MEAN_RATE"         // The mean rate of all, and the mean margin of all order days.
	ForecastOwnRate          SimpleForecast = "OWN_RATE"          // The customer's own rate and own mean margin.
	ForecastRecencyFrequency SimpleForecast = "RECENCY_FREQUENCY" // OWN_RATE of who has not been silent for longer than 95 of 100 times between two orders; nothing of the others.
	ForecastOwnMean          SimpleForecast = "OWN_MEAN"          // The orders that the model expects, each of which earns the customer's own mean margin.

	OrderMarginByModel OrderMarginForecast = "MODEL"    // By the margin model: the customer's own mean drawn to that of all.
	OrderMarginOwnMean OrderMarginForecast = "OWN_MEAN" // The mean of the customer's own order days; with the kind LAST_PERIOD of those of the last period.

	Day   TimeUnit = "DAY"   // A day.
	Week  TimeUnit = "WEEK"  // A week.
	Month TimeUnit = "MONTH" // A month of 30.4375 days.
)
