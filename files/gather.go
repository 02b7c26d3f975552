package files

import (
	"errors"
	"hash/fnv"

	"kopeck/files/textfile"
)

// scattered says whether the orders, or contacts, of customers stand apart in a file, as in a log that is sorted by date. Each chunk of such a file
// has orders of most customers, and they are settled anew with each of their orders.
type scattered struct {
	last            string
	orders, returns int
	seen            []uint64 // a set of bits, by customer; some customers share one
}

// scatteredBits is how many bits there are, of 1 MiB.
const scatteredBits = 8 << 20

// add notes the customer of the next order; "" where that is not known.
func (s *scattered) add(owner string) {
	if owner == "" {
		return
	}
	s.orders++
	if owner == s.last {
		return
	}
	s.last = owner
	if s.seen == nil {
		s.seen = make([]uint64, scatteredBits/64)
	}
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(owner)) // never fails
	bit := hash.Sum64() % scatteredBits
	if s.seen[bit/64]&(1<<(bit%64)) != 0 {
		s.returns++
	}
	s.seen[bit/64] |= 1 << (bit % 64)
}

// matter reports whether it is worth while to bring the orders of each customer together: there are more than one or two chunks, and more than a
// quarter of the orders are of customers who have come before.
func (s *scattered) matter(chunk int) bool {
	return s.orders > 2*chunk && 4*s.returns > s.orders
}

// gather brings the orders, or contacts, of each customer together, so that most customers are written with all of their orders, once. It does so if it
// matters and the file has no fault. What is written is the same.
func (r *run[T]) gather() error {
	if r.options.DryRun || r.report.Rejected > 0 || !r.scattered.matter(r.options.Chunk) {
		return nil
	}
	in, err := r.open()
	if err != nil || in.Groups == nil || in.Groups.Owner == nil {
		return err
	}
	err = r.file.Group(textfile.Groupable{Next: in.Groups.Next, Key: in.Groups.Owner, Every: true})
	if errors.Is(err, textfile.ErrNoKey) {
		return nil
	}
	_, r.grouped = in.Counts() // they are not among the grouped rows
	return err
}
