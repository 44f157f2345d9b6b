package bulk

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Digest identifies an input that is read with these options, for [Identity]. It
// reads r, the file as it is, to its end: read the input from its beginning
// afterwards. What can be read only once has to be copied to a file first.
//
// Definitions do not count: a run goes on although an account has got another one.
func (o CSVOptions) Digest(r io.Reader) (string, error) {
	zone := ""
	if o.TimeZone != nil {
		zone = o.TimeZone.String()
		for _, month := range []time.Month{time.January, time.July} { // a name may be anything
			zone += time.Date(2026, month, 1, 0, 0, 0, 0, o.TimeZone).Format(" -07:00:00")
		}
	}
	return digestOf(r, map[string]any{
		"separator": o.Separator, "kind": o.Kind, "kind_column": o.KindColumn, "id_column": o.IDColumn, "columns": o.Columns,
		"empty": o.Empty, "date_format": o.DateFormat, "time_zone": zone,
	})
}

// Digest identifies an input that is read with these options: see that of
// [CSVOptions].
func (o JSONOptions) Digest(r io.Reader) (string, error) {
	return digestOf(r, map[string]any{"kind": o.Kind})
}

// digestOf is the SHA-256 of how an input is read, as JSON with sorted keys, and of
// the input. The formats have different keys.
func digestOf(r io.Reader, options map[string]any) (string, error) {
	h := sha256.New()
	how, err := json.Marshal(options)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(h, "%s\n", how)
	if _, err := io.Copy(h, r); err != nil {
		return "", inputError("it cannot be read: %w", err)
	}
	return fmt.Sprintf("sha256:%x", h.Sum(nil)), nil
}
