package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"kopeck/schema"
)

// Welcome writes for a terminal how to use the company that is served at an address: who signs in, a token, and a
// query with the answer that the server gives to it at this moment.
func Welcome(ctx context.Context, to io.Writer, address string, m Mark, database, token string, life time.Duration, now time.Time) error {
	url := "http://" + reachable(address)
	answer, err := ask(ctx, url+"/graphql", token, CardQuery())
	if err != nil {
		return err
	}
	var page strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&page, format+"\n", args...) }
	line("")
	line("Erker sews curtains and mounts cornices to measure: %d customers, two years of contacts and orders.", headcount)
	line("%s, seed %d, made for %s", database, m.Seed, m.Day)
	line("")
	line("  GraphiQL  %s/", url)
	line("  API       %s/graphql", url)
	line("  Mailbox   %s/demo/mailbox (e-mails to customers, unless KOPECK_SMTP_URL names a mail server)", url)
	line("")
	line("Sign in (mutation signIn); the password of all users is %s", Password)
	for _, role := range []struct {
		role schema.Role
		sees string
	}{
		{schema.RoleAdmin, "everything"},
		{schema.RoleManager, "all rows, costs and floors"},
		{schema.RoleSales, "customers that they, their team or nobody owns, no costs"},
		{schema.RoleAnalyst, "all rows and costs, changes nothing"},
		{schema.RolePartner, "customers whom the studio brought and who permit it"},
	} {
		line("  %-8s  %-22s  %s", role.role, memberOf(role.role).Email, role.sees)
	}
	line("")
	line("A token for ADMIN, good for %s:", strings.TrimSuffix(strings.TrimSuffix(life.String(), "0s"), "0m"))
	line("%s", token)
	line("")
	line("Ask what a customer pays now, and is worth:")
	line("%s", CardQuery())
	line("")
	line("The same as a command:")
	body, err := json.Marshal(map[string]string{"query": oneLine(CardQuery())})
	if err != nil {
		return err
	}
	line("curl -s %s/graphql -H 'Content-Type: application/json' -H 'Authorization: Bearer %s' -d '%s'", url, token, body)
	line("")
	line("Its data:")
	line("%s", answer)
	line("")
	line("Try next:")
	line("  - Open GraphiQL, put {\"Authorization\": \"Bearer <the token>\"} into the headers pane and go through its tabs.")
	line("  - Ask the price with at: \"%s\": what was known then. Or with leadDays: 5.", now.AddDate(-1, 0, 0).UTC().Format(time.RFC3339))
	line("  - Ask what fills the days of the next week, what is free, and what both cost:")
	line("    %s", workshopQuery(now))
	line("  - Sign in as SALES and ask the same: margin is null, and the customers of others are absent.")
	line("  - Record a contact while the subscription of another tab is open.")
	line("Ctrl-C ends the server; the next start takes a second.")
	_, err = io.WriteString(to, page.String())
	return err
}

// reachable returns the address at which this machine reaches a server that listens at an address.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// ask asks the API and returns its answer, indented. An answer with errors is an error.
func ask(ctx context.Context, url, token, query string) (string, error) {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := (&http.Client{Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return "", fmt.Errorf("demo: asking the server: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return "", fmt.Errorf("demo: asking the server: %w", err)
	}
	var answer struct {
		Data   json.RawMessage   `json:"data"`
		Errors []json.RawMessage `json:"errors"`
	}
	if err := json.Unmarshal(text, &answer); err != nil || len(answer.Errors) > 0 || response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("demo: the server answered %s: %s", response.Status, text)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, answer.Data, "", "  "); err != nil {
		return "", err
	}
	return strings.TrimSpace(indented.String()), nil
}
