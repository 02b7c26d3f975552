package customers_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/files"
	"kopeck/files/option"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/service/customers"
	"kopeck/service/field"
)

// world is the verbs over a database of its own, called by the system.
type world struct {
	*testing.T
	*app.App

	ctx context.Context
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) { test(&world{t, w.App, w.System()}) })
}

const (
	first, referrer = "cus_01jd0000000000000000000001", "cus_01jd0000000000000000000002"
	otherReferrer   = "cus_01jd0000000000000000000003"
	anna, olga      = "usr_01jd0000000000000000000001", "usr_01jd0000000000000000000002"
	radio, poster   = "cmg_01jd0000000000000000000001", "cmg_01jd0000000000000000000002"
	partner, other  = "prt_01jd0000000000000000000001", "prt_01jd0000000000000000000002"
)

// sample is a value as inputs give it, in JSON, and as files have it.
type sample struct{ input, file string }

// What files carry of the past.
const (
	embassy = `[{"reason":"an embassy","from":"2025-01-01T00:00:00Z","recorded":"2025-01-02T00:00:00Z"}]`
	decided = `[{"kind":"OVERRULED","stage":"FRIEND","at":"2026-11-01T10:00:00.123456Z","recorded":"2026-11-01T10:00:00.123456Z","reason":"knows her well"}]`
)

// What files carry of what customers are reached by.
const (
	mobile  = `[{"id":"cpt_01jd0000000000000000000001","value":"+79001234567","kind":"MOBILE","created":"2026-01-02T00:00:00Z"},{"id":"cpt_01jd0000000000000000000002","value":"+74950001122;ext=15","kind":"WORK","created":"2026-01-02T00:00:00.5Z"}]`
	desk    = `[{"id":"cpt_01jd0000000000000000000002","value":"+74950001122;ext=15","kind":"HOME","created":"2026-01-02T00:00:00.5Z"}]`
	private = `[{"id":"cpt_01jd0000000000000000000003","value":"Anna@Example.com","kind":"HOME","created":"2026-01-02T00:00:00Z"}]`
	office  = `[{"id":"cpt_01jd0000000000000000000003","value":"olga@example.com","kind":"HOME","created":"2026-01-02T00:00:00Z"}]`
	flat    = `[{"id":"adr_01jd0000000000000000000001","kind":"DELIVERY","country":"RU","city":"Казань","street":"ул. Баумана, 1","created":"2026-01-02T00:00:00Z"}]`
	house   = `[{"id":"adr_01jd0000000000000000000001","kind":"BILLING","country":"RU","region":"Татарстан","postalCode":"420000","created":"2026-01-02T00:00:00Z"}]`
)

// samples are two values of each field, by its column in files. An input without text is a field that inputs do not give.
var samples = map[string][2]sample{
	"id":                 {{"", first}, {"", first}},
	"external_id":        {{`"crm-1"`, "crm-1"}, {`"crm-2"`, "crm-2"}},
	"name":               {{`"Анна"`, "Анна"}, {`" Olga, \"Ola\" "`, `Olga, "Ola"`}},
	"kind":               {{`"COMPANY"`, "COMPANY"}, {`"PERSON"`, "PERSON"}},
	"email":              {{`"Anna@Example.com"`, "Anna@Example.com"}, {`"olga@example.com"`, "olga@example.com"}},
	"phone":              {{`"8 900 123-45-67"`, "+79001234567"}, {`"112"`, "112"}},
	"stage":              {{`"FRIEND"`, "FRIEND"}, {`"LOYAL"`, "LOYAL"}},
	"stage_overruled":    {{"", "knows her well"}, {"", "knows her well"}},
	"stage_overruled_at": {{"", "2026-11-01T10:00:00.123456Z"}, {"", "2026-11-01T10:00:00.123456Z"}},
	"segment":            {{`"FAST_CHEAP"`, "FAST_CHEAP"}, {`"FAST_QUALITY"`, "FAST_QUALITY"}},
	"owner":              {{`"` + anna + `"`, "anna@kopeck.example"}, {`"` + olga + `"`, "olga@kopeck.example"}},
	"referred_by_id":     {{`"` + referrer + `"`, referrer}, {`"` + otherReferrer + `"`, otherReferrer}},
	"partner_id":         {{`"` + partner + `"`, partner}, {`"` + other + `"`, other}},
	"partner":            {{"", "Двери, ООО"}, {"", "Окна"}},
	"acquisition_cost":   {{`{"amount": "10.50", "currencyCode": "RUB"}`, "10.50"}, {`{"amount": "0.00", "currencyCode": "RUB"}`, "0.00"}},
	"currency":           {{"", "RUB"}, {"", "RUB"}},
	"acquired_at":        {{`"2025-01-01T00:00:00Z"`, "2025-01-01T00:00:00Z"}, {`"2024-12-31T23:59:59.5Z"`, "2024-12-31T23:59:59.5Z"}},
	"measurements":       {{`{"waist": 90.5}`, `{"waist":90.5}`}, {`{"waist": 80, "rooms": ["зал"]}`, `{"rooms":["зал"],"waist":80}`}},
	"created_at":         {{"", "2024-01-01T00:00:00Z"}, {"", "2024-01-01T00:00:00Z"}},
	"departed_at":        {{"", "2026-01-01T00:00:00Z"}, {"", "2026-02-01T00:00:00Z"}},
	"deleted_at":         {{"", "2026-01-02T00:00:00Z"}, {"", "2026-02-02T00:00:00Z"}},
	"tax_exempt":         {{`"an embassy"`, "an embassy"}, {`"export"`, "export"}},
	"tax_exemptions":     {{"", embassy}, {"", embassy}},
	"stage_facts":        {{"", decided}, {"", decided}},
	"phones":             {{"", mobile}, {"", desk}},
	"emails":             {{"", private}, {"", office}},
	"addresses":          {{"", flat}, {"", house}},
	"tags":               {{"", "VIP; wholesale"}, {"", "slow payer"}},
	"birthday":           {{`"1990-02-28"`, "1990-02-28"}, {`"1900-01-01"`, "1900-01-01"}},
	"campaign":           {{`"` + radio + `"`, "radio"}, {`"` + poster + `"`, "poster"}},
	"source":             {{`"fair"`, "fair"}, {`"street"`, "street"}},
	"wallet":             {{`{"amount": "120000.00", "currencyCode": "RUB"}`, "120000.00"}, {`{"amount": "1.00", "currencyCode": "RUB"}`, "1.00"}},
}

func TestEveryFieldHasSamples(t *testing.T) {
	t.Parallel()
	var names []string
	for _, f := range customers.Fields() {
		names = append(names, f.File)
	}
	for name := range samples {
		if !slices.Contains(names, name) {
			t.Errorf("%s is no field", name)
		}
	}
	for _, name := range names {
		if samples[name][0].file == "" {
			t.Errorf("%s has no samples: add them", name)
		}
	}
}

// staff makes the users and the customer whom samples name.
func (w *world) staff() {
	w.Helper()
	for id, email := range map[string]string{anna: "anna@kopeck.example", olga: "olga@kopeck.example"} {
		if _, err := w.People.CreateUser(w.ctx, service.CreateUserInput{ID: &id, Email: email, Name: email, Password: "correct horse battery", Role: schema.RoleSales}); err != nil {
			w.Fatal(err)
		}
	}
	for id, name := range map[string]string{partner: samples["partner"][0].file, other: samples["partner"][1].file} {
		if _, err := w.People.CreatePartner(w.ctx, service.CreatePartnerInput{ID: &id, Name: name}); err != nil {
			w.Fatal(err)
		}
	}
	for id, code := range map[string]string{radio: "radio", poster: "poster"} {
		if _, err := w.Campaigns.CreateCampaign(w.ctx, service.CreateCampaignInput{ID: &id, Code: code, Name: code, Source: code}); err != nil {
			w.Fatal(err)
		}
	}
	for _, id := range []string{referrer, otherReferrer} {
		if _, err := w.Customers.CreateCustomer(w.ctx, service.CreateCustomerInput{ID: &id, Name: "Referrer"}); err != nil {
			w.Fatal(err)
		}
	}
}

// of returns a field of a customer as files have it.
func (w *world) of(c *ent.Customer, f *customers.Descriptor) string {
	w.Helper()
	r := customers.Record{Customer: c}
	if c.OwnerID != nil {
		r.Owner = w.People.User(*c.OwnerID).Email
	}
	if c.CampaignID != nil {
		r.Campaign = map[string]string{radio: "radio", poster: "poster"}[*c.CampaignID]
	}
	return f.Write(&field.Form{Currency: w.Currency}, &r)
}

// fromJSON reads an input of the API from JSON.
func fromJSON[T any](t *testing.T, text string) (in T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return in
}

func (w *world) create(text string) *ent.Customer {
	w.Helper()
	c, err := w.Customers.CreateCustomer(w.ctx, fromJSON[service.CreateCustomerInput](w.T, text))
	if err != nil {
		w.Fatalf("createCustomer %s: %v", text, err)
	}
	return c
}

// takes reports whether an input has a field.
func takes[T any](name string) bool {
	strict := json.NewDecoder(strings.NewReader(`{"` + name + `": null}`))
	strict.DisallowUnknownFields()
	var in T
	return name != "" && strict.Decode(&in) == nil
}

// Each field that createCustomer takes is there afterwards.
func TestCreateEveryField(t *testing.T) {
	each(t, func(w *world) {
		w.staff()
		for _, f := range customers.Fields() {
			if !takes[service.CreateCustomerInput](f.Input) {
				continue
			}
			for _, one := range samples[f.File] {
				in := map[string]json.RawMessage{"name": json.RawMessage(`"Somebody"`)}
				in[f.Input] = json.RawMessage(one.input)
				text, err := json.Marshal(in)
				if err != nil {
					t.Fatal(err)
				}
				if got := w.of(w.create(string(text)), f); got != one.file {
					w.Errorf("%s: %s became %q", f.Input, one.input, got)
				}
			}
		}
	})
}

// Each field that updateCustomer takes is changed, merged with changes of others, in conflict with those of its own, and cleared where it
// may be empty.
func TestUpdateEveryField(t *testing.T) {
	each(t, func(w *world) {
		w.staff()
		for _, f := range customers.Fields() {
			if !takes[service.UpdateCustomerInput](f.Input) {
				continue
			}
			before, after := samples[f.File][0], samples[f.File][1]
			c := w.create(`{"name": "Somebody", "kind": "PERSON", "phone": "911"}`)
			update := func(version int, value string) (*ent.Customer, error) {
				return w.Customers.UpdateCustomer(w.ctx, fromJSON[service.UpdateCustomerInput](w.T, fmt.Sprintf(`{"id": %q, "expectedVersion": %d, "stageReason": "a test", %q: %s}`, c.ID, version, f.Input, value)))
			}
			empty := w.of(c, f)
			for version, one := range []sample{before, after} {
				changed, err := update(version+1, one.input)
				if err != nil || w.of(changed, f) != one.file || changed.Version != version+2 {
					w.Fatalf("%s: %s gave %v, %v", f.Input, one.input, changed, err)
				}
			}
			same, err := update(1, after.input) // what another wrote too
			if err != nil || same.Version != 3 {
				w.Errorf("%s: the same value is version %v, %v", f.Input, same, err)
			}
			_, err = update(1, before.input)
			if conflict, ok := fault.Of(err).Detail.(*fault.Conflict); !ok || len(conflict.Fields) != 1 || conflict.Fields[0].Name != f.Input {
				w.Errorf("%s: changed by two, the error is %v", f.Input, err)
			}
			if f.Input == "name" || f.Input == "stage" {
				continue // they are never empty
			}
			if cleared, err := update(3, "null"); err != nil || w.of(cleared, f) == after.file || f.Input != "phone" && w.of(cleared, f) != empty {
				w.Errorf("%s: cleared it is %v, %v", f.Input, cleared, err)
			}
		}
	})
}

// table is a file of customers.
func table(t *testing.T, header []string, rows ...[]string) string {
	t.Helper()
	var text bytes.Buffer
	out := csv.NewWriter(&text)
	if err := out.WriteAll(append([][]string{header}, rows...)); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// row is a file's row of samples.
func row(header []string, which int) []string {
	texts := make([]string, len(header))
	for n, name := range header {
		texts[n] = samples[name][which].file
	}
	return texts
}

func columns() []string {
	var names []string
	for _, f := range customers.Fields() {
		names = append(names, f.File)
	}
	return names
}

func (w *world) bring(text string) files.Report {
	w.Helper()
	report, err := files.Import(w.ctx, w.App, option.Options{Kind: option.Customers, Format: option.Kopeck, Update: true, Source: strings.NewReader(text), Rejects: w.TempDir() + "/rejects.csv"})
	if err != nil || report.Rejected > 0 {
		w.Fatalf("%v: %s, of\n%s", err, report, text)
	}
	return report
}

func (w *world) export() map[string]map[string]string {
	w.Helper()
	var text bytes.Buffer
	if err := files.Export(w.ctx, w.App, option.Customers, &text); err != nil {
		w.Fatal(err)
	}
	rows, err := csv.NewReader(&text).ReadAll()
	if err != nil {
		w.Fatal(err)
	}
	if !slices.Equal(rows[0], columns()) {
		w.Fatalf("the header is %q", rows[0])
	}
	all := map[string]map[string]string{}
	for _, fields := range rows[1:] {
		one := map[string]string{}
		for n, name := range rows[0] {
			one[name] = fields[n]
		}
		all[fields[0]] = one
	}
	return all
}

// What is exported is imported into an empty database to the same, whatever the order of the columns.
func TestExportAndImportEveryField(t *testing.T) {
	each(t, func(w *world) {
		w.staff()
		header := columns()
		slices.Reverse(header)
		w.bring(table(t, header, row(header, 0)))
		got := w.export()[first]
		for _, name := range header {
			if got[name] != samples[name][0].file {
				w.Errorf("%s came out as %q, want %q", name, got[name], samples[name][0].file)
			}
		}
		// What an import changes it changes.
		text := row(header, 1)
		text[slices.Index(header, "stage")] = samples["stage"][0].file                   // follows from what happened
		text[slices.Index(header, "tax_exempt")] = samples["tax_exempt"][0].file         // is dated
		text[slices.Index(header, "referred_by_id")] = samples["referred_by_id"][0].file // is filled in where nobody is recorded
		if r := w.bring(table(t, header, text)); r.Updated != 1 {
			w.Errorf("an import of other values: %s", r)
		}
		got = w.export()[first]
		for n, name := range header {
			if got[name] != text[n] {
				w.Errorf("%s was changed to %q, want %q", name, got[name], text[n])
			}
		}
	})
}

// A file of before a column existed is read, and leaves what it does not have as it is.
func TestImportWithOneColumnFewer(t *testing.T) {
	each(t, func(w *world) {
		w.staff()
		for _, f := range customers.Fields() {
			if f.Required() {
				continue
			}
			w.bring(table(t, columns(), row(columns(), 0)))
			fewer := slices.DeleteFunc(columns(), func(name string) bool {
				// The partner's id goes with the name, and the reason with its time.
				return name == f.File || f.File == "partner" && name == "partner_id" || strings.HasPrefix(f.File, "stage_overruled") && strings.HasPrefix(name, "stage_overruled")
			})
			texts := row(fewer, 0)
			texts[slices.Index(fewer, "name")] = "Changed without " + f.File
			if r := w.bring(table(t, fewer, texts)); r.Updated != 1 {
				w.Errorf("without %s: %s", f.File, r)
			}
			if got := w.export()[first][f.File]; got != samples[f.File][0].file {
				w.Errorf("without its column %s became %q", f.File, got)
			}
		}
	})
}
