# Behind each target is a script in tools/, which says what it does and brings what it needs.
.DEFAULT_GOAL := help
.PHONY: help run dev test check build dist coverage bench seed screenshots clean-cache

help: ## list these targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

run: ## build Latchkey and start it; prints the address to open
	@tools/run.sh

test: ## run every test and lint; the last line counts what passed and failed
	@tools/test.sh

dev: ## start the development server, which builds again at each change
	@tools/dev.sh

check: ## formatting and lints alone
	@tools/check.sh

build: ## build the release: target/release/latchkey and target/site
	@tools/wasm-target.sh && cargo xtask build --release

dist: ## make the one file that is deployed: target/dist/latchkey
	@tools/dist.sh

coverage: ## print line coverage by file, engine and server
	@tools/coverage.sh

bench: ## measure speed, memory, sizes and how alike answers are, beside the machine's own limits, and a big base beside a small one
	@tools/bench.sh

seed: ## fill the database LATCHKEY_DATABASE_URL with a million users and three million sessions
	@tools/seed.sh

screenshots: ## make the pictures of all screens anew, and docs/screens.md
	@tools/screenshots.sh

clean-cache: ## remove the tools that these scripts brought
	@tools/clean-cache.sh
