package demo

import (
	"fmt"
	"strings"
	"time"
)

// Example is an operation to try, with its variables as JSON.
type Example struct{ Query, Variables string }

// CardQuery returns the query that shows what Kopeck is for: what a customer pays now and why, and what the customer is worth.
func CardQuery() string {
	return fmt.Sprintf(`{
  customer(externalId: %q) {
    name
    stage
    price(productId: %q, quantity: "4.8") {
      unit { amount currencyCode }
      total { amount }
      lines { kind label amount { amount } }
      margin { amount }
    }
    lifetimeValue {
      probabilityAlive
      expectedOrders
      total { amount }
    }
  }
}`, favouriteExternal, productID("CUR-LINEN"))
}

// workshopQuery returns a query for the workshop's week from a moment on: what fills each day, what is free and its money, and what cannot
// be kept.
func workshopQuery(now time.Time) string {
	day := func(days int) string { return now.AddDate(0, 0, days).UTC().Format(time.DateOnly) }
	return fmt.Sprintf("{ workshop(from: %q, to: %q, resources: [\"sewing\"]) { day full capacity booked free bookedCost { amount } idleCost { amount } bookings { order { dueAt } customer { name } units } } unkeptDates { totalCount } }", day(0), day(6))
}

// openTasks is the example of tasks.
const openTasks = `# What is to be done, by due: whether the contact is permitted now, and who is in the team.
{
  tasks(filter: {states: [OPEN]}) {
    edges { node { title why dueAt overdue customer { name } owner { name } team { name members { user { name } } } permitted { allowed reason } } }
  }
}`

// Examples returns the operations that GraphiQL opens with. They run on any company of this package.
func Examples() []Example {
	hint := "# Put the token from the terminal into the headers pane below: {\"Authorization\": \"Bearer …\"}\n"
	return []Example{
		{Query: hint + "# What this customer pays now, step by step, and is worth.\n" + CardQuery()},
		{Query: fmt.Sprintf(`# Fast, quality, cheap: pick two. Three proposals for this customer, priced from the same costs; each token is a promise.
{
  customer(externalId: %q) {
    name
    segment
    proposals(productId: %q, quantity: "4.8") {
      segment suits grade leadDays readyOn note
      price { unit { amount } total { amount } lines { kind label amount { amount } } rejected { rule { name } nearly unmet { condition met { name value } } } token }
    }
  }
}`, favouriteExternal, productID("CUR-LINEN"))},
		{Query: openTasks},
		{Query: `# What left for customers by e-mail or is to leave, with each attempt and its contact in the books.
{
  messages(orderBy: {field: CREATED_AT, direction: DESC}) {
    edges { node { state reason recipient subject sentAt attempts { number at outcome code answer } contact { cost { amount } } offer { status } customer { name } } }
  }
}`},
		{Query: `# The customers who are worth most, each with prices of the catalogue, last contacts and permissions.
{
  customers(first: 25, orderBy: {field: LIFETIME_VALUE, direction: DESC}) {
    totalCount
    edges {
      node {
        name
        stage
        segment
        owner { name }
        lifetimeValue { total { amount } probabilityAlive }
        prices(first: 3) { edges { product { name } node { unit { amount } } } }
        contacts(first: 3, orderBy: {field: AT, direction: DESC}) { edges { node { at kind channel cost { amount } value { realised { amount } } } } }
        permissions { channel purpose level state }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`},
		{Query: `# The catalogue with what each product costs: in full, and one more of it right now.
{
  products(first: 40, orderBy: {field: SKU}) {
    edges {
      node {
        sku
        name
        listPrice { amount currencyCode }
        cost { full { amount } marginal { amount } lines { kind label quantity rate amount { amount } } }
      }
    }
  }
}`},
		callExample(),
		unkeptExample(),
		{Query: `# Stays open: record a call in another tab and see it arrive.
subscription {
  contactRecorded {
    at
    kind
    channel
    customer { name stage }
    cost { amount }
  }
}`},
		{Query: `# Search as people type: a name, an e-mail, the end of a phone number.
{
  customers(search: "белова анна", first: 5) { totalCount edges { node { id name email phone measurements } } }
}`},
		{Query: `# May we call, and by which permission? The consent log of each permission is a chain of hashes.
{
  customer(externalId: "` + favouriteExternal + `") {
    mayContact(channel: PHONE, purpose: MARKETING) { allowed reason currentLevel }
    permissions { channel purpose level state events { at kind actor source wording keptWording { code version language } hash previousHash } }
  }
}`},
	}
}

// unkeptExample returns the example of what the workshop cannot keep.
func unkeptExample() Example {
	return Example{Query: `# What the workshop has promised and cannot keep, with the first day that holds: rescheduleOrder takes it.
{
  unkeptDates(first: 20) {
    totalCount
    edges { node { order { id dueAt } customer { name } dueDay firstDay daysLate shortages { resource missing } } }
  }
}`}
}

// callExample returns the example that writes.
func callExample() Example {
	return Example{Query: `# Record a call; its cost comes from the rates of this moment.
mutation Call($input: RecordContactInput!) {
  recordContact(input: $input) {
    contact { id at cost { amount } costLines { kind label quantity rate amount { amount } } }
    userErrors { field code message }
  }
}`, Variables: fmt.Sprintf(`{
  "input": {
    "customerId": %q,
    "kind": "INFO_CALL",
    "direction": "INBOUND",
    "channel": "PHONE",
    "minutes": "6.5",
    "subject": "Спросила про бархат"
  }
}`, FavouriteID())}
}

// oneLine returns a query without its comments, in one line, for a command.
func oneLine(query string) string {
	var words []string
	for line := range strings.Lines(query) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			words = append(words, line)
		}
	}
	return strings.Join(words, " ")
}
