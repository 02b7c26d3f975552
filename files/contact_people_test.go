package files_test

import (
	"fmt"
	"strings"
	"testing"

	"kopeck/auth"
	"kopeck/files/option"
	"kopeck/service"
)

// TestPeopleOfContacts: files of contacts name the customers who took part beside the contact's own, by external id, e-mail or id, and several of
// ours with their minutes; who is in the file twice, or is the contact's own customer, is no other.
func TestPeopleOfContacts(t *testing.T) {
	const took = "SELECT count(*) FROM contact_persons p JOIN contacts t ON t.id = p.contact_id JOIN customers c ON c.id = p.customer_id WHERE t.external_id = ? AND c.external_id = ?"
	each(t, func(w *world) {
		w.related()
		o := option.Options{Kind: option.Contacts, Map: `external_id=no,customer=who,at=at,participants=ours,people=people,kind="VISIT",direction="INBOUND",channel="VISIT"`, Errors: option.RejectRow, Customers: "known"}
		var bobID string
		w.one(&bobID, "SELECT id FROM customers WHERE external_id = 'bob'")
		file := "no,who,at,ours,people\n" +
			"1,mill,2026-01-05,olga@example.com 30; ivan@example.com 12.5,ann@example.com; " + bobID + "\n" +
			"2,mill,2026-01-06,olga@example.com 20,\"bob\nann; bob\"\n" +
			"3,mill,2026-01-07,,\n"
		w.counted(w.bring(file, o), 3, 3, 0, 0)
		for no, who := range map[string]string{"1": "ann", "2": "bob"} {
			if w.number(took, no, who) != 1 {
				w.Errorf("%s did not take part in %s", who, no)
			}
		}
		if n := w.number("SELECT count(*) FROM contact_persons"); n != 4 {
			w.Errorf("%d took part", n)
		}
		if n := w.number("SELECT count(*) FROM contact_participants"); n != 2 {
			w.Errorf("%d of ours took part where several did", n)
		}
		if n := w.number("SELECT count(*) FROM contacts t JOIN users u ON u.id = t.staff_id WHERE u.email = 'olga@example.com' AND (t.external_id = '1' AND t.minutes = 30000000000 OR t.external_id = '2' AND t.minutes = 20000000000)"); n != 2 {
			w.Errorf("Olga was the staff of %d", n)
		}
		w.counted(w.bring(file, o), 3, 0, 3, 0)
		r := w.bring("no,who,at,ours,people\n"+
			"1,mill,2026-01-05,olga@example.com 30; ivan@example.com 12.5,ann\n"+
			"3,mill,2026-01-07,,\n"+
			"4,mill,2026-01-08,,mill@example.com\n"+
			"5,mill,2026-01-08,,cus_01jd0000000000000000000009\n"+
			"6,bob,2026-01-08,,"+bobID+"\n"+
			"7,mill,2026-01-08,olga@example.com,\n"+
			"8,mill,2026-01-08,olga@example.com 5; OLGA@example.com 6,\n", o)
		w.only(r, map[int64]string{
			2: "other people took part", 4: `people: unknown customer "mill@example.com"`, 5: "people: there is no customer", 6: "people: the contact is with", 7: "participants: ", 8: "named twice",
		})
		made := o
		made.Customers = "create"
		w.counted(w.bring("no,who,at,ours,people\n9,mill,2026-01-08,,carl; dora@example.com\n", made), 1, 1, 0, 0)
		if w.number(took, "9", "carl") != 1 {
			w.Error("a customer whom people names was not made")
		}
		var carl string
		w.one(&carl, "SELECT id FROM customers WHERE external_id = 'carl'")
		if _, err := w.service.Merging.MergeCustomers(auth.System(w.Context()), service.MergeCustomersInput{KeepID: bobID, MergeID: carl}); err != nil {
			w.Fatal(err)
		}
		w.counted(w.bring("no,who,at,ours,people\n9,mill,2026-01-08,,carl; dora@example.com\n10,mill,2026-01-09,,carl\n", o), 2, 1, 1, 0)
		if w.number(took, "10", "bob") != 1 {
			w.Error("who is kept did not take part instead of who was merged")
		}
		text := w.export(option.Contacts)
		if r := w.bring(text, option.Options{Kind: option.Contacts, Format: option.Kopeck}); r.Present != 5 || r.Rejected > 0 {
			w.Errorf("what was exported: %s %v", r, fmt.Sprint(r.First))
		}
		if !strings.Contains(text, bobID+"; ") && !strings.Contains(text, "; "+bobID) {
			w.Errorf("the export is %s", text)
		}
	})
}
