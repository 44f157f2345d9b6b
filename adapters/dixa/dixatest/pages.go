package dixatest

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// defaultPageLimit is how many entries a page has where neither the request nor the state says. The vendor's number is
// unknown.
const defaultPageLimit = 100

// page is the part of a list that a request asks for.
type page struct {
	start, limit int
}

func (v *vendor) readPage(query url.Values) (page, error) {
	p := page{limit: cmp.Or(v.state.PageLimit, defaultPageLimit)}
	if text := query.Get("pageLimit"); text != "" {
		limit, err := strconv.ParseInt(text, 10, 32)
		if err != nil || limit < 1 {
			return p, fmt.Errorf("pageLimit %q", text)
		}
		p.limit = int(limit)
	}
	if text := query.Get("pageKey"); text != "" {
		key, _ := base64.RawURLEncoding.DecodeString(text)
		start, err := strconv.ParseUint(string(key), 10, 31)
		if err != nil {
			return p, fmt.Errorf("pageKey %q", text)
		}
		p.start = int(start)
	}
	return p, nil
}

// paged is a page of the list with links to its neighbours.
func paged[T any](r *fake.Request, p page, list []T) fake.Answer {
	start := min(p.start, len(list))
	end := min(start+p.limit, len(list))
	links := map[string]string{}
	if start > 0 {
		links["previous"] = link(r, max(start-p.limit, 0))
	}
	if end < len(list) {
		links["next"] = link(r, end)
	}
	return fake.JSON(http.StatusOK, map[string]any{"data": list[start:end], "meta": links})
}

// link is the address of the page that begins at start: relative, with the version of the request. The key is made
// unreadable because Dixa's is opaque: nobody shall come to rely on its form.
func link(r *fake.Request, start int) string {
	query := url.Values{}
	for name, values := range r.Query {
		query[name] = slices.Clone(values)
	}
	query.Set("pageKey", base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(start))))
	return r.Path + "?" + query.Encode()
}
