package adapters

import "encoding/json"

// Type says what an attribute holds, in the same word at every vendor.
type Type string

// What an attribute may hold.
const (
	TypeUnknown Type = ""       // the vendor does not say, or says something new
	TypeText    Type = "text"   // any text
	TypeNumber  Type = "number" // money and percentages too
	TypeBool    Type = "bool"
	TypeDate    Type = "date" // a day, written 2026-01-31
	TypeTime    Type = "time" // a moment
	TypeLink    Type = "link" // a URL
	TypeChoice  Type = "choice"
	TypePath    Type = "path" // the choices from the root of a tree down to one, as a List
)

// Definition is what a vendor knows of one attribute.
type Definition struct {
	Key         string // the vendor's key: what names turn into
	Name        string // a second, readable name for it where there is one (Dixa's identifier, a key at Kustomer without its ending)
	Label       string // what people see
	Description string // for people, may be empty
	Kind        Kind   // the kind of record it belongs to

	Type       Type
	VendorType string // the vendor's own word for it, for example "list" or "Select"

	Choices   []Choice // of a choice or path; nil: any value goes
	LeafOnly  bool     // only a choice without further ones below it may be set
	Multi     bool     // holds a List of such values
	MaxLength int      // of a text, in code points; 0: no limit is known
	Pattern   string   // a regular expression that a text has to match somewhere, as the vendor writes it; "" if there is none

	Archived bool // no longer in use: it cannot be set by name
	ReadOnly bool // the vendor lets nobody set it through its API
	Masked   bool // reading may give stars in place of the value, which are never to be written back

	Raw json.RawMessage // the vendor's own object, with all it has
}

// Choice is one value that an attribute may be set to.
type Choice struct {
	Value   string // what is stored
	Label   string // what people see
	Choices []Choice
	Retired bool // may be stored, and can no longer be chosen
}
