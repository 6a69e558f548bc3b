# Thin: every target is one script. `make run` and `make test` set up what is missing by themselves.
.PHONY: run test check fix dev gen e2e bench dist fuzz clean help
.DEFAULT_GOAL := help

run:   ## build and serve the demo company on http://127.0.0.1:8080 (LISTEN=host:port to change)
	@scripts/run.sh
test:  ## everything CI runs: lints, licences, unit, property, oracle and browser tests
	@python3 scripts/test.py
check: ## the quick part of it: format, typos, unused and forbidden dependencies, clippy, web checks
	@python3 scripts/test.py --only setup,format,typos,unused-deps,one-build,deny,advisories,web,e2e-check,clippy
fix:   ## format and repair what tools can repair
	@scripts/fix.sh
dev:   ## web app with hot reload (port 5173) in front of a running server (port 8080)
	@scripts/dev.sh
gen:   ## OpenAPI description from the binary, TypeScript client from the description
	@scripts/gen.sh
e2e:   ## all browser tests (UPDATE_SCREENS=1 renews docs/screens)
	@scripts/e2e.sh
bench: ## side by side with DuckDB; writes bench/results.md (BENCH_SCALE=0.1 for a tenth of the rows)
	@scripts/bench.sh
dist:  ## a stripped archive, a wheel that carries the binary, and what the Dockerfile copies, in dist/
	@scripts/dist.sh
fuzz:  ## every fuzz target for FUZZ_SECONDS (default 120) each
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-120} scripts/fuzz.sh
clean: ## remove build results and demo data; keeps downloaded tools
	@scripts/clean.sh
help:
	@grep -E '^[a-z0-9]+: *##' $(MAKEFILE_LIST) | sed 's/: *## */\t/' | expand -t 8
