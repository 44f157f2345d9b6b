package bulk_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters/bulk"
)

func page(t *testing.T, r bulk.Report) string {
	t.Helper()
	var b strings.Builder
	if err := r.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// node is what of a page this test looks at.
type node struct {
	name  string
	attrs map[string]string
	path  string
	text  string // its own and that below it
}

// nodes are the elements of a page, which is also well-formed XML: what does not
// close what it opened, or lets a value open something, is found.
func nodes(t *testing.T, html string) []*node {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(html))
	d.Entity = xml.HTMLEntity
	var all, open []*node
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("the page is not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			n := &node{name: token.Name.Local, attrs: map[string]string{}}
			for _, a := range token.Attr {
				n.attrs[a.Name.Local] = a.Value
			}
			for _, above := range open {
				n.path += above.name + " "
			}
			n.path += n.name
			all, open = append(all, n), append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			for _, n := range open {
				n.text += string(token)
			}
		}
	}
}

func texts(all []*node, name string) []string {
	var found []string
	for _, n := range all {
		if n.name == name {
			found = append(found, n.text)
		}
	}
	return found
}

// known are all elements a page is made of: none runs, loads or frames anything.
var known = strings.Fields("html head meta title style body header h1 h2 p main ul li b dl dt dd figure figcaption svg desc rect line g text details summary table thead tbody tr th td footer")

var reference = regexp.MustCompile(`(?i)\bsrc\s*=|\bhref\s*=|srcset|action\s*=|url\s*\(|@import|@font-face|https?:|//|\bon[a-z]+\s*=|<script|<link|<base`)

// TestPageAlone: the page refers to nothing, whatever the journal holds.
func TestPageAlone(t *testing.T) {
	plain, hostile := page(t, read(t, madeUp().file(t))), page(t, read(t, hostileJournal(oddities).file(t)))
	if found := reference.FindString(plain); found != "" {
		t.Errorf("the page holds %q", found)
	}
	for name, html := range map[string]string{"plain": plain, "hostile": hostile} {
		style := ""
		for _, n := range nodes(t, html) {
			if !slices.Contains(known, n.name) {
				t.Errorf("%s: there is an element %s", name, n.path)
			}
			if n.name == "style" {
				style += n.text
			}
			for attr, v := range n.attrs {
				if of := attr + "=" + v; reference.MatchString(of) || attr == "style" {
					t.Errorf("%s: %s has %s", name, n.path, of)
				}
			}
		}
		if style == "" || reference.MatchString(style) {
			t.Errorf("%s: the style refers to something, or is missing", name)
		}
		if !strings.Contains(html, `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; `) {
			t.Errorf("%s: nothing tells the browser to load nothing", name)
		}
	}
}

// oddities are what a name, an id or a message may hold, and what is shown of it.
var oddities = map[string]string{
	`<script>alert(1)</script>`:                 `<script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`:            `"><img src=x onerror=alert(1)>`,
	`' onmouseover='alert(1)`:                   `' onmouseover='alert(1)`,
	`]]>&lt;b&gt;<!-- --></style></title><svg>`: `]]>&lt;b&gt;<!-- --></style></title><svg>`,
	`{{.}} ${x} %s javascript:alert(1)`:         `{{.}} ${x} %s javascript:alert(1)`,
	`https://evil.example/x.js`:                 `https://evil.example/x.js`,
	"a\u2028b\u2029c\u202ed\x00e\x1bf\r\ng\th":  "a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uFFFDf\uFFFD\uFFFDg\uFFFDh",
}

// hostileJournal has them in every place.
func hostileJournal(odd map[string]string) *hand {
	h := &hand{}
	row := 0
	for text := range odd {
		if row == 0 {
			h.begin(0, fields{"kind": text, "run": fields{"vendor": text, "account": text, "host": text, "input": text}})
		}
		row++
		h.after(time.Duration(row)*time.Second, row, "failed", fields{"code": text, "class": text, "message": "so: " + text, "ms": 1000 + row, "ref": fields{"kind": text, "id": text}})
	}
	return h
}

func TestPageEscapes(t *testing.T) {
	for text, want := range oddities {
		t.Run(fmt.Sprintf("%q", text), func(t *testing.T) {
			all := nodes(t, page(t, read(t, hostileJournal(map[string]string{text: want}).file(t))))
			title := fmt.Sprintf("%s at %s, account %s, %s", want, want, want, want)
			if got := texts(all, "title")[0]; got != title {
				t.Errorf("the title is %q, want %q", got, title)
			}
			if got := texts(all, "h1")[0]; got != title {
				t.Errorf("the headline is %q, want %q", got, title)
			}
			if got := texts(all, "dd")[0]; got != want {
				t.Errorf("the input is %q, want %q", got, want)
			}
			cells := texts(all, "td")
			for _, cell := range []string{want + " " + want, "so: " + want} {
				if !slices.Contains(cells, cell) {
					t.Errorf("no cell holds %q: %q", cell, cells)
				}
			}
			if got := texts(all, "th"); !slices.Contains(got, want+": 1 row") {
				t.Errorf("no header holds the code: %q", got)
			}
		})
	}
}

// TestPageReads: what a page must have to be read by anybody.
func TestPageReads(t *testing.T) {
	html := page(t, read(t, madeUp().file(t)))
	if !strings.HasPrefix(html, "<!doctype html>\n<html lang=\"en\">") {
		t.Errorf("it begins %.60q", html)
	}
	all := nodes(t, html)
	ids := map[string]string{}
	for _, n := range all {
		if id := n.attrs["id"]; id != "" {
			if ids[id] != "" {
				t.Errorf("two elements have the id %s", id)
			}
			ids[id] = n.text
		}
	}
	for _, n := range all {
		switch {
		case n.name == "th" && n.attrs["scope"] == "":
			t.Errorf("the header %q is of no column or group", n.text)
		case n.name == "svg" && n.attrs["role"] == "img":
			for id := range strings.FieldsSeq(n.attrs["aria-labelledby"]) {
				if ids[id] == "" {
					t.Errorf("the chart is named by %s, which is empty or missing", id)
				}
			}
		case n.name == "svg" && n.attrs["aria-hidden"] != "true":
			t.Errorf("a picture has no name: %v", n.attrs)
		}
	}
	for _, want := range []string{"12,480", "12,013", "record_not_found: 45 rows, the first 5 of them", "line 272", "<td>set contact 271: not found"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, want := range []string{"prefers-color-scheme: dark", "@media print", "max-width: 34rem"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page has nothing for %s", want)
		}
	}
}

// TestChart: the bars are as high as the counts are, one on the other, and stand
// where their time is.
func TestChart(t *testing.T) {
	h := &hand{}
	h.begin(0, nil)
	row := 0
	add := func(second, n int, outcome string) {
		for range n {
			row++
			h.after(time.Duration(second)*time.Second, row, outcome, nil)
		}
	}
	add(0, 10, "done")
	add(30, 6, "done")
	add(30, 3, "unchanged")
	add(30, 1, "failed")
	h.begin(60*time.Second, nil)
	add(99, 5, "failed")
	all := nodes(t, page(t, read(t, h.file(t))))
	type rect struct{ class, x, y, height string }
	var rects []rect
	var marks []string
	for _, n := range all {
		if n.name == "rect" && strings.Contains(n.path, "figure svg g") {
			rects = append(rects, rect{n.attrs["class"], n.attrs["x"], n.attrs["y"], n.attrs["height"]})
		}
		if n.attrs["class"] == "resumed" && strings.Contains(n.path, "figure svg") {
			marks = append(marks, n.attrs["x1"])
		}
	}
	// 99 s are 100 parts of a second; 200 pixels are 10 rows.
	if want := []rect{
		{"done", "0.080%", "0.00", "200.00"},
		{"done", "30.080%", "80.00", "120.00"}, {"unchanged", "30.080%", "20.00", "60.00"}, {"failed", "30.080%", "0.00", "20.00"},
		{"failed", "99.080%", "100.00", "100.00"},
	}; !slices.Equal(rects, want) {
		t.Errorf("bars\n%v, want\n%v", rects, want)
	}
	if !slices.Equal(marks, []string{"60.000%"}) {
		t.Errorf("marks of resuming are at %v, want one at 60%%", marks)
	}
	var axes []string
	for _, n := range all {
		if n.name == "text" {
			axes = append(axes, n.text)
		}
	}
	if want := strings.Fields("0 2 4 6 8 10 0 20 40 60 80 100"); !slices.Equal(axes[:len(axes)-1], want) || axes[len(axes)-1] != "seconds since it began" {
		t.Errorf("the axes say %q, want %q", axes, want)
	}
}

// TestChartOfAMoment: a run that took no time is a narrow bar at the left, and
// resuming it at once is marked there.
func TestChartOfAMoment(t *testing.T) {
	h := &hand{}
	h.begin(0, nil)
	h.after(0, 1, "done", nil)
	h.begin(0, nil)
	h.after(0, 1, "done", nil)
	html := page(t, read(t, h.file(t)))
	for _, want := range []string{
		`<rect class="done" x="0.333%" y="0.00" width="3.500%" height="200.00"/>`,
		`<line class="resumed" x1="0.000%" x2="0.000%"`, ">Rows that ended in each 10 milliseconds.",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
}
