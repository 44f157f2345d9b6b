package driver

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// catalog keeps the definitions of each kind for a while. One load at a time: a
// caller that waited for another's takes what that one brought.
type catalog struct {
	load     func(context.Context, adapters.Kind) ([]adapters.Definition, error)
	lifetime time.Duration

	mu    sync.Mutex // of the map and of begun, never held while loading
	kinds map[adapters.Kind]*shelf
}

// patience is how long old definitions do after newer ones could not be had: who
// waited for that is not to wait once more, one after the other.
const patience = 10 * time.Second

// shelf holds the definitions of one kind. Its lock is a channel, so that a
// caller whose context ends stops waiting.
type shelf struct {
	lock        chan struct{}
	definitions []adapters.Definition
	loaded      time.Time
	failed      time.Time // when they could not be loaded
	number      int       // of the load that brought them
	begun       int       // how many loads were begun
}

// known returns definitions that are young enough, and whether they were loaded
// just now. Where newer ones cannot be had, old ones are better than none.
func (c *catalog) known(ctx context.Context, kind adapters.Kind) ([]adapters.Definition, bool, error) {
	return c.get(ctx, kind, true, func(s *shelf) bool {
		return time.Since(s.loaded) < c.lifetime || time.Since(s.failed) < patience
	})
}

// newest returns definitions whose loading began after the call. Loads are
// counted, because two of them can fall into one tick of a clock.
func (c *catalog) newest(ctx context.Context, kind adapters.Kind) ([]adapters.Definition, error) {
	kept := c.shelf(kind)
	c.mu.Lock()
	before := kept.begun
	c.mu.Unlock()
	definitions, _, err := c.get(ctx, kind, false, func(s *shelf) bool { return s.number > before })
	return definitions, err
}

func (c *catalog) get(ctx context.Context, kind adapters.Kind, oldToo bool, good func(*shelf) bool) ([]adapters.Definition, bool, error) {
	kept := c.shelf(kind)
	select {
	case kept.lock <- struct{}{}:
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	defer func() { <-kept.lock }()
	if kept.definitions != nil && good(kept) {
		return kept.definitions, false, nil
	}
	begun := time.Now() // what changes while loading may be missing
	c.mu.Lock()
	kept.begun++
	number := kept.begun
	c.mu.Unlock()
	definitions, err := c.load(ctx, kind)
	if err != nil {
		if oldToo && kept.definitions != nil && ctx.Err() == nil {
			kept.failed = time.Now()
			return kept.definitions, false, nil
		}
		return nil, false, err
	}
	if definitions == nil {
		definitions = []adapters.Definition{}
	}
	kept.definitions, kept.loaded, kept.number = definitions, begun, number
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

// copies are definitions that the caller may change: ours are for all calls.
func copies(definitions []adapters.Definition) []adapters.Definition {
	definitions = slices.Clone(definitions)
	for i := range definitions {
		definitions[i].Choices = copiedChoices(definitions[i].Choices)
		definitions[i].Raw = slices.Clone(definitions[i].Raw)
	}
	return definitions
}

func copiedChoices(choices []adapters.Choice) []adapters.Choice {
	choices = slices.Clone(choices)
	for i := range choices {
		choices[i].Choices = copiedChoices(choices[i].Choices)
	}
	return choices
}
