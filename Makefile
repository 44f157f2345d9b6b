.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: ## one update at each vendor's fake: what was sent, before and after
	@go run ./cmd/deskattr demo

test: ## all tests
	go test ./...

generate: ## write gen/ anew from specs/, without the network
	rm -rf gen
	go generate ./...

coverage: ## what of the vendors' published APIs can be called
	@go run ./cmd/specs coverage

specs-check: ## are the documents valid, in our form, and agreed with their sources?
	@go run ./cmd/specs check

VENDOR ?= chatwoot
specs-drift: ## what changed at VENDOR (chatwoot) since our document was held against its own; with FROM=FILE for others
	@tool=$$(mktemp) && trap 'rm -f $$tool' EXIT && go build -o $$tool ./cmd/specs && \
		$$tool pull $(VENDOR) $(if $(FROM),--from '$(FROM)') && $$tool drift $(VENDOR)

MISSING ?=
cover: ## what of the code below adapters/ the tests run, at least 90 %; MISSING=adapters/chatwoot lists the lines there that none runs
	@profile=$$(mktemp) && trap 'rm -f $$profile' EXIT && \
		{ out=$$(go test -coverpkg=./adapters/... -coverprofile=$$profile ./adapters/... 2>&1) || { echo "$$out"; exit 1; }; } && \
		awk -v AT_LEAST=90 -v MISSING='$(MISSING)' -f adapters/internal/cover/cover.awk $$(git ls-files 'adapters/*.go') $$profile

ONLY ?=
mutate: ## breaks what retries, limits and merges, one small fault at a time: which does no test see? (an hour and more; ONLY=merge.go for less)
	@go run ./adapters/internal/mutate -only '$(ONLY)'

examples: ## the examples, a module of their own
	cd examples && go vet ./... && go test ./...

SEQUENCES ?= 10000
model: ## SEQUENCES random sequences of calls and failures, and interleavings of writers, for each vendor and kind (minutes)
	go test ./adapters/chatwoot ./adapters/kustomer ./adapters/dixa -timeout 60m -run 'TestModel|TestInterleavings' -rapid.checks=$(SEQUENCES)

suite: ## the conformance suite of the three adapters, as a table
	@go run ./cmd/specs suite

# Rounds instead of -count: the clients take turns, so that whatever else the
# machine does meets them all.
BENCHCOUNT ?= 6
BENCHTIME ?= 1s
BENCHSTAT = go run golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
bench: ## what a call of an adapter costs beside clients without the contract: BENCHCOUNT rounds (6), a minute or two each
	@dir=$$(mktemp -d) && trap 'rm -rf $$dir' EXIT && go test -c -o $$dir/bench.test ./adapters/internal/bench && cd adapters/internal/bench && \
		for round in $$(seq $(BENCHCOUNT)); do \
			echo "round $$round of $(BENCHCOUNT)" >&2; \
			$$dir/bench.test -test.run '^$$' -test.bench . -test.benchmem -test.benchtime $(BENCHTIME) >>$$dir/figures || { cat $$dir/figures; exit 1; }; \
		done && $(BENCHSTAT) -filter '-.name:Ratio' -col '/client@(handwritten lean stock deskattr)' $$dir/figures && $(BENCHSTAT) -filter '.unit:x-handwritten' ours=$$dir/figures

bench-size: ## how long our clients take to build and how large they are, beside the stock template
	@go run ./cmd/specs size

report-shot: ## the report of a made-up run, and pictures of its page, in a new folder; needs chromium
	@set -e; dir=$$(mktemp -d); \
	out=$$(go test ./adapters/bulk -run '^TestShot$$' -shot "$$dir" 2>&1) || { echo "$$out"; exit 1; }; \
	echo "$$dir/report.html"; \
	browser=$$(command -v chromium || command -v chromium-browser || command -v google-chrome) || \
		{ echo "no pictures: chromium is missing; install it (Debian: apt-get install chromium)"; exit 0; }; \
	shot() { "$$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --user-data-dir="$$dir/profile-$$1" --hide-scrollbars --window-size=$$2 $$3 \
		--screenshot="$$dir/$$1.png" "file://$$dir/report.html" >"$$dir/$$1.log" 2>&1 || true; \
		test -s "$$dir/$$1.png" || { cat "$$dir/$$1.log"; exit 1; }; echo "$$dir/$$1.png"; }; \
	shot light 1100,1900; shot dark 1100,1900 --blink-settings=preferredColorScheme=0; shot phone 390,2600

check: format vet lint specs-check examples drift race fuzz ## what CI runs beside the tests

format: ## is the code formatted?
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "$$out"; echo "mend with: gofmt -w $$(echo $$out)"; exit 1; }

vet:
	go vet ./...

lint: ## the linters listed in .golangci.yml
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run --timeout 10m ./...

drift: generate ## is gen/ what specs/ say, specs/*/adapter.tsv what the tests reach, README.md what the suite gives, and go.mod what the code needs?
	@out=$$(git status --porcelain -- gen adapters/internal/bench/stock); test -z "$$out" || { echo "$$out"; echo "this is not what specs/ say; mend with: make generate, and commit it"; exit 1; }
	@out=$$(go run ./cmd/specs tests --check 2>&1) || { echo "$$out"; exit 1; }
	@go run ./cmd/specs suite --check --write README.md
	@go mod tidy -diff || { echo "mend with: go mod tidy"; exit 1; }

# Under the race detector everything takes ten times as long: -short makes up fewer
# random runs and rows. As many as it takes are made up in make test.
race: ## all tests under the race detector, fewer rounds of each; needs a C compiler
	@command -v $${CC:-cc} >/dev/null || { echo "the race detector needs a C compiler (cc), which is missing; install gcc"; exit 1; }
	CGO_ENABLED=1 go test -race -short -timeout 20m ./...

FUZZTIME ?= 5s
# Go 1.26 may report the end of -fuzztime as a failure of its own where the machine
# is busy (go.dev/issue/75804): that line alone is none.
fuzz: ## each fuzz target for FUZZTIME
	@grep -rlE '^func Fuzz' --include='*_test.go' . | while read -r file; do \
		for target in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9_]+)\(.*/\1/p' $$file); do \
			echo "$$(dirname $$file) $$target"; \
			out=$$(go test $$(dirname $$file) -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s 2>&1) || \
			echo "$$out" | grep -A1 -- "^--- FAIL: $$target (" | grep -qx '    context deadline exceeded' || \
			{ echo "$$out"; echo "the input that fails was written below $$(dirname $$file)/testdata: mend the code, and commit it"; exit 1; }; \
		done; \
	done

.PHONY: help demo test generate coverage specs-check specs-drift cover mutate examples model suite bench bench-size report-shot check format vet lint drift race fuzz
