package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/pflag"
)

// settings say which account to work with.
type settings struct {
	url     string
	account string // the number at Chatwoot, else a label; may be empty there
	token   string
}

// target names the account for people: what a write is about to change.
func (s settings) target() string {
	host := s.url
	if u, err := url.Parse(s.url); err == nil {
		host = u.Host
	}
	if s.account == "" {
		return host
	}
	return fmt.Sprintf("account %s at %s", s.account, host)
}

// host is that of the vendor's API.
func (s settings) host() string {
	u, err := url.Parse(s.url)
	if err != nil {
		return ""
	}
	return u.Host
}

// source is one place that settings come from: what it holds, and what it calls
// each of them. URL, account and token always come from one source, so that the
// token of one account is never sent to another.
type source struct {
	settings
	tokenFile string
	names     settings // the token's is "" where it must be in a file
	nameFile  string
	hint      string // what to do about missing ones
}

// settingFlags are the flags that say where settings come from.
type settingFlags struct {
	url, account, tokenFile, profile, config string
}

func (f *settingFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.url, "url", "", "`URL` of the vendor's API")
	flags.StringVar(&f.account, "account", "", "`NUMBER` of Chatwoot's account; elsewhere a label for messages")
	flags.StringVar(&f.tokenFile, "token-file", "", "`FILE` whose first line is the token")
	flags.StringVar(&f.profile, "profile", "", "`NAME` of a profile in the config file")
	flags.StringVar(&f.config, "config", "", "config `FILE` instead of deskattr/config.yaml in the user's config directory")
}

// resolve takes the settings from the flags, else the profile, else the
// environment.
func (f *settingFlags) resolve(v vendor, getenv func(string) string) (settings, error) {
	switch {
	case f.url != "" || f.account != "" || f.tokenFile != "":
		return source{
			settings: settings{url: f.url, account: f.account}, tokenFile: f.tokenFile,
			names: settings{url: "--url", account: "--account"}, nameFile: "--token-file",
			hint: "flags are not completed from a profile or the environment",
		}.settle(v)
	case f.profile != "":
		return f.fromProfile(v)
	case f.config != "":
		return settings{}, usage("--config needs --profile NAME")
	}
	names := settings{url: v.prefix + "_URL", token: v.prefix + "_TOKEN"}
	flags := "--url and --token-file"
	if v.numbered {
		names.account, flags = v.prefix+"_ACCOUNT_ID", "--url, --account and --token-file"
	}
	s := source{
		settings: settings{url: getenv(names.url), token: getenv(names.token)}, names: names,
		tokenFile: getenv(names.token + "_FILE"), nameFile: names.token + "_FILE",
		hint: fmt.Sprintf("set them in the environment, or give %s, or --profile NAME", flags),
	}
	if v.numbered {
		s.account = getenv(names.account)
	}
	return s.settle(v)
}

// settle checks that the source has everything and reads the token.
func (s source) settle(v vendor) (settings, error) {
	s.url = cmp.Or(s.url, v.defaultURL)
	var missing []string
	if s.url == "" {
		missing = append(missing, s.names.url)
	}
	if s.account == "" && v.numbered {
		missing = append(missing, s.names.account)
	}
	switch {
	case s.token != "" && s.tokenFile != "":
		return settings{}, usage("%s: %s and %s are both there; give one of them", v.name, s.names.token, s.nameFile)
	case s.token == "" && s.tokenFile == "" && s.names.token == "":
		missing = append(missing, s.nameFile)
	case s.token == "" && s.tokenFile == "":
		missing = append(missing, s.names.token+" (or "+s.nameFile+")")
	}
	if len(missing) > 0 {
		return settings{}, usage("%s: missing: %s; %s", v.name, strings.Join(missing, ", "), s.hint)
	}
	if s.tokenFile != "" {
		token, err := readToken(s.tokenFile)
		if err != nil {
			return settings{}, usage("%s: %s: %v", v.name, s.nameFile, err)
		}
		s.token = token
	}
	return s.settings, nil
}

// maxToken bounds a token's file: a wrong path may name anything.
const maxToken = 64 << 10

// readToken is the first line of the file, without white space around it.
func readToken(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxToken+1))
	if err != nil {
		return "", err
	}
	if len(content) > maxToken {
		return "", fmt.Errorf("%s is larger than 64 KiB; a token is one line", path)
	}
	first, _, _ := bytes.Cut(bytes.TrimPrefix(content, []byte("\ufeff")), []byte("\n")) // some editors write one
	token := string(bytes.TrimSpace(first))
	if token == "" {
		return "", fmt.Errorf("the first line of %s is empty", path)
	}
	return token, nil
}
