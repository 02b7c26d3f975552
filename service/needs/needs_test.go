package needs_test

import (
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

func TestNeeds(t *testing.T) {
	each(t, func(t *testing.T, h *home) {
		ctx, key := h.System(), "once"
		made, err := h.Needs.CreateNeed(ctx, service.CreateNeedInput{Code: "cloth", Name: " Cloth ", Unit: ptr("m"), IdempotencyKey: &key})
		h.Must(err)
		again, err := h.Needs.CreateNeed(ctx, service.CreateNeedInput{Code: "cloth", Name: " Cloth ", Unit: ptr("m"), IdempotencyKey: &key})
		h.Must(err)
		if again.ID != made.ID || made.Name != "Cloth" {
			t.Errorf("%v, and again %v", made, again)
		}
		_, err = h.Needs.CreateNeed(ctx, service.CreateNeedInput{Code: "cloth", Name: "x"})
		check(t, "a code that there is", faults(err), "ALREADY_EXISTS code")
		_, err = h.Needs.CreateNeed(ctx, service.CreateNeedInput{ID: ptr("x"), Code: "Cloth", Name: " ", Unit: ptr("\x00")})
		check(t, "nothing is right", faults(err), "INVALID id, INVALID code, INVALID name, INVALID unit")
		_, err = h.Needs.CreateNeed(h.Actor(schema.RoleSales), service.CreateNeedInput{Code: "more", Name: "x"})
		check(t, "SALES", faults(err), "FORBIDDEN ")

		_, err = h.Needs.UpdateNeed(ctx, service.UpdateNeedInput{ID: made.ID, ExpectedVersion: 1, Name: ptr("Fabric")})
		h.Must(err)
		changed, err := h.Needs.UpdateNeed(ctx, service.UpdateNeedInput{ID: made.ID, ExpectedVersion: 1, Unit: graphql.OmittableOf[*string](nil), Retired: ptr(true)})
		h.Must(err)
		if changed.Name != "Fabric" || changed.Unit != nil || !changed.Retired || changed.Version != 3 {
			t.Errorf("merged to %v", changed)
		}
		_, err = h.Needs.UpdateNeed(ctx, service.UpdateNeedInput{ID: made.ID, ExpectedVersion: 1, Name: ptr("Stuff")})
		check(t, "two names", faults(err), "VERSION_CONFLICT expectedVersion")
		_, err = h.Needs.RecordNeedFact(ctx, service.RecordNeedFactInput{CustomerID: h.anna, NeedID: made.ID, Kind: schema.FactSupplier, Source: ptr("x")})
		check(t, "a fact of a need out of use", faults(err), "WRONG_STATE needId")
		_, err = h.Needs.SetProductNeeds(ctx, service.SetProductNeedsInput{ProductID: h.rod, Needs: []*service.NeedShareInput{{NeedID: made.ID, Share: "1"}}})
		check(t, "a product of a need out of use", faults(err), "WRONG_STATE needs.0.needId")
	})
}

func TestProductNeeds(t *testing.T) {
	each(t, func(t *testing.T, h *home) {
		set := func(needs ...*service.NeedShareInput) string {
			_, err := h.Needs.SetProductNeeds(h.System(), service.SetProductNeedsInput{ProductID: h.set, Needs: needs})
			return faults(err)
		}
		part := func(needID, share string) *service.NeedShareInput {
			return &service.NeedShareInput{NeedID: needID, Share: money.Exact(share)}
		}
		check(t, "less than all", set(part(h.curtains.ID, "0.5"), part(h.rods.ID, "0.4")), "INVALID needs")
		check(t, "twice", set(part(h.curtains.ID, "0.5"), part(h.curtains.ID, "0.5")), "INVALID needs.1.needId")
		check(t, "seven places", set(part(h.curtains.ID, "0.1234567"), part(h.rods.ID, "0.8765433")), "INVALID needs.0.share, INVALID needs.1.share")
		check(t, "no number", set(part(h.curtains.ID, "much")), "INVALID needs.0.share")
		check(t, "nobody's", set(part(h.IDs.Make("ned"), "1")), "NOT_FOUND needs.0.needId")

		began := h.Clock.Now()
		h.Clock.Advance(24 * time.Hour)
		h.serves(h.set, h.cleaning, "1")
		h.Clock.Advance(24 * time.Hour)
		h.serves(h.set)
		at := func(days int) string {
			moment := began.AddDate(0, 0, days).Add(time.Hour)
			found, err := h.Needs.ProductNeeds(h.System(), []string{h.set}, &moment)
			h.Must(err)
			text := ""
			for _, one := range found[h.set] {
				text += one.Need.Code + " " + one.Share.String() + " "
			}
			return text
		}
		check(t, "before, at first, then and now", at(-100)+"|"+at(0)+"|"+at(1)+"|"+at(2), "curtains 0.7 rods 0.3 |curtains 0.7 rods 0.3 |cleaning 1 |")
	})
}

func TestCustomerNeeds(t *testing.T) {
	each(t, func(t *testing.T, h *home) {
		began := h.Clock.Now()
		day := func(n int) time.Time { return began.AddDate(0, 0, n) }
		h.sold(h.anna, day(-400), 0, 0, line{h.curtain, 99900}) // more than a year ago
		h.sold(h.anna, day(-300), 0, 0, line{h.curtain, 10000}, line{h.rod, 20000})
		h.sold(h.anna, day(-10), 20000, 0, line{h.set, 50000}, line{h.product("OTHER"), 50000}) // a fifth was given back
		check(t, "at first", h.needsOf(h.anna, nil), "cleaning 0.00 ?SUPPLIER ?WALLET; curtains 380.00 on "+day(-10).Format(time.DateOnly)+
			" ?SUPPLIER ?WALLET; rods 320.00 on "+day(-10).Format(time.DateOnly)+" ?SUPPLIER ?WALLET")

		h.knows(h.anna, h.cleaning, "", "", nil)
		h.knows(h.anna, h.curtains, "IKEA", "", nil)
		h.knows(h.anna, h.curtains, "", "1900", nil)
		h.knows(h.anna, h.rods, "", "300", nil)
		known := "cleaning 0.00, nobody else ?WALLET; curtains 380.00 on " + day(-10).Format(time.DateOnly) + ", IKEA of 1900.00 is 0.2; rods 320.00 on " +
			day(-10).Format(time.DateOnly) + " of 300.00 ?SUPPLIER ?WALLET_OUTDATED"
		check(t, "known", h.needsOf(h.anna, nil), known)

		h.Clock.Advance(24 * time.Hour)
		before := day(-5)
		h.knows(h.anna, h.curtains, "Bazaar", "", func(in *service.RecordNeedFactInput) { in.At = &before }) // told late of an earlier moment
		h.Clock.Advance(24 * time.Hour)
		check(t, "a fact of before, told late", h.needsOf(h.anna, nil), known)
		call, err := h.Contacts.RecordContact(h.System(), service.RecordContactInput{CustomerID: h.anna, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, At: ptr(day(1))})
		h.Must(err)
		said := h.knows(h.anna, h.curtains, "Lerua", "", func(in *service.RecordNeedFactInput) { in.ContactID, in.Source = &call.ID, nil })
		if said.Basis != schema.FactStated || said.Source != "contact" || !said.At.Equal(day(1)) {
			t.Errorf("said in a contact: %v", said)
		}
		check(t, "as it was known at first", h.needsOf(h.anna, ptr(began)), known)
		changed := "cleaning 0.00, nobody else ?WALLET; curtains 380.00 on " + day(-10).Format(time.DateOnly) + ", Lerua of 1900.00 is 0.2; rods 320.00 on " +
			day(-10).Format(time.DateOnly) + " of 300.00 ?SUPPLIER ?WALLET_OUTDATED"
		check(t, "now", h.needsOf(h.anna, nil), changed)

		other := h.CustomerID()
		_, err = h.Merging.MergeCustomers(h.System(), service.MergeCustomersInput{KeepID: other, MergeID: h.anna, Reason: ptr("One person")})
		h.Must(err)
		check(t, "of the customer who was kept", h.needsOf(other, nil), changed)

		_, err = h.Needs.UpdateNeed(h.System(), service.UpdateNeedInput{ID: h.cleaning.ID, ExpectedVersion: 1, Retired: ptr(true)})
		h.Must(err)
		stranger := h.CustomerID()
		check(t, "out of use", h.needsOf(stranger, nil), "curtains 0.00 ?SUPPLIER ?WALLET; rods 0.00 ?SUPPLIER ?WALLET")
		check(t, "out of use, but known", h.needsOf(other, nil), changed)
	})
}

func TestRecordNeedFactFaults(t *testing.T) {
	each(t, func(t *testing.T, h *home) {
		call, err := h.Contacts.RecordContact(h.System(), service.RecordContactInput{CustomerID: h.anna, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone})
		h.Must(err)
		voided, err := h.Contacts.RecordContact(h.System(), service.RecordContactInput{CustomerID: h.anna, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, At: ptr(h.Clock.Now().Add(-time.Hour))})
		h.Must(err)
		_, err = h.Contacts.VoidContact(h.System(), service.VoidContactInput{ID: voided.ID, Reason: "A slip"})
		h.Must(err)
		boris := h.CustomerID()
		for name, c := range map[string]struct {
			change func(*service.RecordNeedFactInput)
			want   string
		}{
			"a supplier with a wallet": {func(in *service.RecordNeedFactInput) { in.Wallet = apptest.Roubles("1") }, "INVALID wallet"},
			"a wallet without amount":  {func(in *service.RecordNeedFactInput) { in.Kind = schema.FactWallet }, "INVALID wallet"},
			"a wallet with a supplier": {func(in *service.RecordNeedFactInput) {
				in.Kind, in.Supplier, in.Wallet = schema.FactWallet, ptr("x"), apptest.Roubles("1")
			}, "INVALID supplier"},
			"less than nothing":         {func(in *service.RecordNeedFactInput) { in.Kind, in.Wallet = schema.FactWallet, apptest.Roubles("-1") }, "INVALID wallet.amount"},
			"no source":                 {func(in *service.RecordNeedFactInput) { in.Source = nil }, "INVALID source"},
			"the future":                {func(in *service.RecordNeedFactInput) { in.At = ptr(h.Clock.Now().Add(time.Hour)) }, "INVALID at"},
			"two moments":               {func(in *service.RecordNeedFactInput) { in.At, in.ContactID = ptr(h.Clock.Now()), &call.ID }, "INVALID at"},
			"somebody else's contact":   {func(in *service.RecordNeedFactInput) { in.CustomerID, in.ContactID = boris, &call.ID }, "NOT_FOUND contactId"},
			"a contact that is voided":  {func(in *service.RecordNeedFactInput) { in.ContactID = &voided.ID }, "WRONG_STATE contactId"},
			"a need that is not there":  {func(in *service.RecordNeedFactInput) { in.NeedID = h.IDs.Make("ned") }, "NOT_FOUND needId"},
			"nobody":                    {func(in *service.RecordNeedFactInput) { in.CustomerID = h.IDs.Make("cus") }, "NOT_FOUND customerId"},
			"ids of other types":        {func(in *service.RecordNeedFactInput) { in.CustomerID, in.NeedID = h.rods.ID, boris }, "INVALID customerId, INVALID needId"},
			"a supplier that is nobody": {func(in *service.RecordNeedFactInput) { in.Supplier = ptr(" ") }, ""},
		} {
			in := service.RecordNeedFactInput{CustomerID: h.anna, NeedID: h.rods.ID, Kind: schema.FactSupplier, Source: ptr("a directory")}
			c.change(&in)
			_, err := h.Needs.RecordNeedFact(h.System(), in)
			check(t, name, faults(err), c.want)
		}
	})
}

func TestWalletReport(t *testing.T) {
	each(t, func(t *testing.T, h *home) {
		now := h.Clock.Now()
		boris, clara := h.CustomerID(), h.CustomerID()
		h.sold(h.anna, now.AddDate(0, 0, -5), 0, 0, line{h.set, 100000})
		h.sold(boris, now.AddDate(0, 0, -6), 0, 0, line{h.curtain, 40000})
		h.sold(clara, now.AddDate(0, 0, -6), 0, 0, line{h.rod, 5})
		h.knows(h.anna, h.curtains, "", "2000", nil)
		h.knows(h.anna, h.curtains, "IKEA", "", nil)
		h.Clock.Advance(time.Second)
		h.knows(boris, h.curtains, "", "399.99", nil) // less than he bought of us
		h.knows(boris, h.curtains, "Ikea", "", nil)
		h.knows(clara, h.curtains, "", "100", nil)
		h.knows(clara, h.curtains, "", "", nil)
		report, err := h.Needs.WalletReport(h.System(), nil)
		h.Must(err)
		text := ""
		for _, r := range report.Rows {
			text += r.Need.Code
			for _, n := range []int{r.Customers, r.Known, r.Outdated, r.NobodyElse} {
				text += " " + money.Whole(int64(n)).String()
			}
			for _, a := range []money.Amount{r.FromUs, r.Wallet, r.WalletFromUs} {
				text += " " + h.Currency.Format(a)
			}
			if r.ShareOfWallet != nil {
				text += " " + r.ShareOfWallet.String()
			}
			for _, one := range r.Suppliers {
				text += " " + one.Name + " " + money.Whole(int64(one.Customers)).String() + " " + h.Currency.Format(one.Elsewhere)
			}
			text += "; "
		}
		check(t, "the report", text, "cleaning 0 0 0 0 0.00 0.00 0.00; curtains 3 2 1 1 1100.00 2100.00 700.00 0.333333 IKEA 2 1300.00; rods 2 0 0 0 300.05 0.00 0.00; ")
		report, err = h.Needs.WalletReport(h.System(), ptr(now.AddDate(0, 0, -7)))
		h.Must(err)
		if report.Rows[1].Customers != 0 {
			t.Errorf("a week ago %d customers bought curtains", report.Rows[1].Customers)
		}
	})
}

// TestJoinedContacts joins a contact in which the customer spoke of needs into another.
func TestJoinedContacts(t *testing.T) {
	each(t, func(t *testing.T, h *home) {
		var ids []string
		for range 2 {
			call, err := h.Contacts.RecordContact(h.System(), service.RecordContactInput{CustomerID: h.anna, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone})
			h.Must(err)
			ids = append(ids, call.ID)
		}
		h.knows(h.anna, h.rods, "IKEA", "", func(in *service.RecordNeedFactInput) { in.ContactID, in.Source = &ids[1], nil })
		q := h.question("who", schema.AsksSupplier, about(h.curtains))
		_, err := h.Needs.AnswerQuestion(h.System(), service.AnswerQuestionInput{CustomerID: h.anna, QuestionID: q.ID, ContactID: &ids[1], Answer: ptr("")})
		h.Must(err)
		_, err = h.Contacts.JoinContacts(h.System(), service.JoinContactsInput{ID: ids[0], OtherID: ids[1]})
		h.Must(err)
		for _, row := range h.Client.NeedFact.Query().AllX(h.System()) {
			check(t, "the contact of a fact", *row.ContactID, ids[0])
		}
		check(t, "the contact of a question", *h.Client.AskedQuestion.Query().OnlyX(h.System()).ContactID, ids[0])
	})
}
