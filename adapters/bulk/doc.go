// Package bulk sets attributes on many records through one adapter: in order for
// each record, many records at a time, with a journal from which a run goes on
// after any crash and is undone.
//
//	summary, err := bulk.Apply(ctx, rows, bulk.Options{
//		Adapter: desk, Workers: 8, Journal: "import.journal",
//		Run: bulk.Identity{Vendor: "dixa", Account: "acme", Host: "dev.dixa.io", Input: "sha256:…"},
//	})
//
// Rows are any iter.Seq2[Row, error]; [CSV] and [JSONLines] read them from files.
//
// # What a row goes through
//
// It is read, its record is looked up where it is not named by its id, and it
// waits until no other row for that record is on its way. Then the core reads the
// record, and what its attributes were is on disk before anything is sent
// (UpdateOption Before). After the answer the outcome is written, and the row
// counts once that is on disk too.
//
// # Counting
//
// Read = Done + Unchanged + Failed + Left, always. Left are the rows that were
// read and never begun or not finished, when a run ends early; a run that is
// resumed counts all rows of the input, whenever they were done.
//
// # Memory
//
// It does not grow with the input: a million rows take what ten thousand take,
// some 26 MB for the whole command with 32 workers. A run that is resumed keeps
// some eight bytes for each row, and some hundred for each row that failed.
//
// # Addresses that move
//
// A row that was done is not looked up again, and counts where it was done, also
// where its address leads to another record by now. One that is sent again, or that
// a row above it has written over since, goes where its address leads now.
package bulk
