package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
	"github.com/deskattr/deskattr/adapters/transport"
)

// paceFlags are those of the commands that send many requests.
type paceFlags struct {
	workers     int
	rate        float64
	maxFailures string
	onError     string
	yes         bool
}

func (f *paceFlags) register(flags *pflag.FlagSet) {
	flags.IntVar(&f.workers, "workers", 8, "`NUMBER` of records at a time")
	flags.Float64Var(&f.rate, "rate", 0, "`NUMBER` of requests a second at most; 0: half of the vendor's limit where others count too, all of it at Dixa")
	flags.StringVar(&f.onError, "on-error", "continue", "`WHAT` to do when a row fails: stop or continue")
	flags.StringVar(&f.maxFailures, "max-failures", "", "stop when more rows failed: a `NUMBER`, or a part like 5%")
	flags.BoolVar(&f.yes, "yes", false, "do not ask before beginning")
}

// limiter is what --rate asks for.
func (f *paceFlags) limiter() *transport.Limiter {
	return &transport.Limiter{Rate: f.rate}
}

// pace is how many requests a second the run may send, as long as the server does
// not say more.
func (f *paceFlags) pace(v vendor) float64 {
	if f.rate > 0 {
		return f.rate
	}
	return v.pace
}

// failures is what --on-error and --max-failures ask for.
func (f *paceFlags) failures() (func(failed, read int64) bool, error) {
	switch {
	case f.onError != "stop" && f.onError != "continue":
		return nil, usage("--on-error is stop or continue")
	case f.workers < 1 || f.workers > 1024:
		return nil, usage("--workers is between 1 and 1024")
	case f.rate < 0 || math.IsNaN(f.rate):
		return nil, usage("--rate is a number of requests a second")
	case f.onError == "stop" && f.maxFailures != "":
		return nil, usage("--on-error stop and --max-failures do not go together")
	case f.onError == "stop":
		return func(failed, _ int64) bool { return failed > 0 }, nil
	case f.maxFailures == "":
		return nil, nil
	}
	number, part := strings.CutSuffix(f.maxFailures, "%")
	most, err := strconv.ParseFloat(number, 64)
	if err != nil || most < 0 || part && most > 100 || !part && most != math.Trunc(most) {
		return nil, usage("--max-failures is a number like 20 or a part like 5%%")
	}
	if !part {
		return func(failed, _ int64) bool { return float64(failed) > most }, nil
	}
	// The first rows alone say nothing of a part.
	return func(failed, read int64) bool { return read >= 100 && float64(failed) > most/100*float64(read) }, nil
}

// applyFlags are those of apply.
type applyFlags struct {
	accountFlags
	paceFlags
	inputFlags
	journal, rejects                string
	resume, again, keepFailed       bool
	noUndo, noValues, skipUnchanged bool
	dryRun, loose, verify           bool
}

func newApply(env environment) *cobra.Command {
	var f applyFlags
	cmd := &cobra.Command{
		Use:   "apply VENDOR FILE|-",
		Short: "Set attributes of many records, from a CSV or JSON Lines file",
		Long: `Set attributes of many records, from a CSV or JSON Lines file; - is standard input.

CSV begins with a line of names. The columns kind and id say which record it is (--kind
where all are of one); every other column is an attribute, and the account's definitions
say what its cells hold. JSON Lines has an object on each line:
  {"kind":"contact","id":"7","attributes":{"plan":"pro","vip":true,"old":null}}
Cells: numbers like 1234.5 (where ; stands between cells also 1234,5), true and false, days
like 2026-01-31, times like 2026-01-31T09:30:00Z, the path of a choice like delivery > late,
several values like ["a","b"]; "go doc github.com/deskattr/deskattr/adapters/bulk CSV" tells
all. An id may also be email:ADDRESS, phone:NUMBER or external:ID. Rows for one record are done in
their order; a row of --rejects that is mended and applied comes after the other rows for its
record, so look at those first. What a spreadsheet has spoilt is refused, not guessed.

A journal is written beside the run (FILE.journal where --journal says nothing, for standard
input deskattr.journal in this directory): what was
there before is on disk before anything is sent. A run that broke off goes on with --resume;
"deskattr undo JOURNAL" puts back what was there. The journal holds attribute values (not
the token): --no-values keeps them out, "deskattr journal purge" removes them.

The first interrupt finishes the rows on their way, the second ends at once; either way
--resume goes on.`,
		Example: `  deskattr apply dixa orders.csv --kind conversation --dry-run
  deskattr apply chatwoot contacts.csv --kind contact --rejects rejected.csv
  deskattr apply kustomer - --kind contact --format jsonl --journal import.journal < rows.jsonl`,
		Args:                  words(2, 2),
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     completeVendor,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd.Context(), env, args[0], args[1])
		},
	}
	f.accountFlags.register(cmd)
	flags := cmd.Flags()
	f.inputFlags.register(flags)
	f.paceFlags.register(flags)
	flags.StringVar(&f.journal, "journal", "", "`FILE` of the journal instead of FILE.journal")
	flags.StringVar(&f.rejects, "rejects", "", "`FILE` for the rows that fail, which can be mended and applied again")
	flags.BoolVar(&f.resume, "resume", false, "go on with the journal that is there")
	flags.BoolVar(&f.again, "again", false, "send all rows of a journal again")
	flags.BoolVar(&f.keepFailed, "keep-failed", false, "with --resume: leave the rows that failed")
	flags.BoolVar(&f.noUndo, "no-undo", false, "do not read records before writing: a request less for each row, and no undo")
	flags.BoolVar(&f.noValues, "no-values", false, "keep values out of the journal: no undo")
	flags.BoolVar(&f.skipUnchanged, "skip-unchanged", false, "send nothing to records that are as asked already")
	flags.BoolVar(&f.dryRun, "dry-run", false, "read every record and show what would change; write nothing")
	flags.BoolVar(&f.loose, "loose", false, "send names without a definition, and values that do not fit theirs")
	flags.BoolVar(&f.verify, "verify", false, "read back after each write")
	return cmd
}

func completeVendor(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return complete(cmd, args, word)
	}
	return nil, cobra.ShellCompDirectiveDefault
}

func (f *applyFlags) run(ctx context.Context, env environment, vendorName, file string) error {
	maxFailures, err := f.failures()
	if err != nil {
		return err
	}
	if f.resume && f.again {
		return usage("--resume goes on, --again begins anew; give one of them")
	}
	if f.keepFailed && !f.resume {
		return usage("--keep-failed is for --resume")
	}
	if f.dryRun && (f.resume || f.again) {
		return usage("--dry-run looks at all rows, and has no journal to resume")
	}
	account, err := f.connect(env, vendorName, !f.loose, f.limiter())
	if err != nil {
		return err
	}
	input, err := f.inputFlags.open(ctx, account, file)
	if err != nil {
		return err
	}
	defer input.close()
	o := bulk.Options{
		Adapter: account, Workers: f.workers, MaxFailures: maxFailures, Stop: ctx.Done(),
		Journal: f.journalOf(file), Run: bulk.Identity{Vendor: account.Vendor(), Account: account.settings.account, Host: account.settings.host(), Input: input.digest},
		Resume: f.resume, Again: f.again, KeepFailed: f.keepFailed,
		NoUndo: f.noUndo, NoValues: f.noValues, SkipUnchanged: f.skipUnchanged, DryRun: f.dryRun,
	}
	if f.verify {
		o.Update = append(o.Update, adapters.Verify())
	}
	if err := f.announce(ctx, env, account, input, o.Journal); err != nil {
		return err
	}
	rejects, err := f.openRejects(input)
	if err != nil {
		return err
	}
	tell := newTeller(env, f.output, input.rows, account, f.pace(account.vendor))
	tell.dry = f.dryRun
	o.Event = func(e bulk.Event) {
		rejects.add(e)
		tell.event(e)
	}
	defer tell.stopping(ctx)()
	// A signal ends the reading of rows, through Stop: those on their way finish.
	summary, err := bulk.Apply(context.WithoutCancel(ctx), input.Rows(), o)
	return tell.end(summary, errors.Join(err, rejects.close()))
}

// journalOf is the journal's path; a run that writes nothing has none.
func (f *applyFlags) journalOf(file string) string {
	switch {
	case f.dryRun:
		return ""
	case f.journal != "":
		return f.journal
	case file == "-":
		return "deskattr.journal"
	}
	return file + ".journal"
}

// requests is about how many a row takes.
func (f *applyFlags) requests(looked bool) int {
	n := 1
	if f.dryRun {
		n = 0
	}
	if !f.noUndo || f.dryRun || f.skipUnchanged {
		n++
	}
	if f.verify {
		n++
	}
	if looked {
		n++
	}
	return n
}

// announce says what is about to happen, and on a terminal asks.
func (f *applyFlags) announce(ctx context.Context, env environment, a *account, input *rowFile, journal string) error {
	pace := f.pace(a.vendor)
	each := f.requests(input.lookups)
	rows, of := input.rows, ""
	if f.resume {
		if report, err := bulk.Read(journal); err == nil { // if not, the run will say why
			rows, of = rows-report.Done-report.Unchanged, fmt.Sprintf(" of %d", rows)
			if f.keepFailed {
				rows -= report.Failed
			}
			if report.Torn {
				fmt.Fprintf(env.stderr, "%s: the last line is half written, by a crash; it is cut off, and what it told of is sent again\n", journal)
			}
		}
	}
	const century = 100 * 365 * 24 * 3600. // seconds; a Duration holds no three of them
	took := time.Duration(min(float64(rows*int64(each))/pace, century) * float64(time.Second)).Round(time.Second)
	what := "set attributes of"
	if f.dryRun {
		what = "look at"
	}
	fmt.Fprintf(env.stderr, "%s: %s: %s %d%s rows; about %d requests each, at %g a second: %v at the least\n",
		a.vendor.name, a.settings.target(), what, rows, of, each, pace, took)
	if input.bad > 0 {
		fmt.Fprintf(env.stderr, "%d of the rows cannot be read\n", input.bad)
	}
	if f.yes || f.dryRun || !isTerminal(env.stderr) || !isTerminal(os.Stdin) {
		return nil
	}
	return confirm(ctx, env.stderr, os.Stdin)
}

func confirm(ctx context.Context, w io.Writer, r io.Reader) error {
	fmt.Fprint(w, "go on? (yes/no) ")
	answer := make(chan string, 1)
	go func() {
		var word string
		_, _ = fmt.Fscanln(r, &word)
		answer <- word
	}()
	select {
	case word := <-answer:
		if word == "yes" || word == "y" {
			return nil
		}
		return usage("nothing was done; answer yes to go on, or give --yes")
	case <-ctx.Done():
		return broken("stopped: nothing was sent")
	}
}
