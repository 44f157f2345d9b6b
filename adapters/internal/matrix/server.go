package matrix

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// TB is what a world is opened with.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
	Context() context.Context
}

// tb is the test that a server belongs to, as long as it lives.
type tb struct {
	ctx      context.Context
	cancel   context.CancelFunc
	mu       sync.Mutex
	messages []string
	cleanups []func()
}

var errFatal = errors.New("fatal")

func (t *tb) Helper()                  {}
func (t *tb) Context() context.Context { return t.ctx }
func (t *tb) Cleanup(f func())         { t.cleanups = append(t.cleanups, f) }
func (t *tb) Errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.messages = append(t.messages, fmt.Sprintf(format, args...))
}
func (t *tb) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	panic(errFatal)
}

// site is a server at work.
type site struct {
	*tb
	Server
}

// pool holds the servers of a world: a run takes one for itself. To start one
// costs more than a run.
type pool struct {
	world World
	mu    sync.Mutex
	free  []*site
}

func (p *pool) take() *site {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last := len(p.free) - 1; last >= 0 {
		s := p.free[last]
		p.free = p.free[:last]
		return s
	}
	s := &site{tb: &tb{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.Server = p.world.Serve(s)
	return s
}

// give takes a server back, and closes one that is of no more use.
func (p *pool) give(s *site) {
	if len(s.messages) > 0 {
		s.close()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, s)
}

func (p *pool) close() {
	for _, s := range p.free {
		s.close()
	}
}

func (s *site) close() {
	s.cancel()
	for _, cleanup := range s.cleanups {
		cleanup()
	}
}

// quiet waits until nobody is connected: an answer that nobody closed would keep
// its connection.
func (s *site) quiet(wire *http.Transport) {
	wire.CloseIdleConnections()
	patience := time.NewTimer(deadline)
	defer patience.Stop()
	look := time.NewTicker(200 * time.Microsecond)
	defer look.Stop()
	for s.Connections() > 0 { // it hears of a client's closing a moment later
		select {
		case <-look.C:
		case <-patience.C:
			s.Errorf("%d connections are left open", s.Connections())
			return
		}
	}
}
