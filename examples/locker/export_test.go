package locker

// Created is the folder as it is on systems without flock.
func Created(f *Folder) *Folder { return &Folder{path: f.path, try: create} }
