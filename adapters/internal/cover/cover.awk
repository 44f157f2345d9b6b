# What of the hand-written code the tests run, from a profile of go test
# -coverprofile: a row for each package, and all of it. It fails below AT_LEAST
# percent. With MISSING, a folder, the lines there that no test runs come first.
#
# usage: awk -v AT_LEAST=90 -v MISSING= -f cover.awk FILES… PROFILE
# where FILES… is every Go file of the code: generated ones are left out.

# A block stands in the profile once for each package that was tested.
FILENAME == ARGV[ARGC-1] {
	if (/^mode:/) next
	block = $1
	statements[block] = $2
	runs[block] += $3
	next
}

FNR < 20 && /^\/\/ Code generated .* DO NOT EDIT\.$/ { generated[FILENAME] = 1 }

END {
	for (block in statements) {
		split(block, parts, ":")
		file = substr(parts[1], index(parts[1], "/adapters/") + 1)
		if (file in generated) continue
		folder = file
		sub(/\/[^\/]*$/, "", folder)
		all[folder] += statements[block]
		if (runs[block] > 0) {
			covered[folder] += statements[block]
		} else if (MISSING != "" && index(file, MISSING) == 1) {
			split(parts[2], from, ".")
			printf "%s:%d\t%d statements\n", file, from[1], statements[block] | "sort -t: -k1,1 -k2,2n"
		}
	}
	close("sort -t: -k1,1 -k2,2n")
	for (folder in all) {
		printf "%6.1f%%  %s\n", 100 * covered[folder] / all[folder], folder | "sort -k2"
		total += all[folder]
		seen += covered[folder]
	}
	close("sort -k2")
	if (!total) {
		print "the profile holds no statement: run the tests first"
		exit 1
	}
	share = 100 * seen / total
	printf "%6.1f%%  all %d statements\n", share, total
	if (share < AT_LEAST) {
		printf "the tests have to run %d %% of the statements; see which they do not with: make cover MISSING=adapters/FOLDER\n", AT_LEAST
		exit 1
	}
}
