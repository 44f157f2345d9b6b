//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package locker

func try(path string) (unlock func(), err error) { return create(path) }
