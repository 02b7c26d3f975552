package graph

import "context"

// send reads a row for each signal and sends it, until the context ends. A row that the caller may no longer see is not
// sent.
func send[T any](ctx context.Context, signals <-chan string, cancel func(), read func(signal string) (*T, error)) <-chan *T {
	rows := make(chan *T)
	go func() {
		defer close(rows)
		defer cancel()
		for {
			select {
			case <-ctx.Done():
				return
			case signal, open := <-signals:
				if !open {
					return
				}
				row, err := read(signal)
				if err != nil || row == nil {
					continue
				}
				select {
				case rows <- row:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return rows
}
