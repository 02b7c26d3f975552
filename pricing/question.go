package pricing

import (
	"time"

	"kopeck/costing"
	"kopeck/money"
)

// Customer is what prices depend on of a customer.
type Customer struct {
	ID              string
	Kind            string // PERSON or COMPANY
	Stage           string
	Segment         string // "" where there is none
	PermissionLevel string // the highest active; "" where there is none
	PermissionRank  int    // of the level: 0 for none, 1 for the lowest
	LifetimeValue   money.Amount
	WorthFrom       time.Time      // from when LifetimeValue is known; zero where nothing asks for it
	BirthMonth      int            // 1 to 12; 0 where the birthday is not known
	BirthDay        int            // of the month; 0 where the birthday is not known
	Measurements    map[string]any // as encoding/json reads an object: numbers are float64
	Fields          map[string]any // what is in the installation's own fields, by code: string, float64, bool or time.Time
}

// Question asks for a price.
type Question struct {
	Customer  Customer
	ProductID string
	Quantity  money.Decimal // more than 0
	Options   []Option
	LeadDays  *int // nil: the product's standard lead time
	At        time.Time

	payer    string     // the customer whose exemption counts; "": Customer
	exemptAt *time.Time // the moment of which their exemption counts, as known then; nil: At
	listed   bool       // as if nothing had been agreed with the customer
}

// Answer is a price. The Lines sum to Unit exactly.
type Answer struct {
	Unit     money.Amount
	Total    money.Amount // unit x quantity, rounded once
	List     money.Amount // the list price of one unit
	Floor    money.Amount // marginal cost / (1 - minimum margin), as a price: what an agreement without a reason cannot go below
	Margin   money.Amount // unit without tax - full cost
	LeadDays int          // the lead time that the price is for
	Options  []Option     // that the price is for, including those that the customer's measurements filled
	Lines    []Line
	Rejected []Rejected
	Cost     costing.ProductCost // of one unit at LeadDays

	TaxCode         string        // "" without tax
	TaxShare        money.Decimal // that the customer pays; 0 for one who is exempt
	Tax, Net, Gross money.Amount  // of the total, and the total without it and with it

	BelowFloor bool // an agreement with a reason stands below the floor
}
