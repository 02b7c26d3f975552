package files_test

import (
	"strings"
	"testing"

	"kopeck/files/option"
)

// texts returns the texts of a column.
func (w *world) texts(query string) (all []string) {
	w.Helper()
	rows, err := w.store.Query(w.Context(), query)
	if err != nil {
		w.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			w.Fatal(err)
		}
		all = append(all, text)
	}
	return all
}

// reachedBy shows the contact points of all customers, the oldest customer first.
const reachedBy = "SELECT value || ' ' || kind FROM contact_points ORDER BY customer_id, type, value"

func (w *world) wantReached(what string, want ...string) {
	w.Helper()
	if got := strings.Join(w.texts(reachedBy), ", "); got != strings.Join(want, ", ") {
		w.Errorf("%s: the contact points are\n%s, want\n%s", what, got, strings.Join(want, ", "))
	}
}

// TestCustomersWithSeveralNumbers: files of other programs have several numbers, addresses and tags in a cell; an empty one leaves what is there.
func TestCustomersWithSeveralNumbers(t *testing.T) {
	each(t, func(w *world) {
		o := option.Options{Kind: option.Customers, Map: "external_id=id,name=name,phone=phone,phones=others,emails=mails,addresses=place,tags=labels", Update: true}
		const head = "id,name,phone,others,mails,place,labels\n"
		w.counted(w.bring(head+"c1,Anna,8 900 111-22-33,\"8 495 000-11-22 доб. 15; +79001112244\",a@example.com ::: A2@example.com,\"Казань, ул. Баумана, 1\",\"VIP, wholesale\"\n", o), 1, 1, 0, 0)
		w.wantReached("imported", "A2@example.com OTHER", "a@example.com OTHER", "+74950001122;ext=15 OTHER", "+79001112233 OTHER", "+79001112244 OTHER")
		if n := w.number("SELECT count(*) FROM customers WHERE phone = '+79001112233' AND email IS NULL"); n != 1 {
			w.Error("the main number is not the one of its column")
		}
		if n := w.number("SELECT count(*) FROM search_terms WHERE term = 'a2@example.com'"); n != 1 {
			w.Error("the second e-mail is not searched")
		}
		w.closed()

		// The same file again, and one with empty cells, change nothing.
		w.counted(w.bring(w.export(option.Customers), option.Options{Kind: option.Customers, Update: true}), 1, 0, 1, 0)
		w.counted(w.bring(head+"c1,Anna,,,,,\n", o), 1, 0, 1, 0)
		w.wantReached("empty cells", "A2@example.com OTHER", "a@example.com OTHER", "+74950001122;ext=15 OTHER", "+79001112233 OTHER", "+79001112244 OTHER")

		// A list says what there is, beside the main number; another main number takes the place of the old one.
		if r := w.bring(head+"c1,Anna,,+79001112244,,,slow payer\n", o); r.Updated != 1 {
			w.Error(r)
		}
		w.wantReached("a list", "A2@example.com OTHER", "a@example.com OTHER", "+79001112233 OTHER", "+79001112244 OTHER")
		if r := w.bring(head+"c1,Anna,8 900 111-22-55,,,,\n", o); r.Updated != 1 {
			w.Error(r)
		}
		w.wantReached("another main number", "A2@example.com OTHER", "a@example.com OTHER", "+79001112244 OTHER", "+79001112255 OTHER")
		if got := w.texts("SELECT tag FROM customer_tags"); len(got) != 1 || got[0] != "slow payer" {
			w.Errorf("the tags are %q", got)
		}
		w.closed()

		// What is wrong, and an e-mail of another customer, is rejected.
		for _, row := range []string{"c2,Boris,,8 abc,,,", "c2,Boris,,,x,,", "c2,Boris,,,A2@EXAMPLE.com,,", "c2,Boris,,,,," + strings.Repeat("x", 51)} {
			if r := w.bring(head+row+"\n", o); r.Rejected != 1 {
				w.Errorf("%s: %s", row, r)
			}
		}
		// An empty cell clears where it is asked for.
		o.Empty = option.ClearEmpty
		if r := w.bring(head+"c1,Anna,8 900 111-22-55,,,,\n", o); r.Updated != 1 {
			w.Error(r)
		}
		w.wantReached("cleared", "+79001112255 OTHER")
		if n := w.number("SELECT (SELECT count(*) FROM addresses) + (SELECT count(*) FROM customer_tags)"); n != 0 {
			w.Errorf("%d addresses and tags are left", n)
		}
		w.closed()
	})
}
