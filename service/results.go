package service

import (
	"math/rand/v2"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
)

// Session is what a successful sign-in gives.
type Session struct {
	AccessToken  string
	ExpiresAt    time.Time
	RefreshToken string
	Viewer       *Viewer
}

// Viewer is the user who asks, and what they may.
type Viewer struct {
	User   *ent.User
	Role   schema.Role
	Scopes []string
}

// Price is one customer's price for one product at one moment, with its reasons. Money is of one unit but for Total.
type Price struct {
	ProductID  string
	CustomerID string
	Quantity   money.Decimal
	Unit       money.Amount
	Total      money.Amount
	List       money.Amount
	Lines      []pricing.Line
	Floor      money.Amount
	Cost       *costing.ProductCost
	Margin     money.Amount
	At         time.Time
	ValidUntil time.Time
	LeadDays   int

	from     *Quotes
	question pricing.Question
	options  []pricing.Option   // of the question, and those that measurements filled
	rejected []pricing.Rejected // of all rules, the supposed ones too
	supposed bool               // by other rates or rules than there are: not to be promised
}

// RejectedRule is a rule that was looked at and did not apply, and why.
type RejectedRule struct {
	RuleID, Reason string

	book     *pricing.Book
	question *pricing.Question
}

// LifetimeValue is what a customer has been worth and is expected to be.
type LifetimeValue struct {
	At                  time.Time
	HorizonMonths       int
	Model               *ent.LifetimeModel
	Frequency           int
	Recency             float64
	Age                 float64
	ProbabilityAlive    float64
	ExpectedOrders      float64
	ExpectedOrderMargin money.Amount
	Past                money.Amount
	Future              money.Amount
	Total               money.Amount
	Notes               []string

	outlook *lifetime.Outlook // nil before the first order
}

// LifetimeInterval is between which bounds a lifetime value lies with a probability.
type LifetimeInterval struct {
	Probability           float64
	Low, High             money.Amount
	OrdersLow, OrdersHigh int
}

// intervalProbability is how often a figure lies within the bounds that are told.
const intervalProbability = 0.8

// seeded gives the randomness of what is simulated: always the same, so that the same question has the same answer.
func seeded() *rand.PCG { return rand.NewPCG(1, 2) }

// Interval gives the bounds of the total, nil before the first order.
func (v *LifetimeValue) Interval() (*LifetimeInterval, error) {
	if v.outlook == nil {
		return nil, nil
	}
	bounds, err := v.outlook.Interval(intervalProbability, seeded())
	if err != nil {
		return nil, err
	}
	i := &LifetimeInterval{Probability: intervalProbability, OrdersLow: bounds.OrdersLow, OrdersHigh: bounds.OrdersHigh}
	if i.Low, err = v.past(bounds.Low); err == nil {
		i.High, err = v.past(bounds.High)
	}
	return i, ofHeart(err)
}

// past adds what has been earned to minor units that may come.
func (v *LifetimeValue) past(minor float64) (money.Amount, error) {
	future, err := money.FromFloat(minor)
	if err != nil {
		return future, err
	}
	return v.Past.Plus(future)
}

// ContactValue is what a contact earned; its expectation and credits are asked for one by one.
type ContactValue struct {
	Contact  *ent.Contact
	Realised money.Amount
	Net      money.Amount
}

// Credit is what one contact earned of one order.
type Credit struct {
	OrderID string
	Amount  money.Amount
	Share   money.Decimal
}

// OrderCredit is what one order earned for one contact; ContactID is "" for what no contact earned.
type OrderCredit struct {
	ContactID string
	Amount    money.Amount
	Share     money.Decimal
}

// AttributionState is a kind of contact on a channel, and what a fit says of it.
type AttributionState struct {
	Kind          schema.ContactKind
	Channel       schema.Channel
	Weight        money.Decimal
	RemovalEffect *money.Decimal // of MARKOV
	StandardError *money.Decimal // of SHAPLEY
}

// ContactCost is what a contact cost by what was known at a moment.
type ContactCost struct {
	KnownAt time.Time
	Total   money.Amount
	Lines   []*costing.Line
}

// OrderKnown is what an order cost and left over by what was known at a moment.
type OrderKnown struct {
	KnownAt  time.Time
	Refunded money.Amount
	Cost     money.Amount
	Margin   money.Amount
}

// CustomerEconomics are what a customer brought and cost in a time.
type CustomerEconomics struct {
	Revenue               money.Amount
	Margin                money.Amount
	ContactCost           money.Amount
	AcquisitionCost       money.Amount
	Net                   money.Amount
	Orders                int
	Contacts              int
	ShareOfWallet         *money.Decimal
	AcquisitionPaidBackAt *time.Time
	AcquisitionPaysBackAt *time.Time
}

// PermissionDecision says whether we may speak to a customer, and why or why not.
type PermissionDecision struct {
	Allowed       bool
	Reason        string
	Permission    *ent.Permission
	RequiredLevel schema.PermissionLevel
	CurrentLevel  *schema.PermissionLevel
}

// BackTest is what a model predicted for the orders it had not been shown.
type BackTest struct {
	CalibrationEnd              time.Time `json:"calibrationEnd"`
	HoldoutOrders               int       `json:"holdoutOrders"`
	PredictedOrders             float64   `json:"predictedOrders"`
	MeanAbsoluteError           float64   `json:"meanAbsoluteError"`
	RootMeanSquareError         float64   `json:"rootMeanSquareError"`
	BaselineRootMeanSquareError float64   `json:"baselineRootMeanSquareError"`
}

// LedgerCheck is the verdict of closed books: Difference is Margin - Credited - Unattributed.
type LedgerCheck struct {
	Balanced     bool
	Orders       int
	Margin       money.Amount
	Credited     money.Amount
	Unattributed money.Amount
	Difference   money.Amount
	Offenders    []string
}

// Setting is one of the installation's choices, as the API shows it.
type Setting struct {
	Name        string
	Value       any
	Description string
}

// MoneyInput is an amount as the caller gives it.
type MoneyInput struct {
	Amount       money.Exact `json:"amount"`
	CurrencyCode string      `json:"currencyCode"`
}
