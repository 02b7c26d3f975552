package apitest

import (
	"fmt"
	"time"

	"kopeck/schema"
)

// staffed gives each of the four customers a task, one done by a contact and one cancelled, of a user and of a team; and hands a customer over.
func (s *seeded) staffed() {
	a := s.admin
	s.team = a.Must(createTeam, Vars{"in": Vars{"name": "Shop", "leadId": s.seller, "from": "2024-01-01T00:00:00Z"}}).Text("createTeam.team.id")
	a.Must(createTeam, Vars{"in": Vars{"name": "Workshop", "memberIds": []string{s.other}}})
	a.Must(addTeamMember, Vars{"in": Vars{"teamId": s.team, "userId": s.other, "from": "2024-01-01T00:00:00Z"}})
	a.Must(removeTeamMember, Vars{"in": Vars{"teamId": s.team, "userId": s.other}})
	for _, customer := range []string{s.mine, s.theirs, s.shared, s.kept} {
		open := a.Must(createTask, Vars{"in": due(s.w, customer, -time.Hour, Vars{"teamId": s.team, "why": "She asked", "kind": "TARGET_CALL", "channel": "EMAIL", "purpose": "MARKETING"})}).Text("createTask.task.id")
		if customer == s.mine {
			s.task = open
		}
		done := a.Must(createTask, Vars{"in": due(s.w, customer, time.Hour, nil)}).Text("createTask.task.id")
		a.Must(recordContact, Vars{"in": Called(customer, Vars{"taskId": done})})
		cancelled := a.Must(createTask, Vars{"in": due(s.w, customer, time.Hour, nil)}).Text("createTask.task.id")
		a.Must(cancelTask, Vars{"in": Vars{"id": cancelled, "reason": "She came"}})
	}
	third := s.w.newUser("third@example.com", schema.RoleSales)
	NewCustomer(a, Vars{"name": "Moved", "ownerId": third})
	a.Must(handOver, Vars{"in": Vars{"fromUserId": third, "toUserId": s.seller, "reason": "He leaves"}})
}

// expecting lets each of the four customers say what they think fair, in a contact and upon offers, of which they decline half.
func (s *seeded) expecting() {
	a := s.admin
	said := 0
	expect := func(customer string, in Vars) string {
		said++
		for name, value := range (Vars{"customerId": customer, "productId": s.coat, "unit": roubles(fmt.Sprintf("%d.00", 500+37*(said*7%20)))}) {
			if in[name] == nil {
				in[name] = value
			}
		}
		return a.Must(`mutation($in: RecordExpectedPriceInput!) { recordExpectedPrice(input: $in) { expectedPrice { id } userErrors { code field message } } }`, Vars{"in": in}).Text("recordExpectedPrice.expectedPrice.id")
	}
	for _, s.customer = range []string{s.mine, s.theirs, s.shared, s.kept} {
		contact := a.Must(recordContact, Vars{"in": Called(s.customer, nil)}).Text("recordContact.contact.id")
		expect(s.customer, Vars{"contactId": contact, "productId": s.extra})
		void := expect(s.customer, Vars{"contactId": contact})
		a.Must(`mutation($id: ID!) { voidExpectedPrice(input: {id: $id, reason: "A slip"}) { userErrors { message } } }`, Vars{"id": void})
		for range 3 {
			lost := s.sent()
			expect(s.customer, Vars{"offerId": lost})
			a.Must(declineOffer, Vars{"in": Vars{"id": lost, "reason": "Too dear"}})
			won := s.sent()
			expect(s.customer, Vars{"offerId": won})
			a.Must(acceptOffer, Vars{"in": Vars{"id": won, "overruleDateReason": "A test"}})
		}
	}
	s.customer = s.mine
}

// reached gives each of the four customers a further number and address, a place and a tag.
func (s *seeded) reached() {
	for n, customer := range []string{s.mine, s.theirs, s.shared, s.kept} {
		s.admin.Must(addContactPoint, Vars{"in": Vars{"customerId": customer, "type": "PHONE", "value": fmt.Sprintf("+7495000000%d", n), "kind": "WORK"}})
		s.admin.Must(addContactPoint, Vars{"in": Vars{"customerId": customer, "type": "EMAIL", "value": fmt.Sprintf("further%d@example.com", n)}})
		s.admin.Must(addAddress, Vars{"in": Vars{"customerId": customer, "kind": "DELIVERY", "country": "RU", "region": "Tatarstan", "city": "Kazan", "street": "Bauman, 1", "postalCode": "420000"}})
		s.admin.Must(addTags, Vars{"in": Vars{"customerId": customer, "tags": []string{"VIP", "wholesale"}}})
	}
}
