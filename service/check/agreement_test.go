package check_test

import (
	"testing"

	"kopeck/apptest"
	"kopeck/dbtest"
	"kopeck/service"
)

// TestAgreementsAreVerified breaks what is kept of the end of an agreement, and mends it.
func TestAgreementsAreVerified(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := apptest.NewShop(t, url)
		a, err := s.Quote.AgreePrice(s.System(), service.AgreePriceInput{CustomerID: s.Customers["Anna"], ProductID: s.Curtain, Unit: &service.MoneyInput{Amount: "480.00", CurrencyCode: "RUB"}})
		if err == nil {
			_, err = s.Quote.EndAgreement(s.System(), service.EndAgreementInput{ID: a.ID, Reason: "a test"})
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range []struct{ name, broken, mended, wrong string }{
			{"no end", "UPDATE price_agreements SET ended_at = NULL WHERE id = ?", "UPDATE price_agreements SET ended_at = (SELECT valid_from FROM dated_values WHERE subject = price_agreements.id) WHERE id = ?", "the agreement's end is not the last that was recorded"},
			{"another end", "UPDATE price_agreements SET ended_at = '2020-01-01 00:00:00+00:00' WHERE id = ?", "UPDATE price_agreements SET ended_at = (SELECT valid_from FROM dated_values WHERE subject = price_agreements.id) WHERE id = ?", "the agreement's end is not the last that was recorded"},
			{"a proposal of no time", "UPDATE price_agreements SET state = 'DECLINED' WHERE id = ?", "UPDATE price_agreements SET state = 'AGREED' WHERE id = ?", "the agreement was proposed or declined, and was ended or has no time for it"},
		} {
			t.Run(one.name, func(t *testing.T) {
				s.Exec(one.broken, a.ID)
				found := laws(t, s)
				s.Exec(one.mended, a.ID)
				if len(found) != 1 || found[0].Subject != a.ID || found[0].Wrong != one.wrong {
					t.Errorf("%v; want %q", found, one.wrong)
				}
			})
		}
		if found := laws(t, s); len(found) > 0 {
			t.Errorf("after everything was mended: %v", found)
		}
	})
}
