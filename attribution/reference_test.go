package attribution_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"kopeck/attribution"
	"kopeck/money"
)

// heuristic names the reference's figures of our models. Its time decay halves from one contact to the one before it,
// which ours does for contacts that lie one half-life apart.
var heuristic = map[attribution.Model]string{
	attribution.First:     "first",
	attribution.Last:      "last",
	attribution.Linear:    "linear",
	attribution.Position:  "position_40_20_40",
	attribution.TimeDecay: "time_decay_pos_2^-k",
}

type referencePath struct {
	Path string  `json:"path"`
	Conv float64 `json:"conv"`
	Null float64 `json:"null"`
}

type reference struct {
	Paths           []referencePath               `json:"paths"`
	Heuristics      map[string]map[string]float64 `json:"heuristics"`
	HeuristicsValue map[string]map[string]float64 `json:"heuristics_value"`
}

func shared(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile("../../shared/" + path)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("the reference figures are not here: ", err)
	}
	return text
}

// credit splits a path's worth, scaled to whole units, over its channels.
func credit(t *testing.T, path string, worth float64, model attribution.Model, to map[string]float64) {
	t.Helper()
	const scale = 1e9
	channels := strings.Split(path, " > ")
	touches := make([]attribution.Touch, len(channels))
	for i := range channels {
		touches[i] = attribution.Touch{ContactID: fmt.Sprintf("%03d", i), At: completed.Add(-time.Duration(len(channels)-1-i) * settings.HalfLife)}
	}
	credits, err := attribution.Split(money.Minor(int64(math.Round(worth*scale))), completed, touches, model, settings)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range credits {
		to[channels[i]] += float64(c.Amount.Minor()) / scale
	}
}

func compare(t *testing.T, name string, got, want map[string]float64) {
	t.Helper()
	for channel, figure := range want {
		if math.Abs(got[channel]-figure) > 1e-6*math.Max(1, math.Abs(figure)) {
			t.Errorf("%s: %s earns %.9f; the reference says %.9f", name, channel, got[channel], figure)
		}
	}
	for channel, figure := range got {
		if _, ok := want[channel]; !ok && figure != 0 {
			t.Errorf("%s: %s earns %.9f; the reference does not know it", name, channel, figure)
		}
	}
}

func TestPublishedExamples(t *testing.T) {
	t.Parallel()
	var all map[string]json.RawMessage
	if err := json.Unmarshal(shared(t, "reference/attribution.json"), &all); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"puzyrov_2019", "c1c2c3"} {
		var example reference
		if err := json.Unmarshal(all[name], &example); err != nil {
			t.Fatal(err)
		}
		for model, key := range heuristic {
			got := map[string]float64{}
			for _, path := range example.Paths {
				credit(t, path.Path, path.Conv, model, got)
			}
			compare(t, name+" "+key, got, example.Heuristics[key])
		}
	}
}

// demonstration reads the demonstration data of the ChannelAttribution package: rows of path, conversions, their value, and
// journeys that ended in nothing.
func demonstration(t *testing.T) []demonstrationRow {
	t.Helper()
	reader := csv.NewReader(strings.NewReader(string(shared(t, "data/channelattribution_Data.csv"))))
	reader.Comma = ';'
	lines, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range lines[0] {
		column[name] = i
	}
	rows := make([]demonstrationRow, len(lines)-1)
	for i, line := range lines[1:] {
		row := &rows[i]
		row.path = line[column["path"]]
		for name, to := range map[string]*float64{"total_conversions": &row.conversions, "total_conversion_value": &row.value, "total_null": &row.null} {
			if *to, err = strconv.ParseFloat(line[column[name]], 64); err != nil {
				t.Fatal(err)
			}
		}
	}
	return rows
}

type demonstrationRow struct {
	path                     string
	conversions, value, null float64
}

// TestTenThousandJourneys holds the splits of the demonstration data of the ChannelAttribution package against its figures.
func TestTenThousandJourneys(t *testing.T) {
	t.Parallel()
	var all map[string]json.RawMessage
	if err := json.Unmarshal(shared(t, "reference/attribution.json"), &all); err != nil {
		t.Fatal(err)
	}
	var want reference
	if err := json.Unmarshal(all["channelattribution_demo"], &want); err != nil {
		t.Fatal(err)
	}
	rows := demonstration(t)
	for model, key := range heuristic {
		conversions, values := map[string]float64{}, map[string]float64{}
		for _, row := range rows {
			credit(t, row.path, row.conversions, model, conversions)
			credit(t, row.path, row.value, model, values)
		}
		compare(t, "conversions "+key, conversions, want.Heuristics[key])
		compare(t, "values "+key, values, want.HeuristicsValue[key])
	}
}
