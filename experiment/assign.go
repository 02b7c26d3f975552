// Package experiment parts customers by chance into arms that are treated differently, and compares what came of the arms: who gets into which
// (assign.go), and by how much two groups differ in a mean and in a rate (difference.go). It is part of the domain layer: it knows no database
// and no clock.
//
// It may import money, and the distributions of gonum.
package experiment

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"kopeck/money"
)

// maxArms is how many arms an experiment has at most.
const maxArms = 10

// Arm is a part of the customers of an experiment.
type Arm struct {
	Code  string
	Share money.Decimal // of the customers
}

// Check returns an error unless there are 2 to 10 arms with codes of their own, whose shares are above 0, have at most 6 places and sum to 1.
func Check(arms []Arm) error {
	if len(arms) < 2 || len(arms) > maxArms {
		return fmt.Errorf("want 2 to %d arms", maxArms)
	}
	known, sum := map[string]bool{}, int64(0)
	for _, one := range arms {
		if known[one.Code] {
			return fmt.Errorf("the arm %s is there twice", one.Code)
		}
		known[one.Code] = true
		if err := CheckShare(one.Share); err != nil {
			return err
		}
		sum += one.Share.Nano()
	}
	if sum != money.Whole(1).Nano() {
		return fmt.Errorf("the shares sum to %s: want 1", money.Nano(sum))
	}
	return nil
}

// CheckShare returns an error for a share that is not above 0, is above 1 or has more than 6 places.
func CheckShare(share money.Decimal) error {
	switch {
	case share.Sign() <= 0 || share.Compare(money.Whole(1)) > 0:
		return errors.New("want a share above 0, at most 1")
	case share.Nano()%1000 != 0:
		return fmt.Errorf("want at most %d places", money.SharePlaces)
	}
	return nil
}

// Assign returns the code of a customer's arm: always the same one for an experiment, by its code and its salt, whoever else is in it. The arms
// have passed [Check].
func Assign(salt, code, customerID string, arms []Arm) string {
	hash := sha256.New()
	for _, part := range []string{salt, code, customerID} {
		length := binary.BigEndian.AppendUint64(nil, uint64(len(part))) // so that no two lists of parts are one text
		hash.Write(length)
		hash.Write([]byte(part))
	}
	drawn := binary.BigEndian.Uint64(hash.Sum(nil))
	place, _ := bits.Mul64(drawn, uint64(money.Whole(1).Nano())) // in billionths, from 0 to below 1
	border := uint64(0)
	for _, one := range arms[:len(arms)-1] {
		if border += uint64(one.Share.Nano()); place < border {
			return one.Code
		}
	}
	return arms[len(arms)-1].Code
}
