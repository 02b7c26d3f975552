package transport

import "time"

// Limits bounds what one request may ask for. A zero field means the default given beside it; a negative value
// switches the limit off.
type Limits struct {
	// Before validation.
	BodyBytes int // 131,072: a POST body, or the URL of a GET
	Tokens    int // 2,000 lexical tokens in a document

	// The shape of one operation with its fragments spread out. Fields below __schema and __type
	// count as fields but not in depth: the usual introspection query is 13 deep.
	Depth      int // 12 fields below one another
	Aliases    int // 15
	Directives int // 50
	Fields     int // 2,000

	// Input, in variables or written into the document.
	InputDepth int // 16 objects or lists inside one another
	ListItems  int // 250 in one list

	// Cost in points, see Weights. One operation may cost at most Cost. A caller's bucket holds Bucket points and is
	// refilled by Restore points per second. A negative Bucket or Restore switches the throttle off.
	Cost        int // 1,000
	Bucket      int // 20,000
	Restore     int // 5,000
	PageDefault int // 20 items where a list accepts first or last and neither is given
	PageMaximum int // 100 items; the resolvers refuse more, so that more is never charged

	Errors     int           // 20 errors in one answer
	Operation  time.Duration // 10 s for a query or a mutation
	Write      time.Duration // 15 s for a client to receive an answer, one event or one message, once it is ready
	CacheBytes int           // 16 MiB for parsed and validated documents

	// WebSocket and SSE.
	SocketInit       time.Duration // 3 s for connection_init
	SocketPing       time.Duration // 20 s between pings, and between SSE's keep-alive comments
	SocketOperations int           // 100 at once on one socket
	SocketFrame      int           // 65,536 bytes in one message from the client
}

// WithDefaults returns the limits with every zero replaced by its default.
func (l Limits) WithDefaults() Limits {
	orDefault(&l.BodyBytes, 128<<10)
	orDefault(&l.Tokens, 2000)
	orDefault(&l.Depth, 12)
	orDefault(&l.Aliases, 15)
	orDefault(&l.Directives, 50)
	orDefault(&l.Fields, 2000)
	orDefault(&l.InputDepth, 16)
	orDefault(&l.ListItems, 250)
	orDefault(&l.Cost, 1000)
	orDefault(&l.Bucket, 20000)
	orDefault(&l.Restore, 5000)
	orDefault(&l.PageDefault, 20)
	orDefault(&l.PageMaximum, 100)
	orDefault(&l.Errors, 20)
	orDefault(&l.CacheBytes, 16<<20)
	orDefault(&l.SocketOperations, 100)
	orDefault(&l.SocketFrame, 64<<10)
	orDefault(&l.Operation, 10*time.Second)
	orDefault(&l.Write, 15*time.Second)
	orDefault(&l.SocketInit, 3*time.Second)
	orDefault(&l.SocketPing, 20*time.Second)
	if l.Restore < 0 { // a bucket that is never refilled would block the caller for good
		l.Bucket = -1
	}
	return l
}

// orDefault replaces a zero by the default.
func orDefault[T int | time.Duration](field *T, otherwise T) {
	if *field == 0 {
		*field = otherwise
	}
}

// over reports whether n exceeds a limit; a negative limit is switched off.
func over(n, limit int) bool { return limit >= 0 && n > limit }
