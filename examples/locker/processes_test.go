package locker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
)

// TestMain lets the test binary be a writer as well, a process that writes some
// attributes to one conversation, one by one; and a holder, which takes a lock and
// keeps it.
func TestMain(m *testing.M) {
	if os.Getenv("LOCKER_HOLDER") != "" {
		hold()
	}
	if name := os.Getenv("LOCKER_WRITER"); name != "" {
		if err := write(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var conversation = adapters.ConversationRef("7")

func write(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	config := chatwoot.Config{URL: os.Getenv("LOCKER_URL"), AccountID: 1, Token: adapters.StaticToken("token")}
	if way := os.Getenv("LOCKER_WAY"); way != "" {
		folder, err := open(way, os.Getenv("LOCKER_FOLDER"))
		if err != nil {
			return err
		}
		config.Locker = folder
	}
	desk, err := chatwoot.New(config)
	if err != nil {
		return err
	}
	writes, err := strconv.Atoi(os.Getenv("LOCKER_WRITES"))
	for i := 0; i < writes && err == nil; i++ {
		_, err = desk.UpdateAttributes(ctx, conversation, adapters.Attributes{fmt.Sprintf("%s_%d", name, i): adapters.Int(int64(i))})
	}
	return err
}

func hold() {
	folder, err := open(os.Getenv("LOCKER_WAY"), os.Getenv("LOCKER_FOLDER"))
	if err == nil {
		_, err = folder.Lock(context.Background(), "k")
	}
	fmt.Println("held:", err)
	_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed, or the test has ended
	os.Exit(0)
}

// run lets processes write at the same time, and waits for them.
func run(t *testing.T, url, way string, processes, writes int) {
	t.Helper()
	folder := t.TempDir()
	var group sync.WaitGroup
	for i := range processes {
		writer := exec.CommandContext(t.Context(), os.Args[0])
		writer.Env = append(os.Environ(), fmt.Sprintf("LOCKER_WRITER=writer_%d", i), "LOCKER_URL="+url,
			"LOCKER_WAY="+way, "LOCKER_FOLDER="+folder, fmt.Sprintf("LOCKER_WRITES=%d", writes))
		group.Go(func() {
			if output, err := writer.CombinedOutput(); err != nil {
				t.Errorf("a writer: %v: %s", err, bytes.TrimSpace(output))
			}
		})
	}
	group.Wait()
}

// start is a Chatwoot that knows no merging: a write replaces the whole map. The
// handler around it sees what goes on.
func start(t *testing.T, around func(http.Handler) http.Handler) (*chatwoottest.Server, string) {
	server := chatwoottest.New(t, chatwoottest.InProcess(), chatwoottest.WithState(chatwoottest.State{
		Version: "4.16.2", Tokens: map[string]string{"token": "agent"},
		Conversations: map[string]chatwoottest.Conversation{conversation.ID: {CustomAttributes: map[string]json.RawMessage{"kept": json.RawMessage(`1`)}}},
	}))
	seen := httptest.NewServer(around(server.Handler()))
	t.Cleanup(seen.Close)
	return server, seen.URL
}

func stored(server *chatwoottest.Server) []string {
	return slices.Sorted(maps.Keys(server.State().Conversations[conversation.ID].CustomAttributes))
}

// TestProcesses: with a Locker, nothing that any of several processes writes is
// lost, and none reads what another is about to replace.
func TestProcesses(t *testing.T) {
	for _, way := range ways {
		t.Run(way, func(t *testing.T) {
			var mu sync.Mutex
			building, most := 0, 0 // replacements that were read for and not yet sent
			server, url := start(t, func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					defer mu.Unlock()
					switch {
					case r.Method == http.MethodGet:
						building++
						most = max(most, building)
					case strings.HasSuffix(r.URL.Path, "/custom_attributes"):
						building--
					}
					next.ServeHTTP(w, r)
				})
			})
			const processes, writes = 4, 5
			run(t, url, way, processes, writes)
			if got := stored(server); len(got) != 1+processes*writes {
				t.Errorf("%d attributes are left of %d: %q", len(got), 1+processes*writes, got)
			}
			if most != 1 {
				t.Errorf("%d processes were at it at once", most)
			}
		})
	}
}

// TestWithoutLocker: two processes that read before either replaces. One write
// is lost, and neither process is told.
func TestWithoutLocker(t *testing.T) {
	var mu sync.Mutex
	reads, both := 0, make(chan struct{})
	server, url := start(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet {
				next.ServeHTTP(w, r)
				return
			}
			read := httptest.NewRecorder()
			next.ServeHTTP(read, r)
			mu.Lock()
			if reads++; reads == 2 {
				close(both)
			}
			mu.Unlock()
			select { // the answer is on its way until the other has read too
			case <-both:
			case <-r.Context().Done():
			}
			maps.Copy(w.Header(), read.Header())
			w.WriteHeader(read.Code)
			_, _ = read.Body.WriteTo(w)
		})
	})
	run(t, url, "", 2, 1)
	if got := stored(server); len(got) != 2 || got[0] != "kept" {
		t.Errorf("%q are left, want what was there and one of the two", got)
	}
}
