package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// shop is a small published document, shop2 a later one.
const (
	shop = `{"openapi": "3.0.0", "info": {"title": "Shop", "version": "1.0"}, "paths": {"/things": {"get": {"operationId": "listThings",
  "responses": {"200": {"description": "all", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}}}},
  "components": {"schemas": {"Thing": {"type": "object", "properties": {"id": {"type": "number"}}}}}}`
	shopSource = `# Where the facts come from: # all of them.
name: Shop
documentation: https://shop.example/docs
document: https://shop.example/openapi.json

# What openapi.yaml is held against.
interface:
  title: Old
  version: '0.9' # info.version: "quoted"
  date: 2025-01-01   # of the document
  revision: 1d997b7
  # Names and structure.
  operations: 7 # 8 published

  sha256: a487d81b
  paths: 7
# The rest.
behaviour:
  version: 9
  sha256: none
`
	shopOurs = `
openapi: 3.0.3
info: {title: Shop, version: '1.0'}
paths: {/things: {get: {responses: {"200": {description: all, content: {application/json: {schema: {type: object, properties: {id: {type: string}}}}}}}}}}
`
	shopCorrections = `
- where: ["* .id type integer -> string", "* .id format int64 -> any"]
  theirs: a number
  ours: text
  why: it is
  evidence: a run
  confidence: high
`
)

var shop2 = strings.Replace(shop, `"type": "number"}`, `"type": "number"}, "name": {"type": "string"}`, 1)

// workspace is the root of a module with one vendor in it.
func workspace(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	put(t, "specs/chatwoot/source.yaml", shopSource)
	put(t, "specs/chatwoot/openapi.yaml", shopOurs)
	put(t, "specs/chatwoot/corrections.yaml", shopCorrections)
	put(t, "in/shop.json", shop)
	put(t, "in/shop2.json", shop2)
}

func put(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// stored are the files of the vendor, by name.
func stored(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	files, err := os.ReadDir("specs/chatwoot")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join("specs/chatwoot", file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[file.Name()] = string(content)
	}
	return all
}

// ask runs the tool.
func ask(args ...string) (status int, out string) {
	var b bytes.Buffer
	status = run(args, &b, &b)
	return status, b.String()
}

func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
}

// TestPull: what is pulled is stored with its stamp, and told.
func TestPull(t *testing.T) {
	workspace(t)
	status, out := ask("pull", "chatwoot", "--from", "in/shop.json", "--date", "2026-08-04")
	if status != 0 {
		t.Fatal(out)
	}
	tree, s, err := open("specs/chatwoot/pulled.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if s.date != "2026-08-04" || s.from != "shop.json" || s.sha256 != hash(render(tree)) {
		t.Errorf("stamp %+v", s)
	}
	if info, _ := tree["info"].(object); len(info) != 2 {
		t.Errorf("the stamp is part of the document: %v", info)
	}
	text := stored(t)["pulled.yaml"]
	if !strings.HasPrefix(text, heading+"openapi: 3.1.0\ninfo:\n  x-pulled: {date: 2026-08-04, from: shop.json, sha256: "+s.sha256+"}\n  title: Shop\n  version: '1.0'\n") || strings.Count(heading, "\n") != 2 {
		t.Errorf("it begins with %.400s", text)
	}
	has(t, out, "shop.json: 1 operations, 1 schemas, of 2026-08-04, sha256 "+s.sha256, "repaired: /components/schemas/Thing/properties/id: an id of type number -> integer int64",
		"stored as specs/chatwoot/pulled.yaml", "there is no earlier interface", "next: specs drift chatwoot")

	// The same interface on another day, and from another file, has the same hash.
	today := time.Now().UTC().Format(time.DateOnly)
	put(t, "in/other.yaml", strings.Replace(shop, "3.0.0", "3.1.1", 1))
	if status, out = ask("pull", "chatwoot", "--from", "in/other.yaml"); status != 0 {
		t.Fatal(out)
	}
	_, again, err := open("specs/chatwoot/pulled.yaml")
	if err != nil || again.sha256 != s.sha256 || again.from != "other.yaml" || again.date < today {
		t.Errorf("%v: %+v", err, again)
	}

	// Beside a published one.
	if err := os.Rename("specs/chatwoot/pulled.yaml", "specs/chatwoot/published.yaml"); err != nil {
		t.Fatal(err)
	}
	status, out = ask("pull", "chatwoot", "--from", "in/shop2.json")
	if _, _, err := open("specs/chatwoot/pulled.yaml"); status != 0 || err != nil {
		t.Errorf("%d %v %s", status, err, out)
	}
	has(t, out, "chatwoot: the interface has changed since "+again.date, "next: specs drift chatwoot")
	status, out = ask("pull", "chatwoot", "--from", "in/shop.json")
	if _, ok := stored(t)["pulled.yaml"]; ok || status != 0 || strings.Contains(out, "next:") {
		t.Errorf("%d: what is no change was stored, or the older change is still there: %s", status, out)
	}
	has(t, out, "chatwoot: no change since "+again.date, "pulled.yaml is removed")

	// Beside one that was edited by hand: it can still be pulled again.
	put(t, "specs/chatwoot/published.yaml", strings.Replace(stored(t)["published.yaml"], "integer", "string", 1))
	status, out = ask("pull", "chatwoot", "--from", "in/shop.json")
	if status != 0 {
		t.Error(out)
	}
	has(t, out, "it cannot be told what has changed", "pull it again", "stored as")
}

// TestOpen: a stored interface that is not as it was stored is refused.
func TestOpen(t *testing.T) {
	workspace(t)
	if status, out := ask("pull", "chatwoot", "--from", "in/shop.json", "--date", "2026-08-04"); status != 0 {
		t.Fatal(out)
	}
	whole := stored(t)["pulled.yaml"]
	for name, text := range map[string]string{
		"a type":      strings.Replace(whole, "integer", "string", 1),
		"a space":     strings.Replace(whole, "paths:", "paths: ", 1),
		"a comment":   whole + "# mine\n",
		"no end":      strings.TrimSuffix(whole, "\n"),
		"half":        whole[:len(whole)/2],
		"the hash":    strings.Replace(whole, "sha256: ", "sha256: 0", 1),
		"no stamp":    strings.Replace(whole, "  x-pulled:", "  x-pushed:", 1),
		"a tail":      whole + "\n---\na: 1\n",
		"no info":     strings.Replace(whole, "info:", "info: []\nx:", 1),
		"other lines": strings.ReplaceAll(whole, "\n", "\r\n"),
	} {
		put(t, "changed.yaml", text)
		if _, _, err := open("changed.yaml"); err == nil || text == whole {
			t.Errorf("%s: it was taken", name)
		}
	}
	put(t, "changed.yaml", strings.Replace(whole, "2026-08-04", "2026-08-05", 1))
	if _, s, err := open("changed.yaml"); err != nil || s.date != "2026-08-05" {
		t.Errorf("the date is not part of the hash: %v", err)
	}
}

// TestPullRefuses: what cannot be pulled changes nothing and says what to do.
func TestPullRefuses(t *testing.T) {
	workspace(t)
	if status, out := ask("pull", "chatwoot", "--from", "in/shop.json", "--date", "2026-08-04"); status != 0 {
		t.Fatal(out)
	}
	put(t, "in/swagger.json", `{"swagger": "2.0", "info": {"title": "t", "version": "v"}, "paths": {}}`)
	put(t, "in/new.json", strings.Replace(shop, "3.0.0", "4.0.0", 1))
	put(t, "in/none.json", strings.Replace(shop, "openapi", "close", 1))
	put(t, "in/empty.json", `{"openapi": "3.1.0", "info": {"title": "t", "version": "v"}, "paths": {}}`)
	put(t, "in/invalid.json", strings.Replace(shop, `"object"`, `"thing"`, 1))
	before := stored(t)
	for _, test := range []struct {
		name string
		args []string
		says []string
	}{
		{"a file that is not there", []string{"chatwoot", "--from", "in/no.json"}, []string{"no such file", "nothing was changed"}},
		{"a directory", []string{"chatwoot", "--from", "in"}, []string{"a directory, pipe or device"}},
		{"a device", []string{"chatwoot", "--from", os.DevNull}, []string{"a directory, pipe or device"}},
		{"http", []string{"chatwoot", "--from", "http://shop.example/openapi.json"}, []string{"only https is", "nothing was changed"}},
		{"another scheme", []string{"chatwoot", "--from", "file:///etc/hosts"}, []string{"only https is"}},
		{"no address", []string{"chatwoot", "--from", "https://"}, []string{"only https is"}},
		{"a broken address", []string{"chatwoot", "--from", "https://a b/%zz"}, []string{"the address after --from is none"}},
		{"a password", []string{"chatwoot", "--from", "https://me:secret@shop.example/openapi.json"}, []string{"a name or password in an address"}},
		{"Swagger", []string{"chatwoot", "--from", "in/swagger.json"}, []string{"swagger.json: this is Swagger 2.0; OpenAPI 3.0, 3.1 or 3.2 is needed"}},
		{"another version", []string{"chatwoot", "--from", "in/new.json"}, []string{"this is OpenAPI 4.0.0; OpenAPI 3.0, 3.1 or 3.2 is needed"}},
		{"another document", []string{"chatwoot", "--from", "in/none.json"}, []string{"not an OpenAPI document"}},
		{"no operations", []string{"chatwoot", "--from", "in/empty.json"}, []string{"it has no operations"}},
		{"what is not valid", []string{"chatwoot", "--from", "in/invalid.json"}, []string{"invalid.json: it is not valid", `"thing"`}},
		{"a date", []string{"chatwoot", "--from", "in/shop.json", "--date", "4.8.2026"}, []string{`--date "4.8.2026" is no date; write it as 2026-08-04`}},
		{"no vendor", nil, []string{"specs drift VENDOR", "specs accept VENDOR", "pull needs a VENDOR: chatwoot, kustomer or dixa"}},
		{"another vendor", []string{"nobody"}, []string{`no vendor "nobody"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, out := ask(append([]string{"pull"}, test.args...)...)
			if status != 2 {
				t.Errorf("status %d", status)
			}
			has(t, out, test.says...)
			if strings.Contains(out, "secret") {
				t.Error(out)
			}
			if after := stored(t); fmt.Sprint(after) != fmt.Sprint(before) {
				t.Errorf("something was changed: %v", after)
			}
		})
	}

	put(t, "specs/chatwoot/source.yaml", strings.Replace(shopSource, "document: https://shop.example/openapi.json", "document:", 1))
	status, out := ask("pull", "chatwoot")
	if want := "specs: chatwoot publishes no document at a fixed address: download it from https://shop.example/docs and run: specs pull chatwoot --from FILE\n"; status != 2 || out != want {
		t.Errorf("%d %s", status, out)
	}
}

// refused answers with an error in place of a network.
type refused struct{ err error }

func (r refused) RoundTrip(*http.Request) (*http.Response, error) { return nil, r.err }

// TestPullOffline: without a network the message is one line, and nothing changes.
func TestPullOffline(t *testing.T) {
	workspace(t)
	before := stored(t)
	client := &http.Client{Transport: refused{&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "shop.example"}}}}
	err := pull(t.Context(), "chatwoot", "", "2026-08-04", client, io.Discard)
	if want := "pull chatwoot: no answer from shop.example (no such host); nothing was changed; with a copy at hand: specs pull chatwoot --from FILE"; err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	if fmt.Sprint(stored(t)) != fmt.Sprint(before) {
		t.Error("something was changed")
	}
}

// TestFetch: what is downloaded is bounded in time and size, and comes over https.
func TestFetch(t *testing.T) {
	endless := func(w io.Writer) {
		block := bytes.Repeat([]byte(" "), 1<<20)
		for range 1 << 20 { // until nobody reads
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	handler := http.NewServeMux()
	handler.HandleFunc("/shop.json", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, shop) })
	handler.HandleFunc("/gzip", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		io.WriteString(z, shop)
	})
	handler.HandleFunc("/long", func(w http.ResponseWriter, _ *http.Request) { endless(w) })
	handler.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		endless(z)
	})
	handler.HandleFunc("/16", func(w http.ResponseWriter, _ *http.Request) { w.Write(bytes.Repeat([]byte("a"), maxBytes)) })
	handler.HandleFunc("/more", func(w http.ResponseWriter, _ *http.Request) { w.Write(bytes.Repeat([]byte("a"), maxBytes+1)) })
	handler.HandleFunc("/short", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000000")
		io.WriteString(w, shop)
	})
	handler.HandleFunc("/never", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	handler.HandleFunc("/stalls", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, shop)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	handler.HandleFunc("/empty", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	handler.HandleFunc("/to/{n}", func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscan(r.PathValue("n"), &n)
		if n == 0 {
			io.WriteString(w, shop)
			return
		}
		http.Redirect(w, r, fmt.Sprintf("/to/%d", n-1), http.StatusFound)
	})
	handler.HandleFunc("/plain", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, plain.URL, http.StatusFound) })
	handler.HandleFunc("/user", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://me:secret@"+r.Host+"/shop.json", http.StatusFound)
	})
	server := httptest.NewTLSServer(handler)
	defer server.Close()

	for _, test := range []struct {
		name, path, says string // says: the error, or the size of what came
	}{
		{"a document", "/shop.json", fmt.Sprint(len(shop))},
		{"a query", "/shop.json?token=secret#secret", fmt.Sprint(len(shop))},
		{"compressed", "/gzip", fmt.Sprint(len(shop))},
		{"without end", "/long", "more than 16 MiB"},
		{"without end, compressed", "/bomb", "more than 16 MiB"},
		{"as long as may be", "/16", fmt.Sprint(maxBytes)},
		{"one byte more", "/more", "more than 16 MiB"},
		{"cut short", "/short", "cannot be read (unexpected EOF)"},
		{"not there", "/no", "answered 404, not 200"},
		{"nothing", "/empty", "answered 204, not 200"},
		{"five redirects", "/to/5", fmt.Sprint(len(shop))},
		{"six redirects", "/to/6", "more than 5 redirects"},
		{"a redirect to http", "/plain", "only https is"},
		{"a redirect with a password", "/user", "a name or password in an address"},
	} {
		t.Run(test.name, func(t *testing.T) {
			content, name, err := load(t.Context(), server.Client(), server.URL+test.path)
			got := fmt.Sprint(len(content))
			if err != nil {
				got = err.Error()
			}
			if err == nil && got != test.says || err != nil && !strings.Contains(got, test.says) {
				t.Errorf("got %s, want %s", got, test.says)
			}
			if strings.Contains(got+name, "secret") || strings.Contains(got, "\n") {
				t.Errorf("told: %s %s", name, got)
			}
		})
	}
	for _, path := range []string{"/never", "/stalls"} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, _, err := load(ctx, server.Client(), server.URL+path)
		cancel()
		if err == nil || !strings.Contains(err.Error(), "not within") {
			t.Errorf("%s: %v", path, err)
		}
	}

	// The whole way, from the address in source.yaml.
	workspace(t)
	put(t, "specs/chatwoot/source.yaml", strings.Replace(shopSource, "https://shop.example/openapi.json", server.URL+"/shop.json", 1))
	var out bytes.Buffer
	if err := pull(t.Context(), "chatwoot", "", "2026-08-04", server.Client(), &out); err != nil {
		t.Fatal(err)
	}
	if _, s, err := open("specs/chatwoot/pulled.yaml"); err != nil || s.from != server.URL+"/shop.json" {
		t.Errorf("%v %+v", err, s)
	}
}
