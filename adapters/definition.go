package adapters

// Definition is what a vendor knows of one attribute.
type Definition struct {
	Key         string // the vendor's key: what names turn into
	Name        string // a second, readable name where the vendor has one (Dixa's identifier)
	Label       string // what people see
	Description string // for people, may be empty
	Kind        Kind   // the kind of record it belongs to
	Type        string // the vendor's own word for the type, for example "list" or "Select"
	Archived    bool   // no longer in use: it cannot be set by name
}
