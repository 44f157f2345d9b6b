package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

func sizeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "size",
		Short: "how long a program with one of our clients takes to build and how large it gets",
		Long:  "How long a program with one of our clients takes to build and how large it gets,\nbeside the generator's stock template.",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return size(c.OutOrStdout()) },
	}
}

// program calls one operation of a client, or none.
const program = `package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	%s
)

func main() {
	answer, err := http.Get(os.Args[1])
	if err != nil {
		panic(err)
	}
	var v any
	fmt.Println(json.NewDecoder(answer.Body).Decode(&v), context.Background())
	%s
}
`

// calls are one operation of each client.
var calls = map[string]string{
	"chatwoot": "GetContact%s(context.Background(), 1, 1)",
	"kustomer": `GetCustomer%s(context.Background(), "5f0000000000000000000007")`,
	"dixa":     `GetEndUser%s(context.Background(), "2f5515b6-7e98-4f4d-9010-bfd2a27d4f35")`,
}

// size prints how long a program that calls one operation of a client takes to
// build, the client compiled anew and all else warm, and how much larger it is,
// stripped, than one with net/http and encoding/json alone; and the same with the
// wrappers of the generator's stock template.
func size(out io.Writer) error {
	dir, err := os.MkdirTemp("cmd/specs", "testdata-size-")
	if err != nil {
		return fmt.Errorf("run this at the root of the module: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	none, _, err := build(filepath.Join(dir, "bare"), "", "")
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "client\ttemplate\tlines\tbuild\tlarger by\t")
	for _, v := range vendors {
		for _, template := range []string{"ours", "stock"} {
			home := filepath.Join(dir, v.name+template)
			lines, err := generate(v.name, template, home)
			if err != nil {
				return err
			}
			constructor, suffix := "NewAPI", ""
			if template == "stock" {
				constructor, suffix = "NewClientWithResponses", "WithResponse"
			}
			body := fmt.Sprintf("api, err := client.%s(os.Args[1])\n\tif err == nil {\n\t\tfmt.Println(api."+calls[v.name]+")\n\t}", constructor, suffix)
			bytes, took, err := build(filepath.Join(home, "program"), "client \"github.com/deskattr/deskattr/"+filepath.ToSlash(home)+"\"", body)
			if err != nil {
				return err
			}
			fmt.Fprintf(table, "%s\t%s\t%d\t%.2fs\t%.2f MB\t\n", v.name, template, lines, took.Seconds(), float64(bytes-none)/1e6)
		}
	}
	return table.Flush()
}

// generate makes a package of the client that the build cache cannot know.
func generate(vendor, template, home string) (lines int, err error) {
	if err := os.MkdirAll(home, 0o755); err != nil {
		return 0, err
	}
	settings, err := os.ReadFile(filepath.Join("specs", vendor, "oapi-codegen.yaml"))
	if err != nil {
		return 0, err
	}
	text := regexp.MustCompile(`(?m)^output: .*$`).ReplaceAllString(string(settings), "output: "+filepath.ToSlash(home)+"/client.gen.go")
	if template == "stock" {
		text = regexp.MustCompile(`(?m)^ *client-with-responses\.tmpl: .*\n`).ReplaceAllString(text, "")
		// Without it, wrappers and schemas of one name clash.
		text = strings.Replace(text, "output-options:\n", "output-options:\n  response-type-suffix: Resp\n", 1)
	}
	config := filepath.Join(home, "settings.yaml")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return 0, err
	}
	if err := start("go", "run", "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen", "-config", config, filepath.Join("specs", vendor, "openapi.yaml")); err != nil {
		return 0, err
	}
	if template == "stock" { // our types of the template, which the document names
		ours, err := os.ReadFile(filepath.Join("gen", vendor, vendor+".gen.go"))
		if err != nil {
			return 0, err
		}
		_, types, _ := strings.Cut(string(ours), "// Field is a field of a change in three states")
		header := "package " + vendor + "\n\nimport (\n\t\"encoding/json\"\n\t\"strconv\"\n\t\"strings\"\n\t\"time\"\n)\n\n// Field is a field of a change in three states"
		if err := os.WriteFile(filepath.Join(home, "types.go"), []byte(header+types), 0o600); err != nil {
			return 0, err
		}
	}
	code, err := os.ReadFile(filepath.Join(home, "client.gen.go"))
	if err != nil {
		return 0, err
	}
	lines = strings.Count(string(code), "\n")
	stamp := fmt.Sprintf("\nconst _ = %q\n", time.Now().String())
	return lines, os.WriteFile(filepath.Join(home, "client.gen.go"), append(code, stamp...), 0o600)
}

// build builds the program twice: once to learn how long it takes with the
// client new, once stripped to learn how large it is.
func build(home, imported, body string) (bytes int64, took time.Duration, err error) {
	if err := os.MkdirAll(home, 0o755); err != nil {
		return 0, 0, err
	}
	if err := os.WriteFile(filepath.Join(home, "main.go"), fmt.Appendf(nil, program, imported, body), 0o600); err != nil {
		return 0, 0, err
	}
	binary := filepath.Join(home, "program.exe")
	begun := time.Now()
	if err := start("go", "build", "-o", binary, "./"+home); err != nil {
		return 0, 0, err
	}
	took = time.Since(begun)
	if err := start("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "./"+home); err != nil {
		return 0, 0, err
	}
	info, err := os.Stat(binary)
	if err != nil {
		return 0, 0, err
	}
	return info.Size(), took, nil
}

func start(name string, args ...string) error {
	output, err := exec.CommandContext(context.Background(), name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, output)
	}
	return nil
}
