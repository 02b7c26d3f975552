package lifetime_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// shared opens a file of the reference material beside the project, or skips; under CI it must be there.
func shared(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "shared", filepath.FromSlash(name)))
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the reference material is missing: %v", err)
		}
		t.Skipf("SKIPPED, nothing was checked: no reference material beside the project: %v", err)
	}
	return b
}

func sharedJSON(t testing.TB, name string, into any) {
	t.Helper()
	if err := json.Unmarshal(shared(t, name), into); err != nil {
		t.Fatal(err)
	}
}

// nanToNull makes JSON of a file that writes NaN.
func nanToNull(text []byte) []byte { return bytes.ReplaceAll(text, []byte("NaN"), []byte("null")) }

// decimal is a JSON string with more digits than a double.
type decimal float64

func (d *decimal) UnmarshalJSON(b []byte) error {
	s := string(b)
	if unquoted, err := strconv.Unquote(s); err == nil {
		s = unquoted
	}
	v, err := strconv.ParseFloat(s, 64)
	if v != 0 && err != nil { // below the smallest double ParseFloat gives 0 and no error
		return err
	}
	*d = decimal(v)
	return nil
}

// near fails unless got is finite and within the relative tolerance of want, or both are under 1e-290.
func near(t *testing.T, what string, got float64, want decimal, relative float64) {
	t.Helper()
	w := float64(want)
	if math.IsNaN(got) || math.IsInf(got, 0) || math.Abs(got-w) > math.Max(relative*math.Abs(w), 1e-290) {
		t.Errorf("%s: got %.17g, want %.17g, relative error %.3g", what, got, w, math.Abs(got-w)/math.Abs(w))
	}
}

type predictions struct {
	Models map[string]map[string]struct {
		Params []float64
		Cases  []struct {
			X      int
			TX     float64 `json:"t_x"`
			T      float64 `json:"T"`
			LL     decimal
			PAlive decimal `json:"p_alive"`
			EY     map[string]decimal
			DERT   *decimal `json:"dert_15pct_annual_weekly"`
		}
	}
	GammaGamma map[string]struct {
		Params         []float64
		PopulationMean decimal `json:"population_mean"`
		Cases          []struct {
			X  int
			MX float64 `json:"m_x"`
			EM decimal
			LL *decimal
		}
	}
	Unconditional map[string]map[string]map[string]decimal `json:"unconditional_expectation"`
}
