package logtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// Shared opens a file of the reference material beside the project, or skips; under CI it must be there.
func Shared(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "shared", filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) { // from a package one directory deeper
		b, err = os.ReadFile(filepath.Join("..", "..", "..", "shared", filepath.FromSlash(name)))
	}
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the reference material is missing: %v", err)
		}
		t.Skipf("SKIPPED, nothing was checked: no reference material beside the project: %v", err)
	}
	return b
}

// SharedJSON reads a JSON file of the reference material.
func SharedJSON(t testing.TB, name string, into any) {
	t.Helper()
	if err := json.Unmarshal(Shared(t, name), into); err != nil {
		t.Fatal(err)
	}
}

// NanToNull makes JSON of a file that writes NaN.
func NanToNull(text []byte) []byte { return bytes.ReplaceAll(text, []byte("NaN"), []byte("null")) }

// Decimal is a JSON string with more digits than a double.
type Decimal float64

// UnmarshalJSON reads it.
func (d *Decimal) UnmarshalJSON(b []byte) error {
	s := string(b)
	if unquoted, err := strconv.Unquote(s); err == nil {
		s = unquoted
	}
	v, err := strconv.ParseFloat(s, 64)
	if v != 0 && err != nil { // below the smallest double ParseFloat gives 0 and no error
		return err
	}
	*d = Decimal(v)
	return nil
}

// Near fails unless got is finite and within the relative tolerance of want, or both are under 1e-290.
func Near(t *testing.T, what string, got float64, want Decimal, relative float64) {
	t.Helper()
	w := float64(want)
	if math.IsNaN(got) || math.IsInf(got, 0) || math.Abs(got-w) > math.Max(relative*math.Abs(w), 1e-290) {
		t.Errorf("%s: got %.17g, want %.17g, relative error %.3g", what, got, w, math.Abs(got-w)/math.Abs(w))
	}
}

// Predictions are the reference figures of models at given parameters.
type Predictions struct {
	Models map[string]map[string]struct {
		Params []float64
		Cases  []struct {
			X      int
			TX     float64 `json:"t_x"`
			T      float64 `json:"T"`
			LL     Decimal
			PAlive Decimal `json:"p_alive"`
			EY     map[string]Decimal
			DERT   *Decimal `json:"dert_15pct_annual_weekly"`
		}
	}
	GammaGamma map[string]struct {
		Params         []float64
		PopulationMean Decimal `json:"population_mean"`
		Cases          []struct {
			X  int
			MX float64 `json:"m_x"`
			EM Decimal
			LL *Decimal
		}
	}
	Unconditional map[string]map[string]map[string]Decimal `json:"unconditional_expectation"`
}
