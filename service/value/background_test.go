package value

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestBackgroundOutlivesItsRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		request, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "of the request"))
		b := newBackground()
		var value any
		var ended error
		done := b.run(request, func(ctx context.Context) {
			time.Sleep(time.Hour)
			value, ended = ctx.Value(key{}), ctx.Err()
		})
		cancel()
		<-done
		if value != "of the request" || ended != nil {
			t.Errorf("the context had the value %v and the error %v; want the request's value and no error", value, ended)
		}
		b.close()
	})
}

func TestBackgroundIsCancelledAndWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBackground()
		var ended []error
		for range 3 {
			b.run(t.Context(), func(ctx context.Context) {
				<-ctx.Done()
				time.Sleep(time.Minute) // what is left to do after a cancellation
				b.mu.Lock()
				defer b.mu.Unlock()
				ended = append(ended, ctx.Err())
			})
		}
		b.close()
		if len(ended) != 3 {
			t.Fatalf("close returned when %d of 3 functions had ended", len(ended))
		}
		for _, err := range ended {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("a function ended with %v, want its context cancelled", err)
			}
		}
	})
}

func TestBackgroundStartsNothingAfterClose(t *testing.T) {
	t.Parallel()
	b := newBackground()
	b.close()
	started := false
	<-b.run(t.Context(), func(context.Context) { started = true })
	if started {
		t.Error("a function was started after close")
	}
	b.close()
}
