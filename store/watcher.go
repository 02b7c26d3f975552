package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// watcher notices that another process has changed a SQLite file. A process that does not watch, such as a command
// that runs beside the server, increments user_version in each transaction with events; SQLite leaves that number to
// the application. The watcher reads it a few times a second. It cannot see what has changed, so every subscriber
// gets a Lost event.
type watcher struct {
	db   *sql.DB
	file *file
	hub  *hub
	log  *slog.Logger

	begin, end sync.Once
	watching   atomic.Bool
	quiet      time.Duration
	beats      atomic.Pointer[pulse]
	ended      chan struct{}
	running    sync.WaitGroup // watch
}

func (w *watcher) pulse() *pulse { return w.beats.Load() }

// watchInterval is the time between two readings of user_version.
const watchInterval = 250 * time.Millisecond

// open starts watching, unless it has started before.
func (w *watcher) open() {
	w.begin.Do(func() {
		w.watching.Store(true)
		w.beats.Store(newPulse(w.quiet))
		seen, err := w.version()
		w.running.Go(func() { w.watch(seen, err == nil) })
	})
}

// watch compares user_version with the number seen before, where known, until close.
func (w *watcher) watch(seen int64, known bool) {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-w.ended:
			return
		case <-ticker.C:
		}
		version, err := w.version()
		if gone := w.file.check(); gone != nil {
			err = gone
		}
		if err != nil {
			if !failing {
				w.log.Warn("watching the SQLite file for changes by other processes", "error", err)
			}
			failing = true
			if w.pulse().isSilent() {
				w.hub.lost()
			}
			continue
		}
		w.pulse().hear()
		if !known || version != seen {
			w.hub.lost()
		}
		seen, known, failing = version, true, false
	}
}

func (w *watcher) version() (version int64, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), w.pulse().interval())
	defer cancel()
	return version, w.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
}

// close ends watching and waits for it: what was watched may be deleted then.
func (w *watcher) close() {
	w.end.Do(func() { close(w.ended) })
	w.running.Wait()
}

// send increments user_version for the watchers of other processes. A process that watches itself does not.
func (w *watcher) send(ctx context.Context, tx *Tx) error {
	if w.watching.Load() {
		return nil
	}
	rows, err := tx.QueryContext(ctx, "PRAGMA user_version")
	if err != nil {
		return err
	}
	defer rows.Close()
	var version int64
	if rows.Next() {
		err = rows.Scan(&version)
	}
	if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", (version+1)%math.MaxInt32))
	return err
}
