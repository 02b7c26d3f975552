package transport

import "time"

// Limits bounds what one request may ask for. The zero of a field takes its default, named beside
// it; a negative value switches that limit off.
type Limits struct {
	// Before anything is validated.
	BodyBytes int // 131,072: a POST body, or the URL of a GET
	Tokens    int // 2,000 lexical tokens in a document

	// The shape of one operation with its fragments spread out. Fields below __schema and __type
	// count as fields but not in depth: the usual introspection query is 13 deep.
	Depth      int // 12 fields below one another
	Aliases    int // 15
	Directives int // 50
	Fields     int // 2,000

	// Input, whether it comes in variables or is written into the document.
	InputDepth int // 16 objects or lists inside one another
	ListItems  int // 250 in one list

	// Cost, see Weights. One operation may ask for Cost; a caller's bucket holds Bucket and is
	// filled again by Restore points a second. A negative Bucket or Restore switches the throttle off.
	Cost        int // 1,000
	Bucket      int // 20,000
	Restore     int // 5,000
	PageDefault int // 20 items where a list takes first or last and neither is given
	PageMaximum int // 100, more is never charged for: the resolvers are to refuse it

	Errors     int           // 20 errors in one answer
	Operation  time.Duration // 10 s for a query or a mutation
	CacheBytes int           // 16 MiB for parsed and validated documents

	// WebSocket and SSE.
	SocketInit       time.Duration // 3 s for connection_init
	SocketPing       time.Duration // 20 s between pings, and between SSE's keep-alive comments
	SocketOperations int           // 100 at once on one socket
	SocketFrame      int           // 65,536 bytes in one message from the client
}

// WithDefaults gives the limits with every zero replaced.
func (l Limits) WithDefaults() Limits {
	number := func(field *int, otherwise int) {
		if *field == 0 {
			*field = otherwise
		}
	}
	duration := func(field *time.Duration, otherwise time.Duration) {
		if *field == 0 {
			*field = otherwise
		}
	}
	number(&l.BodyBytes, 128<<10)
	number(&l.Tokens, 2000)
	number(&l.Depth, 12)
	number(&l.Aliases, 15)
	number(&l.Directives, 50)
	number(&l.Fields, 2000)
	number(&l.InputDepth, 16)
	number(&l.ListItems, 250)
	number(&l.Cost, 1000)
	number(&l.Bucket, 20000)
	number(&l.Restore, 5000)
	number(&l.PageDefault, 20)
	number(&l.PageMaximum, 100)
	number(&l.Errors, 20)
	number(&l.CacheBytes, 16<<20)
	number(&l.SocketOperations, 100)
	number(&l.SocketFrame, 64<<10)
	duration(&l.Operation, 10*time.Second)
	duration(&l.SocketInit, 3*time.Second)
	duration(&l.SocketPing, 20*time.Second)
	if l.Restore < 0 { // a bucket that is never filled again would be a ban
		l.Bucket = -1
	}
	return l
}

// over tells whether a limit that may be switched off is passed.
func over(n, limit int) bool { return limit >= 0 && n > limit }
