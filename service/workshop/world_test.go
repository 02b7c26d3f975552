package workshop_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// joinery has a saw of eight hours a day at 10 an hour, half of which is spent even when it stands. A window takes two hours of it, a door
// one and four of the oven, which has 24.
type joinery struct {
	*apptest.World

	window, door string
	anna, boris  *ent.Customer
	today        schema.Date
}

func each(t *testing.T, test func(t *testing.T, j *joinery)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		j := &joinery{World: w, today: schema.Date(w.Settings().Day(w.Clock.Now()))}
		j.capacity("saw", "8")
		j.capacity("oven", "24")
		saw, oven, days := "saw", "oven", 3
		j.window = w.Product(service.CreateProductInput{Sku: "WINDOW", ListPrice: apptest.Roubles("900.00"), StandardLeadDays: &days, Components: []*service.ComponentInput{{Resource: &saw, Quantity: "2"}}})
		j.door = w.Product(service.CreateProductInput{Sku: "DOOR", ListPrice: apptest.Roubles("700.00"), StandardLeadDays: &days, Components: []*service.ComponentInput{{Resource: &saw, Quantity: "1"}, {Resource: &oven, Quantity: "4"}}})
		j.anna, j.boris = w.Customer("Anna"), w.Customer("Boris")
		test(t, j)
	})
}

// capacity sets how many hours a day a resource has from now on.
func (j *joinery) capacity(code string, hours money.Exact) {
	j.T.Helper()
	j.Clock.Advance(time.Second)
	share := money.Exact("0.5")
	_, err := j.Rates.SetRate(j.System(), service.SetRateInput{Subject: schema.RateResource, Code: code, Amount: "10", Unit: "hour", ValidFrom: j.Clock.Now(), CapacityPerDay: &hours, FixedShare: &share})
	j.Must(err)
}

// order places an order of windows and doors that is due in some days.
func (j *joinery) order(customer *ent.Customer, windows, doors, lead int) *ent.Order {
	j.T.Helper()
	j.Clock.Advance(time.Second)
	in := service.PlaceOrderInput{CustomerID: customer.ID}
	for product, quantity := range map[string]int{j.window: windows, j.door: doors} {
		if quantity == 0 {
			continue
		}
		price, err := j.Quote.Price(j.System(), customer, product, money.Whole(int64(quantity)), nil, &lead, nil)
		j.Must(err)
		token, err := j.Quote.PriceToken(price)
		j.Must(err)
		in.PriceTokens = append(in.PriceTokens, token)
	}
	o, err := j.Sale.PlaceOrder(j.System(), in)
	j.Must(err)
	return o
}

// days formats what a caller sees of the days of a resource from today on.
func (j *joinery) days(ctx context.Context, resource string, n int) string {
	j.T.Helper()
	days, err := j.Workshop.Days(ctx, j.today, j.today+schema.Date(n-1), []string{resource})
	j.Must(err)
	var all []string
	for _, day := range days {
		var bookings []string
		for _, b := range day.Bookings {
			name := "Anna"
			if b.CustomerID == j.boris.ID {
				name = "Boris"
			}
			if b.HeldUntil != nil {
				name += " holds"
			}
			bookings = append(bookings, fmt.Sprintf("%s %s %s", name, b.Units, j.Currency.Format(b.Cost)))
		}
		all = append(all, fmt.Sprintf("%s of %s: [%s], others %s, free %s, %s and %s", day.Full, day.Capacity, strings.Join(bookings, "; "), day.Others, day.Free, j.Currency.Format(day.BookedCost), j.Currency.Format(day.IdleCost)))
	}
	return strings.Join(all, "\n")
}

// unkept formats the orders whose due days cannot be kept, with the days from today on.
func (j *joinery) unkept(ctx context.Context) string {
	j.T.Helper()
	dates, err := j.Workshop.UnkeptDates(ctx, nil)
	j.Must(err)
	var all []string
	for _, one := range dates {
		text := fmt.Sprintf("%s due %d", map[string]string{j.anna.ID: "Anna", j.boris.ID: "Boris"}[one.Order.CustomerID], one.DueDay-j.today)
		for _, short := range one.Shortages {
			text += fmt.Sprintf(", %s of %s", short.Missing, short.Resource)
		}
		if one.FirstDay == nil {
			text += ", never"
		} else {
			text += fmt.Sprintf(", holds %d, %d late", *one.FirstDay-j.today, *one.DaysLate)
		}
		all = append(all, text)
	}
	return strings.Join(all, "\n")
}

// colleague returns the id of a user of the role SALES who is another one than that of As.
func (j *joinery) colleague() string {
	j.T.Helper()
	u, err := j.People.CreateUser(j.System(), service.CreateUserInput{Email: "other@example.com", Name: "Other", Password: "a long password of theirs", Role: schema.RoleSales})
	j.Must(err)
	return u.ID
}

// hold holds the capacity of windows for a customer.
func (j *joinery) hold(customer *ent.Customer, windows int64, lead int) {
	j.T.Helper()
	price, err := j.Quote.Price(j.As(schema.RoleManager), customer, j.window, money.Whole(windows), nil, &lead, nil)
	j.Must(err)
	j.Must(j.Rates.Hold(j.As(schema.RoleManager), price))
}

func graphqlSet[T any](value T) graphql.Omittable[T] { return graphql.OmittableOf(value) }

func ptr[T any](value T) *T { return &value }
