package transport

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// BaseURL checks the base URL of a vendor and returns it without a slash at its
// end. Plain http is for loopback only, unless allowed.
func (o Options) BaseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("URL: cannot be parsed; write it like https://host")
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return nil, errors.New("URL: write it with scheme and host, like https://host")
	case u.User != nil:
		return nil, errors.New("URL: leave out user name and password; the token is given apart")
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return nil, errors.New("URL: leave out what comes after ? or #")
	case u.Scheme == "http" && !o.AllowHTTP && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("URL: http to %s would send the token in clear; use https", u.Hostname())
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
