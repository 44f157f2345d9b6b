//go:build unix

package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
)

// The fake prints one line, serves, and ends with the signal.
func TestFakeServesUntilASignal(t *testing.T) {
	for signal, want := range map[os.Signal]int{os.Interrupt: exitInterrupted, syscall.SIGTERM: exitTerminated} {
		cmd := exec.Command("deskattr", "fake", "chatwoot", "--server-version", "4.16.2", "--state", "testdata/state.json")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		stdout := start(t, cmd, cmd.StdoutPipe)
		url, ok := strings.CutPrefix(readLine(t, stdout), "listening on ")
		if !ok {
			t.Fatalf("the first line is not that it listens")
		}
		answer, err := http.Get(url + "/_fake/state")
		if err != nil {
			t.Fatal(err)
		}
		state, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer, err = http.Get(url + "/api/v1/nowhere"); err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		for _, part := range []string{`"version":"4.16.2"`, `"plan":"from the file"`} {
			if !strings.Contains(string(state), part) {
				t.Errorf("the state lacks %s: %s", part, state)
			}
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		rest, _ := io.ReadAll(stdout)
		_ = cmd.Wait()
		if got := cmd.ProcessState.ExitCode(); got != want || len(rest) > 0 {
			t.Errorf("%v: exit status %d, want %d; further output %q", signal, got, want, rest)
		}
		told := "to use it: export CHATWOOT_URL=" + url + " CHATWOOT_TOKEN=... CHATWOOT_ACCOUNT_ID=...\n" +
			"chatwoot fake: GET /api/v1/nowhere: the document has no such path or method\n"
		if stderr.String() != told {
			t.Errorf("standard error is %q, want %q", &stderr, told)
		}
	}
}

// A write that a signal ends says that nobody knows what became of it.
func TestSetEndsWithASignal(t *testing.T) {
	server := dixatest.New(t)
	server.SetFaults(dixatest.Fault{Type: "timeout", Method: http.MethodPatch, Times: -1})
	cmd := exec.Command("deskattr", "set", "dixa", "conversation", "42", "2f5515b6-7e98-4f4d-9010-bfd2a27d4f35=1")
	cmd.Env = append(os.Environ(), "DIXA_URL="+server.URL+"/v1", "DIXA_TOKEN=token", "DIXA_TOKEN_FILE=")
	stderr := start(t, cmd, cmd.StderrPipe)
	readLine(t, stderr) // names the account: the write is about to begin
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(stderr)
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != exitInterrupted {
		t.Errorf("exit status %d, want %d", got, exitInterrupted)
	}
	if !strings.HasPrefix(string(rest), "deskattr: dixa: set conversation 42: ") || strings.Count(string(rest), "\n") != 1 {
		t.Errorf("standard error: %q", rest)
	}
}

// start starts the command and returns one of its outputs.
func start(t *testing.T, cmd *exec.Cmd, output func() (io.ReadCloser, error)) *bufio.Reader {
	t.Helper()
	pipe, err := output()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // where the test ended early
	return bufio.NewReader(pipe)
}

func readLine(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	text, err := r.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(text, "\n")
}
