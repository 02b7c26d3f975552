package files_test

import (
	"testing"

	"kopeck/files"
)

// The second file has empty cells where the first had values: with --update they erase nothing.
func TestBlankCellsOfACase(t *testing.T) {
	first, second := wrong(t, "blank-1.csv"), wrong(t, "blank-2.csv")
	each(t, func(w *world) {
		o := people(files.Options{Map: "external_id=id,name=name,email=email,phone=phone,kind=kind,acquisition_cost=cost,segment=segment,wallet=wallet", Path: first})
		for _, path := range []string{first, second} {
			o.Path, o.Update, o.Rejects = path, path == second, w.TempDir()+"/rejects.csv"
			if r, err := files.Import(w.Context(), w.service, o); err != nil || r.Rejected != 0 {
				w.Fatalf("%s: %s, %v", path, r, err)
			}
		}
		if n := w.number(`SELECT count(*) FROM customers WHERE external_id = 'A1' AND email = 'office@romashka.example' AND phone = '+7 495 000-11-22'
			AND kind = 'COMPANY' AND acquisition_cost = 150000 AND segment = 'FAST_CHEAP' AND wallet = 9000000 AND version = 1`); n != 1 {
			w.Error("the company lost what it had")
		}
		if n := w.number("SELECT count(*) FROM customers WHERE external_id = 'A2' AND name = 'Ivan P.' AND phone = '+7 900 000-00-01' AND acquisition_cost = 1000 AND version = 2"); n != 1 {
			w.Error("the person lost what he had")
		}
	})
}
