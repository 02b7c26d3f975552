package costing_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
)

// TestMemoAnswersAsTheBasis: whatever was asked before, at whatever moments, the answer is that of the basis.
func TestMemoAnswersAsTheBasis(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		moment := func(name string) time.Time {
			return day.Add(time.Duration(rapid.IntRange(-4, 40).Draw(t, name)) * 30 * time.Minute)
		}
		rates := drawRates(t)
		for range rapid.IntRange(0, 5).Draw(t, "corrections") {
			r := rates[rapid.IntRange(0, len(codes)-1).Draw(t, "which")]
			r.ID, r.Amount, r.ValidFrom, r.RecordedAt = r.ID+"z", money.Nano(rapid.Int64Range(0, 1e12).Draw(t, "corrected")), moment("valid"), moment("recorded")
			rates = append(rates, r)
		}
		var bookings []costing.Booking
		for range rapid.IntRange(0, 4).Draw(t, "bookings") {
			b := costing.Booking{Resource: "saw", Day: costing.Day(day, time.UTC) + rapid.IntRange(0, 6).Draw(t, "on"), Units: money.Nano(rapid.Int64Range(0, 12e9).Draw(t, "units")), BookedAt: moment("booked")}
			if rapid.Bool().Draw(t, "freed") {
				freed := moment("freed at")
				b.FreedAt = &freed
			}
			bookings = append(bookings, b)
		}
		b := basis(drawProducts(t, 2), rates, bookings...)
		memo := costing.NewMemo(b, rapid.IntRange(1, 20).Draw(t, "most"))
		for range 30 {
			question := ask(rapid.SampledFrom([]string{"p0", "p1", "p2"}).Draw(t, "product"))
			question.At, question.KnownAt = moment("at"), moment("known")
			question.Quantity = money.Whole(rapid.Int64Range(0, 2).Draw(t, "quantity"))
			if rapid.Bool().Draw(t, "hurry") {
				lead := rapid.IntRange(-1, 2).Draw(t, "lead")
				question.LeadDays = &lead
			}
			want, wantErr := b.Cost(question)
			got, err := memo.Cost(question)
			if !reflect.DeepEqual(got, want) || (err == nil) != (wantErr == nil) {
				t.Fatalf("%+v: %+v, %v; the basis says %+v, %v", question, got, err, want, wantErr)
			}
		}
	})
}
