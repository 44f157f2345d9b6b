package bulk_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
	"github.com/deskattr/deskattr/adapters/memory"
)

// Rows come from a file as a spreadsheet saves it. What fails is written for
// somebody to mend.
func ExampleCSV() {
	desk := memory.New()
	desk.Put(adapters.ContactRef("7"), nil)
	file := strings.NewReader("id;Plan;Seats\n7;pro;1.250,5\n8;free;many\n")

	in, err := bulk.CSV(file, bulk.CSVOptions{
		Kind:        adapters.Contact,
		Columns:     map[string]string{"Plan": "plan", "Seats": "seats"},
		Definitions: map[adapters.Kind][]adapters.Definition{adapters.Contact: {{Key: "seats", Type: adapters.TypeNumber}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var mend strings.Builder
	rejects := in.Rejects(&mend)
	summary, err := bulk.Apply(context.Background(), in.Rows(), bulk.Options{
		Adapter: desk,
		Event: func(e bulk.Event) {
			if err := rejects.Add(e); err != nil {
				fmt.Println(err)
			}
		},
	})
	fmt.Println(summary.Done, "done,", summary.Failed, "failed", err)
	fmt.Print(strings.ReplaceAll(mend.String(), "\r", ""))
	fmt.Println(string(desk.Stored(adapters.ContactRef("7"))["seats"]))

	// Output:
	// 1 done, 1 failed <nil>
	// deskattr_line;deskattr_code;deskattr_reason;id;Plan;Seats
	// 3;wrong_type;"line 3 (byte 28): attribute ""seats"": invalid: column ""Seats"": the attribute is of type number, and the cell is none: write it as 1234,5 or 1.234,5 or 1234.5, without a unit and without zeros in front";8;free;many
	// 1250.5
}
