package value

import (
	"context"
	"sync"
)

// background runs what goes on after the request that started it, until it is closed.
type background struct {
	ctx     context.Context // cancelled by close
	cancel  context.CancelFunc
	mu      sync.Mutex // held to start a function or to close
	running sync.WaitGroup
}

func newBackground() *background {
	ctx, cancel := context.WithCancel(context.Background())
	return &background{ctx: ctx, cancel: cancel}
}

// run starts a function with the values of a context, but without its deadline and cancellation. It returns a channel that is closed
// when the function has returned. After close it starts nothing, and the channel is closed already.
func (b *background) run(ctx context.Context, do func(ctx context.Context)) (done <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ended := make(chan struct{})
	if b.ctx.Err() != nil {
		close(ended)
		return ended
	}
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(b.ctx, cancel)
	b.running.Go(func() {
		defer close(ended)
		defer cancel()
		do(own)
	})
	return ended
}

// close cancels the contexts of all that is running and waits until it has returned.
func (b *background) close() {
	b.mu.Lock()
	b.cancel()
	b.mu.Unlock()
	b.running.Wait()
}
