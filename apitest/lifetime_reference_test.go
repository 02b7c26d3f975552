package apitest

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// reference opens a file of the reference logs and figures; without it the test is skipped.
func reference(t *testing.T, name string) *os.File {
	t.Helper()
	file, err := os.Open("../../shared/" + name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOT CHECKED AGAINST THE REFERENCE: %v", err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// sale is an order of a log.
type sale struct {
	customer string
	at       time.Time
	minor    int64
}

// cdnowSample reads the log of 2,357 customers: id in the master, id in the sample, date, number, dollars.
func cdnowSample(t *testing.T) []sale {
	t.Helper()
	var all []sale
	lines := bufio.NewScanner(reference(t, "data/CDNOW_sample.txt"))
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		at, err := time.Parse("20060102", f[2])
		if err != nil {
			t.Fatal(err)
		}
		dollars, err := strconv.ParseFloat(f[4], 64)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, sale{f[1], at.Add(12 * time.Hour), int64(math.Round(dollars * 100))})
	}
	return all
}

// countKinds are the kinds of model with their names in the reference figures.
var countKinds = []struct {
	kind, fits, predictions string
	parameters              []string
}{
	{"BG_NBD", "BG/NBD", "bgnbd", []string{"r", "alpha", "a", "b"}},
	{"MBG_NBD", "MBG/NBD", "mbgnbd", []string{"r", "alpha", "a", "b"}},
	{"PARETO_NBD", "Pareto/NBD", "paretonbd", []string{"r", "alpha", "s", "beta"}},
}

// referenceFit is a model at its optimum.
type referenceFit struct {
	Params []float64 `json:"params"`
	LL     float64   `json:"LL"`
}

// referenceFits reads the optima on the CDNOW sample, by the model's name there.
func referenceFits(t *testing.T) map[string]referenceFit {
	t.Helper()
	var all map[string]map[string]json.RawMessage
	if err := json.NewDecoder(reference(t, "reference/fits.json")).Decode(&all); err != nil {
		t.Fatal(err)
	}
	fits := map[string]referenceFit{}
	for _, name := range []string{"BG/NBD", "MBG/NBD", "Pareto/NBD", "Gamma-Gamma"} {
		var fit referenceFit
		if err := json.Unmarshal(all["cdnow_sample"][name], &fit); err != nil {
			t.Fatal(err)
		}
		fits[name] = fit
	}
	return fits
}

// firstCustomer is what the models at those optima say of the CDNOW customer 1: x = 2, t_x = 30.43, T = 38.86 weeks.
type firstCustomer struct {
	Alive  json.Number            `json:"p_alive"`
	Orders map[string]json.Number `json:"ey"` // by number of weeks
}

func referenceFirstCustomers(t *testing.T) map[string]firstCustomer {
	t.Helper()
	var all struct {
		Models map[string]map[string]struct {
			Cases []firstCustomer `json:"cases"`
		} `json:"models"`
	}
	if err := json.NewDecoder(reference(t, "reference/predictions.json")).Decode(&all); err != nil {
		t.Fatal(err)
	}
	customers := map[string]firstCustomer{}
	for name, models := range all.Models {
		customers[name] = models["cdnow_mle"].Cases[0]
	}
	return customers
}

func figure(t *testing.T, n json.Number) float64 {
	t.Helper()
	f, err := n.Float64()
	if err != nil {
		t.Fatal(err)
	}
	return f
}
