//go:build race

package matrix

// race tells that the race detector is at work.
const race = true
