package fake

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// controlPrefix is where a fake answers for itself:
//
//	GET, PUT /_fake/state     the whole state as one JSON document
//	GET      /_fake/requests  what was received, as a JSON list
//	PUT      /_fake/faults    the faults from now on, as a JSON list
//
// These requests are neither recorded nor validated, and no fault touches them.
const controlPrefix = "/_fake/"

func (s *Server) control(r *http.Request, body []byte, tooLarge bool) Answer {
	if tooLarge {
		return Text(http.StatusRequestEntityTooLarge, "request body too large\n")
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /_fake/state":
		s.mu.Lock()
		defer s.mu.Unlock()
		return JSON(http.StatusOK, s.config.State())
	case "PUT /_fake/state":
		s.mu.Lock()
		defer s.mu.Unlock()
		return done(s.config.SetState(body))
	case "GET /_fake/requests":
		return JSON(http.StatusOK, s.Requests())
	case "PUT /_fake/faults":
		var faults []Fault
		err := Decode(body, &faults)
		if err == nil {
			err = s.setFaults(faults)
		}
		return done(err)
	}
	allow := map[string]string{"/_fake/state": "GET, PUT", "/_fake/requests": "GET", "/_fake/faults": "PUT"}[r.URL.Path]
	if allow == "" {
		return Text(http.StatusNotFound, "the fake has no "+r.URL.Path+"\n")
	}
	refused := Text(http.StatusMethodNotAllowed, r.URL.Path+" takes "+allow+"\n")
	refused.Header.Set("Allow", allow)
	return refused
}

// done is 204, or 400 with the reason in one line.
func done(err error) Answer {
	if err != nil {
		return Text(http.StatusBadRequest, oneLine(err.Error())+"\n")
	}
	return Answer{Status: http.StatusNoContent}
}

// Decode reads one JSON document, refuses unknown fields and anything after it, and keeps the digits of numbers that
// go into an any. It is for a vendor's SetState too; since into may be half filled on an error, decode into a new value.
func Decode(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("more than one JSON document")
	}
	return nil
}
