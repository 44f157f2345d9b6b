package driver

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// catalog keeps the definitions of each kind for a while. One load at a time: a
// caller that waited for another's takes what that one brought. Who can do with
// what is kept does not wait for a load that somebody else needs.
type catalog struct {
	load     func(context.Context, adapters.Kind) ([]adapters.Definition, error)
	lifetime time.Duration

	mu    sync.Mutex // of all that is kept, never held while loading
	kinds map[adapters.Kind]*shelf
}

// patience is how long old definitions do after newer ones could not be had: who
// waited for that is not to wait once more, one after the other.
const patience = 10 * time.Second

// shelf holds the definitions of one kind.
type shelf struct {
	loading     chan struct{} // a lock; a channel, so that a caller whose context ends stops waiting
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

// glance loads definitions that are of use and not needed: not where that has just
// failed.
func (c *catalog) glance(ctx context.Context, kind adapters.Kind) {
	kept := c.shelf(kind)
	c.mu.Lock()
	failed := kept.failed
	c.mu.Unlock()
	if time.Since(failed) >= patience {
		_, _, _ = c.known(ctx, kind)
	}
}

// held returns the definitions that were loaded last, however old, and loads none.
func (c *catalog) held(kind adapters.Kind) []adapters.Definition {
	definitions, _ := c.kept(c.shelf(kind), func(*shelf) bool { return true })
	return definitions
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
	if definitions, ok := c.kept(kept, good); ok {
		return definitions, false, nil
	}
	select {
	case kept.loading <- struct{}{}:
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	defer func() { <-kept.loading }()
	if definitions, ok := c.kept(kept, good); ok { // loaded while this one waited
		return definitions, false, nil
	}
	begun := time.Now() // what changes while loading may be missing
	c.mu.Lock()
	kept.begun++
	number := kept.begun
	c.mu.Unlock()
	definitions, err := c.load(ctx, kind)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		if ctx.Err() == nil {
			kept.failed = time.Now()
		}
		if oldToo && kept.definitions != nil && ctx.Err() == nil {
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

// kept returns what a shelf holds, if that is good.
func (c *catalog) kept(s *shelf, good func(*shelf) bool) ([]adapters.Definition, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return s.definitions, s.definitions != nil && good(s)
}

func (c *catalog) shelf(kind adapters.Kind) *shelf {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kinds == nil {
		c.kinds = map[adapters.Kind]*shelf{}
	}
	if c.kinds[kind] == nil {
		c.kinds[kind] = &shelf{loading: make(chan struct{}, 1)}
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
