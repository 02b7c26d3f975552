// Command testserver serves the test schema, for conformance suites that are not written in Go:
//
//	go run ./transport/internal/testserver -addr 127.0.0.1:4000
package main

import (
	"flag"
	"log"
	"net/http"
	"time"

	"kopeck/transport"
	"kopeck/transport/graphiql"
	"kopeck/transport/internal/testschema"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:4000", "address to listen on")
	flag.Parse()
	schema := testschema.NewExecutableSchema(testschema.Config{Resolvers: &testschema.Resolvers{}})
	mux := http.NewServeMux()
	mux.Handle("/graphql", transport.New(schema, transport.Config{Development: true}))
	mux.Handle("/", graphiql.New("Test schema", "/graphql",
		graphiql.Example{Query: "query Greeting($name: String) {\n  hello(name: $name)\n}", Variables: `{"name": "you"}`},
		graphiql.Example{Query: "subscription Counting {\n  count(to: 3)\n}"},
	))
	server := &http.Server{Addr: *addr, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}
