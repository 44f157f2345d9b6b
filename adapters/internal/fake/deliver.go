package fake

import (
	"maps"
	"net"
	"net/http"
	"strconv"
	"time"
)

// delivery is the way of one answer to its client. The server's lock is not held: others go on during a wait, and
// testing/synctest advances its clock only while nobody waits for a mutex.
type delivery struct {
	strike
	w      http.ResponseWriter
	method string
	gone   <-chan struct{} // the client is
	closed <-chan struct{} // the fake is
}

// wait ends early when nobody is there any more, and the request with it.
func (d *delivery) wait(pause time.Duration) {
	if pause <= 0 {
		return
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	d.until(timer.C)
}

func (d *delivery) until(over <-chan time.Time) {
	select {
	case <-over:
	case <-d.gone:
		panic(http.ErrAbortHandler)
	case <-d.closed:
		panic(http.ErrAbortHandler)
	}
}

// cut ends the connection.
func (d *delivery) cut() {
	d.wait(d.slowClose)
	panic(http.ErrAbortHandler)
}

// withhold ends the connection in place of an answer.
func (d *delivery) withhold() {
	timeout := milliseconds(d.fault.Timeout)
	switch {
	case d.fault.Type == FaultTimeout && timeout == 0:
		d.until(nil)
	case d.fault.Type == FaultTimeout:
		d.wait(timeout)
	case d.fault.Type == FaultResetPeer:
		d.wait(timeout)
		d.reset()
	}
	d.cut()
}

// reset makes the client's system say "connection reset by peer".
func (d *delivery) reset() {
	if inProcess, ok := d.w.(*recorder); ok {
		inProcess.reset()
	} else if conn, _, err := http.NewResponseController(d.w).Hijack(); err == nil {
		defer func() { _ = conn.Close() }()
		if secured, ok := conn.(interface{ NetConn() net.Conn }); ok {
			conn = secured.NetConn()
		}
		if socket, ok := conn.(*net.TCPConn); ok {
			_ = socket.SetLinger(0) // what Close then sends is a reset; it does so without, too, if this fails
		}
	}
	panic(http.ErrAbortHandler)
}

// send writes the answer.
func (d *delivery) send(answer Answer) {
	header := d.w.Header()
	maps.Copy(header, answer.Header)
	if header["Content-Type"] == nil {
		header["Content-Type"] = nil // present and empty: net/http does not guess one
	}
	if header.Get("Date") == "" {
		header.Set("Date", time.Now().UTC().Format(http.TimeFormat)) // net/http's would be missing in-process
	}
	if !bodyAllowed(answer.Status) {
		d.w.WriteHeader(answer.Status)
		return
	}
	body, limited := answer.Body, false
	if d.fault.Type == FaultLimitData && d.fault.Bytes < len(body) {
		body, limited = body[:d.fault.Bytes], true
	}
	endsWithClose := d.slowClose > 0 && !limited && d.method != http.MethodHead
	if endsWithClose {
		header.Set("Transfer-Encoding", "identity") // for net/http: no length, and no chunks that would tell the end
	} else {
		header.Set("Content-Length", strconv.Itoa(len(answer.Body)))
	}
	d.w.WriteHeader(answer.Status)
	d.write(body)
	if limited {
		d.flush() // the panic would drop what is still buffered
		d.cut()
	}
	if endsWithClose {
		d.flush()
		d.wait(d.slowClose)
	}
}

// write sends the body at the rate and in the pieces that were asked for.
func (d *delivery) write(body []byte) {
	if d.rate == 0 && d.slicer == nil {
		_, _ = d.w.Write(body) // the client may be gone; that is its business
		return
	}
	d.flush()
	for len(body) > 0 {
		size := 100 * d.rate // of a tenth of a second
		if d.slicer != nil {
			size = d.slicer.next()
		}
		size = min(size, len(body))
		if d.rate > 0 {
			d.wait(time.Duration(size) * time.Millisecond / time.Duration(d.rate))
		}
		_, _ = d.w.Write(body[:size])
		d.flush()
		if body = body[size:]; len(body) > 0 && d.slicer != nil {
			d.wait(d.slicer.delay)
		}
	}
}

func (d *delivery) flush() { _ = http.NewResponseController(d.w).Flush() }

func bodyAllowed(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}
