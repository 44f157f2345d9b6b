package pglock_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
	"github.com/deskattr/deskattr/examples/pglock"
)

// database is what the tests need and cannot bring along: a PostgreSQL. Where the
// variable names none they are skipped; all else of this package compiles still.
func database(t *testing.T) *sql.DB {
	t.Helper()
	address := os.Getenv("PGLOCK_DATABASE")
	if address == "" {
		t.Skip("PGLOCK_DATABASE names no database, like postgres://user:password@127.0.0.1/test?sslmode=disable")
	}
	db, err := sql.Open("postgres", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// The keys are these tests' own, and the locks of nobody else are touched.
const (
	key    = "pglock_test/1/conversation/42"
	ofOurs = ` FROM pg_locks WHERE locktype = 'advisory' AND (classid::bigint << 32 | objid::bigint) = hashtextextended($1, 0)`
)

func TestLock(t *testing.T) {
	// Two pools are as two processes: no session of one is the other's.
	ours, theirs := &pglock.Locker{DB: database(t)}, &pglock.Locker{DB: database(t)}
	ctx, cancel := context.WithCancel(t.Context())
	unlock, err := ours.Lock(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	other, err := theirs.Lock(ctx, key+"0")
	if err != nil {
		t.Fatalf("another key: %v", err)
	}
	other()

	short, cancelShort := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancelShort()
	if _, err := theirs.Lock(short, key); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a lock that is held: %v", err)
	}
	waiting := make(chan error, 1)
	go func() {
		unlock, err := theirs.Lock(t.Context(), key)
		if err == nil {
			unlock()
		}
		waiting <- err
	}()
	cancel()
	unlock() // also when its context has ended
	if err := <-waiting; err != nil {
		t.Errorf("who waited: %v", err)
	}
	free(t, key)
	if in := ours.DB.Stats().InUse + theirs.DB.Stats().InUse; in != 0 {
		t.Errorf("%d connections were not given back", in)
	}
}

// TestDroppedConnection: the server frees the lock of a session that ended, while
// its holder goes on and is told nothing.
func TestDroppedConnection(t *testing.T) {
	ours := &pglock.Locker{DB: database(t)}
	unlock, err := ours.Lock(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	db := database(t)
	var ended int
	if err := db.QueryRowContext(t.Context(), `SELECT count(pg_terminate_backend(pid))`+ofOurs, key).Scan(&ended); err != nil || ended != 1 {
		t.Fatalf("%d sessions held a lock (%v)", ended, err)
	}
	again, err := (&pglock.Locker{DB: db}).Lock(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	unlock() // must neither hang nor take the other's lock away
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := ours.Lock(short, key); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the lock that the other holds: %v", err)
	}
	again()
	free(t, key)
}

// TestWriters: adapters with sessions of their own lose nothing at a Chatwoot
// that replaces whole maps.
func TestWriters(t *testing.T) {
	db := database(t)
	server := chatwoottest.New(t, chatwoottest.WithState(chatwoottest.State{
		Version: "4.16.2", Tokens: map[string]string{"token": "agent"},
		Conversations: map[string]chatwoottest.Conversation{"7": {CustomAttributes: map[string]json.RawMessage{}}},
	}))
	const writers, writes = 8, 4
	var group sync.WaitGroup
	for writer := range writers {
		desk, err := chatwoot.New(chatwoot.Config{
			URL: server.URL, AccountID: 1, Account: "pglock_test", Token: adapters.StaticToken("token"), Locker: &pglock.Locker{DB: db},
		})
		if err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			for i := range writes {
				_, err := desk.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{fmt.Sprintf("writer_%d_%d", writer, i): adapters.Bool(true)})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if got := len(server.State().Conversations["7"].CustomAttributes); got != writers*writes {
		t.Errorf("%d attributes are left of %d", got, writers*writes)
	}
	free(t, "chatwoot/pglock_test/conversation/7")
}

// free checks that nobody holds a key's lock, nor waits for it.
func free(t *testing.T, key string) {
	t.Helper()
	var count int
	if err := database(t).QueryRowContext(t.Context(), `SELECT count(*)`+ofOurs, key).Scan(&count); err != nil || count != 0 {
		t.Errorf("%d sessions hold the lock of %s or wait for it (%v)", count, key, err)
	}
}
