package driver

import (
	"context"
	"sync"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// catalog keeps the definitions of each kind for a while. One load at a time: a
// caller that waited for another's takes what that one brought.
type catalog struct {
	load     func(context.Context, adapters.Kind) ([]adapters.Definition, error)
	lifetime time.Duration

	mu    sync.Mutex // of the map, never held while loading
	kinds map[adapters.Kind]*shelf
}

// shelf holds the definitions of one kind. Its lock is a channel, so that a
// caller whose context ends stops waiting.
type shelf struct {
	lock        chan struct{}
	definitions []adapters.Definition
	loaded      time.Time
}

// known returns definitions that are young enough, and whether they were loaded
// just now. Where newer ones cannot be had, old ones are better than none.
func (c *catalog) known(ctx context.Context, kind adapters.Kind) ([]adapters.Definition, bool, error) {
	return c.get(ctx, kind, time.Now().Add(-c.lifetime), true)
}

// newest returns definitions that were loaded after the call began.
func (c *catalog) newest(ctx context.Context, kind adapters.Kind) ([]adapters.Definition, error) {
	definitions, _, err := c.get(ctx, kind, time.Now(), false)
	return definitions, err
}

func (c *catalog) get(ctx context.Context, kind adapters.Kind, after time.Time, oldToo bool) ([]adapters.Definition, bool, error) {
	shelf := c.shelf(kind)
	select {
	case shelf.lock <- struct{}{}:
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	defer func() { <-shelf.lock }()
	if shelf.definitions != nil && shelf.loaded.After(after) {
		return shelf.definitions, false, nil
	}
	begun := time.Now() // what changes while loading may be missing
	definitions, err := c.load(ctx, kind)
	if err != nil {
		if oldToo && shelf.definitions != nil && ctx.Err() == nil {
			return shelf.definitions, false, nil
		}
		return nil, false, err
	}
	if definitions == nil {
		definitions = []adapters.Definition{}
	}
	shelf.definitions, shelf.loaded = definitions, begun
	return definitions, true, nil
}

func (c *catalog) shelf(kind adapters.Kind) *shelf {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kinds == nil {
		c.kinds = map[adapters.Kind]*shelf{}
	}
	if c.kinds[kind] == nil {
		c.kinds[kind] = &shelf{lock: make(chan struct{}, 1)}
	}
	return c.kinds[kind]
}
