package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReportsAsCSV imports three contacts, one of them in the next month by the time zone of Kolkata, and exports the reports.
func TestReportsAsCSV(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		i := install(t, url)
		directory := t.TempDir()
		file := filepath.Join(directory, "contacts.csv")
		content := "who,kind,direction,channel,at,minutes,expense\n" +
			"a,INFO_CALL,INBOUND,PHONE,2026-01-31T18:29:59Z,2.5,1.50\n" +
			"a,INFO_CALL,INBOUND,PHONE,2026-01-31T18:30:00Z,1,0\n" +
			"b,MEETING,INBOUND,VISIT,2026-02-10T09:00:00Z,0,100\n"
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if status, out := i.command("migrate"); status != 0 {
			t.Fatal(status, out)
		}
		if status, out := i.command("export", "customer-economics"); status != 0 || strings.Count(out, "\n") != 1 {
			t.Errorf("customer-economics of nobody: %d\n%s", status, out)
		}
		token := i.token("ADMIN")
		address, stop := i.serving()
		ask(t, address, token, `mutation { changeSetting(input: {name: "timeZone", value: "Asia/Kolkata"}) { userErrors { message } } }`, nil)
		stop()
		mapping := "customer=who,kind=kind,direction=direction,channel=channel,at=at,minutes=minutes,expense=expense"
		if status, out := i.command("import", "contacts", "--map", mapping, "--rejects", filepath.Join(directory, "rejects.csv"), file); status != 0 {
			t.Fatal(status, out)
		}
		const header = "month,channel,contacts,minutes,cost,realised,net,return_on_cost,currency\n"
		january, february := "2026-01,PHONE,1,2.5,1.50,0.00,-1.50,-1,RUB\n", "2026-02,PHONE,1,1,0.00,0.00,0.00,,RUB\n"
		visit := "2026-02,VISIT,1,0,100.00,0.00,-100.00,-1,RUB\n"
		for _, one := range []struct{ arguments, want string }{
			{"contact-economics --from 2026-01-01 --to 2026-03-01 --by MONTH,CHANNEL", header + january + february + visit},
			{"contact-economics --from 2026-02-01 --to 2026-02-11 --by MONTH,CHANNEL --model LAST", header + february + visit},
			{"contact-economics --from 2026-01-31T18:30:00+00:00 --to 2026-02-10T14:30:00+05:30 --by MONTH,CHANNEL", header + february},
			{"contact-economics --from 2026-01-01 --to 2026-03-01", "contacts,minutes,cost,realised,net,return_on_cost,currency\n3,3.5,101.50,0.00,-101.50,-1,RUB\n"},
			{"contact-economics --from 2026-01-01 --to 2026-03-01 --known-at 2026-01-01", "contacts,minutes,cost,realised,net,return_on_cost,currency\n0,0,0.00,0.00,0.00,,RUB\n"}, // they were recorded later
			{"sales --from 2026-01-01 --to 2026-03-01", "orders,quantity,sold,refunded,revenue,tax,gross,cost,margin,margin_share,uncosted,currency\n0,,0.00,0.00,0.00,0.00,0.00,0.00,0.00,,0,RUB\n"},
			{"sales --by PRODUCT,MONTH --basis BOOKED", "product,sku,product_name,month,orders,quantity,sold,refunded,revenue,tax,gross,cost,margin,margin_share,uncosted,currency\n"},
			{"permission-economics --from 2026-01-01 --to 2026-03-01", "permissions,months,contacts,cost,realised,net,net_per_month,revoked,months_revoked,forgone,currency\n0,0,0,0.00,0.00,0.00,,0,0,,RUB\n"},
			{"permission-economics --from 2026-01-01 --to 2026-03-01 --by LEVEL,WORDING", "level,wording,permissions,months,contacts,cost,realised,net,net_per_month,revoked,months_revoked,forgone,currency\n"},
			{"unkept-dates", "due,order,external_id,customer,customer_name,resource,missing,first_day,days_late\n"},
			{"staff-economics --from 2026-01-01 --to 2026-03-01", "staff,staff_name,people,contacts,minutes,cost,realised,net,net_per_contact,net_per_hour,expected_net,difference,difference_per_contact,currency\n,,0,0,0,0.00,0.00,0.00,,,0.00,0.00,,RUB\n"},
		} {
			arguments := append([]string{"export"}, strings.Fields(one.arguments)...)
			if status, out := i.command(arguments...); status != 0 || out != one.want {
				t.Errorf("%s: %d\n%s\nwant\n%s", one.arguments, status, out, one.want)
			}
			written := filepath.Join(directory, "report.csv")
			status, out := i.command(append(arguments, "-o", written)...)
			if got, err := os.ReadFile(written); status != 0 || out != "" || err != nil || string(got) != one.want {
				t.Errorf("%s -o: %d %s %v\n%s", one.arguments, status, out, err, got)
			}
		}
		// The ids of the customers are not known, so they are removed before the comparison.
		status, out := i.command("export", "customer-economics", "--from", "2026-01-01", "--to", "2026-02-01")
		lines := strings.Split(out, "\n")
		if status != 0 || !strings.HasPrefix(out, "customer,external_id,name,stage,segment,orders,contacts,revenue,margin,contact_cost,acquisition_cost,net,share_of_wallet,acquisition_paid_back_at,acquisition_pays_back_at,referral_value,currency\n") {
			t.Errorf("customer-economics: %d\n%s", status, out)
		}
		found := false
		for _, line := range lines[1:] {
			_, rest, _ := strings.Cut(line, ",")
			found = found || strings.Contains(rest, ",STRANGER,,0,1,0.00,0.00,1.50,0.00,-1.50,,") && strings.HasSuffix(rest, ",,0.00,RUB")
		}
		if !found {
			t.Errorf("customer-economics:\n%s", out)
		}
		for arguments, want := range map[string]int{
			"customer-economics --from 2026-02-01 --to 2026-01-01":                  1,
			"contact-economics --from 2026-01-01":                                   2,
			"contact-economics --from 2026-01-01 --to 2026-02-01 --by WEATHER":      2,
			"contact-economics --from 2026-01-01 --to 2026-02-01 --model BEST":      2,
			"contact-economics --from 2026-01-01 --to 2026-02-01 --by KIND,KIND":    1,
			"contact-economics --from 2026-02-01 --to 2026-01-01":                   1,
			"staff-economics --from 01.02.2026 --to 2026-01-01":                     1,
			"contact-economics --from 2026-01-01 --to 2026-02-30 -o " + t.TempDir(): 1,
		} {
			if status, out := i.command(append([]string{"export"}, strings.Fields(arguments)...)...); status != want || out != "" {
				t.Errorf("%s: %d %s", arguments, status, out)
			}
		}
	})
}
