package main

import (
	"cmp"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// config is the config file.
type config struct {
	Profiles map[string]profile `yaml:"profiles"`
}

// profile is one account.
type profile struct {
	Vendor    string `yaml:"vendor"`
	URL       string `yaml:"url"`
	Account   string `yaml:"account"`
	Token     string `yaml:"token"`
	TokenFile string `yaml:"token_file"` // relative to the config file
}

// fromProfile takes the settings from one profile of the config file.
func (f *settingFlags) fromProfile(v vendor) (settings, error) {
	path := f.config
	if path == "" {
		directory, err := os.UserConfigDir()
		if err != nil {
			return settings{}, usage("--profile: %v; give --config FILE", err)
		}
		path = filepath.Join(directory, "deskattr", "config.yaml")
	}
	profiles, err := readProfiles(path)
	if err != nil {
		return settings{}, err
	}
	p, ok := profiles[f.profile]
	if !ok {
		known := cmp.Or(strings.Join(slices.Sorted(maps.Keys(profiles)), ", "), "none")
		return settings{}, usage("%s has no profile %q (it has: %s)", path, f.profile, known)
	}
	if p.Vendor != v.name {
		return settings{}, usage("profile %q of %s is for vendor %q, not %s", f.profile, path, p.Vendor, v.name)
	}
	if p.TokenFile != "" && !filepath.IsAbs(p.TokenFile) {
		p.TokenFile = filepath.Join(filepath.Dir(path), p.TokenFile)
	}
	return source{
		settings: settings{url: p.URL, account: p.Account, token: p.Token}, tokenFile: p.TokenFile,
		names: settings{url: "url", account: "account", token: "token"}, nameFile: "token_file",
		hint: "add it to profile " + f.profile + " of " + path,
	}.settle(v)
}

func readProfiles(path string) (map[string]profile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usage("config: %v", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, usage("config: %v", err)
	}
	var c config
	decoder := yaml.NewDecoder(file)
	decoder.KnownFields(true) // a misspelt key must not silently mean another account
	if err := decoder.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return nil, usage("%s: %snot understood; write profiles: {NAME: {vendor, url, account, and token or token_file}}", path, line(err))
	}
	for _, p := range c.Profiles {
		if p.Token != "" && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			return nil, usage("%s holds a token and is open to others (mode %04o); run: chmod 600 %[1]s", path, info.Mode().Perm())
		}
	}
	return c.Profiles, nil
}

var lineNumber = regexp.MustCompile(`line \d+`)

// line is where the file is wrong. The rest of the decoder's words may quote a
// token.
func line(err error) string {
	if found := lineNumber.FindString(err.Error()); found != "" {
		return found + ": "
	}
	return ""
}
