package apitest

const (
	relateCustomers = `mutation($in: RelateCustomersInput!) { relateCustomers(input: $in) { relation { id version role from to person { id } company { id } } userErrors { code field message } } }`
)
