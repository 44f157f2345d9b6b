package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"
)

// maxFetch is how long a download may take in all.
const maxFetch = 30 * time.Second

// load reads a document from an address or a file. The name is what may be told
// and stored of it: of an address nothing that can be a secret, of a file no
// directory.
func load(ctx context.Context, client *http.Client, from string) (content []byte, name string, err error) {
	if !strings.Contains(from, "://") {
		content, err = readFile(from)
		return content, filepath.Base(from), err
	}
	address, err := url.Parse(from)
	if err != nil { // the error quotes the address
		return nil, "", errors.New("the address after --from is none")
	}
	content, err = fetch(ctx, client, address)
	return content, address.Scheme + "://" + address.Host + address.EscapedPath(), err
}

// fetch downloads a document.
func fetch(ctx context.Context, client *http.Client, address *url.URL) ([]byte, error) {
	if err := allowed(address); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, maxFetch)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("no answer from %s (%s)", address.Hostname(), reason(err))
	}
	guarded := *client
	guarded.CheckRedirect = func(next *http.Request, before []*http.Request) error {
		if len(before) > 5 {
			return errors.New("more than 5 redirects")
		}
		return allowed(next.URL)
	}
	answer, err := guarded.Do(request)
	if err != nil {
		return nil, fmt.Errorf("no answer from %s (%s)", address.Hostname(), reason(err))
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %d, not 200", answer.Request.URL.Hostname(), answer.StatusCode)
	}
	content, err := readBounded(answer.Body)
	if err == nil {
		err = ctx.Err() // a server that is hung up on may still end its answer well
	}
	if err != nil {
		return nil, fmt.Errorf("the answer of %s cannot be read (%s)", answer.Request.URL.Hostname(), reason(err))
	}
	return content, nil
}

// allowed tells whether an address may be asked.
func allowed(address *url.URL) error {
	if address.Scheme != "https" || address.Host == "" {
		return fmt.Errorf("%.10s://%s is not asked: only https is", address.Scheme, address.Host)
	}
	if address.User != nil {
		return fmt.Errorf("https://…@%s is not asked: a name or password in an address ends in logs", address.Host)
	}
	return nil
}

// reason is why there was no answer, without the address, which the errors of
// net/http begin with.
func reason(err error) string {
	var lookup *net.DNSError
	var outer *url.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("not within %s", maxFetch)
	case errors.As(err, &lookup):
		return lookup.Err
	case errors.As(err, &outer):
		return outer.Err.Error()
	default:
		return err.Error()
	}
}
