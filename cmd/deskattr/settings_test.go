package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/deskattr/deskattr/adapters/dixa"
)

// Dixa's API has one address; the others have none that could be a default.
func TestDefaultURL(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("token\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	environment := func(name string) string { return map[string]string{"DIXA_TOKEN": "token"}[name] }
	v, err := findVendor("dixa")
	if err != nil {
		t.Fatal(err)
	}
	for name, flags := range map[string]settingFlags{"flags": {tokenFile: file}, "environment": {}} {
		got, err := flags.resolve(v, environment)
		if want := (settings{url: dixa.DefaultURL, token: "token"}); err != nil || got != want {
			t.Errorf("%s: got %v and error %v, want %v", name, got, err, want)
		}
	}
}

// Flags win over a profile, and whole.
func TestFlagsComeFirst(t *testing.T) {
	v, err := findVendor("kustomer")
	if err != nil {
		t.Fatal(err)
	}
	flags := settingFlags{url: "https://api.example.com", profile: "shop", config: "nowhere.yaml"}
	want := "kustomer: missing: --token-file; flags are not completed from a profile or the environment"
	if _, err := flags.resolve(v, os.Getenv); err == nil || err.Error() != want {
		t.Errorf("got error %v, want %s", err, want)
	}
}
