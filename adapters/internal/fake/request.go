package fake

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Request is a request as it arrived. As JSON it has its body as text and its credentials blacked out.
type Request struct {
	Time      time.Time
	Method    string
	Path      string // decoded, with its prefix
	Query     url.Values
	Header    http.Header
	Body      []byte
	Operation string            // operationId; "" if the document has no such path or method
	Params    map[string]string // path parameters, decoded
	Status    int               // of the answer; 0 while there is none and where a fault withheld it

	route    *route
	tooLarge bool
}

// maxRequests is how many requests are kept, so that a fake can serve a million.
const maxRequests = 10_000

// received holds the newest requests.
type received struct {
	kept   []*Request
	oldest int // where kept begins, once it is full
}

func (l *received) add(r *Request) {
	if len(l.kept) < maxRequests {
		l.kept = append(l.kept, r)
		return
	}
	l.kept[l.oldest] = r
	l.oldest = (l.oldest + 1) % maxRequests
}

// copies are in the order of arrival.
func (l *received) copies() []Request {
	list := make([]Request, len(l.kept))
	for i := range l.kept {
		list[i] = l.kept[(l.oldest+i)%len(l.kept)].clone()
	}
	return list
}

func (r *Request) clone() Request {
	c := *r
	c.Query = url.Values(http.Header(r.Query).Clone())
	c.Header = r.Header.Clone()
	c.Body = bytes.Clone(r.Body)
	c.Params = maps.Clone(r.Params)
	return c
}

// credentials are the headers the vendors take their tokens from, in Go's spelling. Chatwoot accepts both of its own.
var credentials = []string{"Authorization", "Api-Access-Token", "Api_access_token"}

// MarshalJSON writes the request for people and for programs in other languages.
func (r Request) MarshalJSON() ([]byte, error) {
	header := r.Header.Clone()
	for name := range header {
		if slices.Contains(credentials, http.CanonicalHeaderKey(name)) {
			header[name] = []string{"[redacted]"}
		}
	}
	return json.Marshal(struct {
		Time      time.Time           `json:"time"`
		Method    string              `json:"method"`
		Path      string              `json:"path"`
		Query     map[string][]string `json:"query"`
		Header    http.Header         `json:"header"`
		Body      string              `json:"body"`
		Operation string              `json:"operation"`
		Params    map[string]string   `json:"params"`
		Status    int                 `json:"status"`
	}{r.Time, r.Method, r.Path, r.Query, header, string(r.Body), r.Operation, r.Params, r.Status})
}
