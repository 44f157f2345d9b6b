package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
)

// bulkDesk is a fake with some contacts, a file with a row for each, and the way to
// run the command on both.
type bulkDesk struct {
	*chatwoottest.Server
	file string
	rows int
}

func newBulkDesk(t *testing.T, rows int) *bulkDesk {
	t.Helper()
	d := &bulkDesk{Server: chatwoottest.New(t), file: filepath.Join(t.TempDir(), "rows.csv"), rows: rows}
	state := d.State()
	state.Contacts = map[string]chatwoottest.Contact{}
	text := "id,plan\n"
	for i := range rows {
		state.Contacts[fmt.Sprint(i+1)] = chatwoottest.Contact{Name: "N", CustomAttributes: map[string]json.RawMessage{}}
		text += fmt.Sprintf("%d,plan %[1]d\n", i+1)
	}
	d.SetState(state)
	if err := os.WriteFile(d.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *bulkDesk) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Args = append([]string{"deskattr"}, args...) // the name by which TestMain knows what to be
	cmd.Env = append(os.Environ(), "CHATWOOT_URL="+d.URL, "CHATWOOT_ACCOUNT_ID=1", "CHATWOOT_TOKEN=admin", "XDG_CONFIG_HOME="+t.TempDir())
	return cmd
}

func (d *bulkDesk) apply(t *testing.T, more ...string) *exec.Cmd {
	t.Helper()
	return d.command(t, append([]string{"apply", "chatwoot", d.file, "--kind", "contact", "--loose", "--rate", "1e6", "--workers", "2", "--output", "json"}, more...)...)
}

// begin starts a run that tells of each row, and comes back when one is done.
func begin(t *testing.T, cmd *exec.Cmd) (lines *bufio.Reader, errs *bytes.Buffer) {
	t.Helper()
	errs = &bytes.Buffer{}
	cmd.Stderr = errs
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines = bufio.NewReader(out)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	return lines, errs
}

// finish runs what is left, and looks at the end state.
func (d *bulkDesk) finish(t *testing.T) {
	t.Helper()
	d.SetFaults()
	out, err := d.apply(t, "--resume").CombinedOutput()
	if err != nil || !bytes.Contains(out, fmt.Appendf(nil, `"read":%d,"done":%[1]d,"unchanged":0,"failed":0,"left":0`, d.rows)) {
		t.Fatalf("%v: %s", err, out)
	}
	for id, contact := range d.State().Contacts {
		if got := string(contact.CustomAttributes["plan"]); got != `"plan `+id+`"` {
			t.Errorf("contact %s has the plan %s", id, got)
		}
	}
}

// TestInterrupted: the first signal finishes the rows on their way, and ends with
// the status of the signal and a whole journal.
func TestInterrupted(t *testing.T) {
	for name, test := range map[string]struct {
		signal syscall.Signal
		status int
	}{"interrupted": {syscall.SIGINT, exitInterrupted}, "terminated": {syscall.SIGTERM, exitTerminated}} {
		t.Run(name, func(t *testing.T) {
			d := newBulkDesk(t, 100)
			d.SetFaults(chatwoottest.Fault{Type: "latency", Times: -1, Latency: 20})
			cmd := d.apply(t)
			lines, errs := begin(t, cmd)
			if err := cmd.Process.Signal(test.signal); err != nil {
				t.Fatal(err)
			}
			rest, _ := io.ReadAll(lines)
			err := cmd.Wait()
			if cmd.ProcessState.ExitCode() != test.status {
				t.Errorf("it ended with %v, want status %d", err, test.status)
			}
			if !bytes.Contains(rest, []byte(`"failed":0,`)) || bytes.Contains(rest, []byte(`"left":0`)) || !strings.Contains(errs.String(), "--resume") || !strings.Contains(errs.String(), "interrupt once more") {
				t.Errorf("it said\n%s%s", rest, errs.String())
			}
			requests := d.Requests()
			if written, told := countOf(requests, "PATCH"), bytes.Count(rest, []byte(`"outcome":"done"`))+1; written != told {
				t.Errorf("%d rows were written, and %d are told as done", written, told)
			}
			d.finish(t)
		})
	}
}

func countOf(requests []chatwoottest.Request, method string) (n int) {
	for _, r := range requests {
		if r.Method == method {
			n++
		}
	}
	return n
}

// TestInterruptedTwice: the second signal ends at once, also what hangs, and the run
// can go on.
func TestInterruptedTwice(t *testing.T) {
	d := newBulkDesk(t, 20)
	d.SetFaults(chatwoottest.Fault{Type: "timeout", Method: "PATCH", Skip: 4, Times: -1}) // no answer ever
	cmd := d.apply(t)
	errs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for countOf(d.Requests(), "PATCH") < 6 { // both workers hang
		runtime.Gosched()
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(errs); lines.Scan() && !strings.Contains(lines.Text(), "once more"); {
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, errs)
	var ended *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &ended) {
		t.Fatalf("it ended with %v", err)
	}
	if status := ended.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGINT {
		t.Errorf("it ended with %v, want the end by an interrupt", ended)
	}
	d.finish(t)
}

// TestChangedInput: a file that somebody writes to during the run ends it: rows of
// it are done, and nothing is told as finished.
func TestChangedInput(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"cut off": func(path string) error { return os.Truncate(path, 8) },
		"longer": func(path string) error {
			file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = file.WriteString("1,late\n")
			return errors.Join(err, file.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newBulkDesk(t, 300)
			whole, err := os.ReadFile(d.file)
			if err != nil {
				t.Fatal(err)
			}
			d.SetFaults(chatwoottest.Fault{Type: "latency", Times: -1, Latency: 20})
			cmd := d.apply(t)
			lines, errs := begin(t, cmd)
			if err := change(d.file); err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, lines)
			err = cmd.Wait()
			if cmd.ProcessState.ExitCode() != exitUsage || !strings.Contains(errs.String(), "it was changed since it was looked at") {
				t.Errorf("it ended with %v, want status %d: %s", err, exitUsage, errs.String())
			}
			if sent := len(d.Requests()); sent > d.rows { // two for each row
				t.Errorf("%d requests: it went on after the change", sent)
			}
			if err := os.WriteFile(d.file, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			d.finish(t)
		})
	}
}

// TestTornJournal: what a crash left of the last line is cut off and told.
func TestTornJournal(t *testing.T) {
	d := newBulkDesk(t, 5)
	if out, err := d.apply(t).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	info, err := os.Stat(d.file + ".journal")
	if err == nil {
		err = os.Truncate(d.file+".journal", info.Size()-9)
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.apply(t, "--resume").CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("the last line is half written")) || !bytes.Contains(out, []byte("set attributes of 0 of 5 rows")) {
		t.Errorf("%v: %s", err, out)
	}
	if out, _ := d.command(t, "report", d.file+".journal").CombinedOutput(); bytes.Contains(out, []byte("half written")) || !bytes.Contains(out, []byte("5 done")) {
		t.Errorf("the report says %s", out)
	}
}

// TestInterruptedInput: who waits for standard input is interrupted at once, and
// nothing was sent.
func TestInterruptedInput(t *testing.T) {
	d := newBulkDesk(t, 1)
	cmd := d.command(t, "apply", "chatwoot", "-", "--format", "csv", "--kind", "contact", "--loose")
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// What a pipe holds is less than this: when it is written, it is being read.
	if _, err := io.WriteString(input, "id,plan\n"+strings.Repeat("1,pro\n", 1<<17)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the pipe is still open
	if cmd.ProcessState.ExitCode() != exitTerminated || !strings.Contains(errs.String(), "nothing was sent") || len(d.Requests()) > 0 {
		t.Errorf("%v after %d requests: %s", cmd.ProcessState, len(d.Requests()), errs.String())
	}
}
