package costing

import "kopeck/money"

// Net returns what contacts earned over what they cost: realised - cost. Error: money.ErrOverflow.
func Net(realised, cost money.Amount) (money.Amount, error) { return realised.Minus(cost) }
