package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"deskattr": main})
}

// TestScripts runs testdata/*.txtar, each with a fake of every vendor and the
// environment that points at them. The scripts may use these commands:
//
//	exits STATUS deskattr ...   runs a command that must end with this status
//	sent VENDOR                 the requests since the last time: method, path, body
//	header VENDOR NAME          a header of the last request
//	faults VENDOR JSON          makes the fake fail, see PUT /_fake/faults
//	state URL FILE              gives the fake at the URL another state
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata",
		Setup: func(env *testscript.Env) error { return startFakes(t, env) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "sent": sent, "header": header, "faults": faults, "state": state,
		},
	})
}

// world is what the commands of a script look at.
type world struct {
	servers map[string]testServer
	seen    map[string]int // requests that were shown already
}

type testServer interface {
	Requests() []dixatest.Request
	SetFaults(...dixatest.Fault)
}

type worldKey struct{}

func startFakes(t *testing.T, env *testscript.Env) error {
	host := scriptHost{t, env}
	chatwoot, kustomer, dixa := chatwoottest.New(host), kustomertest.New(host), dixatest.New(host)
	env.Values[worldKey{}] = &world{
		servers: map[string]testServer{"chatwoot": chatwoot, "kustomer": kustomer, "dixa": dixa},
		seen:    map[string]int{},
	}
	for name, value := range map[string]string{
		"CHATWOOT_URL": chatwoot.URL, "CHATWOOT_ACCOUNT_ID": "1", "CHATWOOT_TOKEN": "admin",
		"KUSTOMER_URL": kustomer.URL, "KUSTOMER_TOKEN": "token",
		"DIXA_URL": dixa.URL + "/v1", "DIXA_TOKEN": "token", "DIXA_ROOT": dixa.URL,
		"CHATWOOT_HOST": hostOf(chatwoot.URL), "KUSTOMER_HOST": hostOf(kustomer.URL), "DIXA_HOST": hostOf(dixa.URL),
		"XDG_CONFIG_HOME": env.WorkDir + "/config",
	} {
		env.Setenv(name, value)
	}
	return nil
}

func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		panic(err)
	}
	return u.Host
}

// scriptHost ends a fake with its script, and makes what the fake reports an
// error of the test.
type scriptHost struct {
	*testing.T
	env *testscript.Env
}

func (h scriptHost) Cleanup(f func())                  { h.env.Defer(f) }
func (h scriptHost) Fatalf(format string, args ...any) { h.env.T().Fatal(fmt.Sprintf(format, args...)) }

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func sent(ts *testscript.TestScript, _ bool, args []string) {
	w := ts.Value(worldKey{}).(*world)
	requests := w.servers[args[0]].Requests()
	for _, r := range requests[w.seen[args[0]]:] {
		fmt.Fprintf(ts.Stdout(), "%s %s %s\n", r.Method, r.Path, r.Body)
	}
	w.seen[args[0]] = len(requests)
}

func header(ts *testscript.TestScript, _ bool, args []string) {
	requests := ts.Value(worldKey{}).(*world).servers[args[0]].Requests()
	fmt.Fprintln(ts.Stdout(), requests[len(requests)-1].Header.Get(args[1]))
}

func faults(ts *testscript.TestScript, _ bool, args []string) {
	var list []dixatest.Fault
	ts.Check(json.Unmarshal([]byte(args[1]), &list))
	ts.Value(worldKey{}).(*world).servers[args[0]].SetFaults(list...)
}

func state(ts *testscript.TestScript, _ bool, args []string) {
	req, err := http.NewRequest(http.MethodPut, args[0]+"/_fake/state", strings.NewReader(ts.ReadFile(args[1])))
	ts.Check(err)
	answer, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer answer.Body.Close()
	if reason, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusNoContent {
		ts.Fatalf("%s", reason)
	}
}
