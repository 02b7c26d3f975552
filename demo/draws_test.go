package demo

import (
	"math"
	"testing"
	"time"

	"kopeck/id"
	"kopeck/schema"
)

func TestDrawsDependOnSeedSubjectAndNumber(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64, subject string, number int) uint64 {
		return (&company{seed: seed}).draws(subject, number).Uint64()
	}
	drawn := draw(1, "person", 3)
	if same := draw(1, "person", 3); same != drawn {
		t.Errorf("the same seed, subject and number: %d and %d", drawn, same)
	}
	for name, other := range map[string]uint64{"another seed": draw(2, "person", 3), "another number": draw(1, "person", 4), "another subject": draw(1, "rates", 3)} {
		if other == drawn {
			t.Errorf("%s: %d too", name, other)
		}
	}
}

func TestDrawnIDsAreIDs(t *testing.T) {
	t.Parallel()
	r := (&company{seed: 1}).draws("ids", 0)
	at := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	first, second := drawID(r, id.Order, at), drawID(r, id.Order, at.Add(time.Second))
	for _, one := range []string{first, second, FavouriteID()} {
		if fault := id.Check("id", one[:3], one); fault != nil {
			t.Errorf("%s: %v", one, fault)
		}
	}
	if first >= second {
		t.Errorf("%s is older than %s", first, second)
	}
}

func TestPatronymics(t *testing.T) {
	t.Parallel()
	for father, want := range map[string][2]string{
		"Иван": {"Иванович", "Ивановна"}, "Андрей": {"Андреевич", "Андреевна"}, "Юрий": {"Юрьевич", "Юрьевна"},
		"Дмитрий": {"Дмитриевич", "Дмитриевна"}, "Павел": {"Павлович", "Павловна"}, "Михаил": {"Михайлович", "Михайловна"},
	} {
		t.Run(father, func(t *testing.T) {
			t.Parallel()
			if son, daughter := patronymic(father, false), patronymic(father, true); son != want[0] || daughter != want[1] {
				t.Errorf("got %s, %s, want %v", son, daughter, want)
			}
		})
	}
}

// TestGammaAndBeta compares the means of draws with those of the distributions.
func TestGammaAndBeta(t *testing.T) {
	t.Parallel()
	r := (&company{seed: 1}).draws("gamma", 0)
	const n = 40000
	for _, shape := range []float64{0.5, 1.3, 4} {
		sum := 0.0
		for range n {
			sum += gamma(r, shape)
		}
		if mean := sum / n; math.Abs(mean-shape) > 5*math.Sqrt(shape/n) {
			t.Errorf("Gamma(%v) has the mean %v", shape, mean)
		}
	}
	sum := 0.0
	for range n {
		sum += beta(r, 1, 6.5)
	}
	if mean := sum / n; math.Abs(mean-1/7.5) > 0.005 {
		t.Errorf("Beta(1, 6.5) has the mean %v", mean)
	}
}

func TestTimesAtWork(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation(timeZone)
	if err != nil {
		t.Fatal(err)
	}
	c := &company{seed: 1, zone: zone}
	r := c.draws("times", 0)
	for day := range 14 {
		at := time.Date(2026, 3, 1+day, 23, 30, 0, 0, zone)
		got := c.atWork(r, at).In(zone)
		want := at
		if want.Weekday() == time.Sunday {
			want = want.AddDate(0, 0, 1)
		}
		if got.Format(time.DateOnly) != want.Format(time.DateOnly) || got.Hour() < 9 || got.Hour() > 19 {
			t.Errorf("%s became %s", at, got)
		}
	}
}

func TestStageAt(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	p := &person{stages: []stageChange{{schema.Stranger, schema.Friend, schema.StagePermission, day(2), ""}, {schema.Friend, schema.Buyer, schema.StageOrder, day(4), ""}}}
	for _, c := range []struct {
		name string
		at   time.Time
		want schema.Stage
	}{
		{"before", day(1), schema.Stranger}, {"at the change", day(2), schema.Friend}, {"between", day(3), schema.Friend}, {"after", day(5), schema.Buyer},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := p.stageAt(c.at); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestRatesAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		amount float64
		want   string
	}{
		{"to 10", 784.9, "780"}, {"to a hundredth", 46.549, "46.55"}, {"to a ten-thousandth", 0.15254, "0.1525"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := rounded(c.amount).String(); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, of string
		number   int
		firm     bool
		want     string
	}{
		{"in Cyrillic", "Анна Белова", 3, false, "anna.belova3@mail.example"},
		{"in another script", "王小明", 4, false, "client4@post.example"},
		{"of a company", "ООО «Отель „Нева“»", 5, true, "zakupki5@firm.example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := address(c.of, c.number, c.firm); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestReachableAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, listens, want string }{
		{"everywhere", ":8080", "localhost:8080"}, {"everywhere by number", "0.0.0.0:8080", "localhost:8080"}, {"one address", "127.0.0.1:8080", "127.0.0.1:8080"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := reachable(c.listens); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
