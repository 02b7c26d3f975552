package files

import (
	"context"

	"kopeck/files/sorted"
)

// repeat is a record whose key was before it in the file.
type repeat struct {
	line, first int64
	same        bool
}

// maxRepeated is how many of them are kept in memory.
const maxRepeated = 500_000

// findRepeated reads the file and finds the records whose key was before in it. It returns how many it could not remember.
func (r *run[T]) findRepeated(ctx context.Context, ask put[T]) (skipped int, err error) {
	r.repeats, r.repeated = &sorted.Repeats{}, nil
	defer func() {
		r.repeats.Close()
		r.repeats = nil
	}()
	r.begin()
	if err := r.pass(ctx, "checking", ask); err != nil {
		return 0, err
	}
	return skipped, r.repeats.Each(func(first, line int64, same bool) {
		if len(r.repeated) < maxRepeated {
			r.repeated = append(r.repeated, repeat{line, first, same})
		} else {
			skipped++
		}
	})
}

// group brings the rows of the file into an order in which those that belong together stand together, if that is needed to tell
// what belongs together.
func (r *run[T]) group() (grouped bool, err error) {
	in, err := r.open()
	if err != nil || in.Groups == nil {
		return false, err
	}
	firsts := map[int64]bool{}
	for _, one := range r.repeated {
		firsts[one.first] = true
	}
	if in.Groups.Join {
		r.joined = len(firsts)
	}
	err = r.file.Group(*in.Groups)
	_, r.grouped = in.Counts() // those left out are not among the grouped rows
	return true, err
}
