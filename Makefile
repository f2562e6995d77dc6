# The project's commands. They need Python 3.11 or later with pip, cargo, git and make; the rest comes into .venv.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

BIN := .venv/bin
PYTHON_SOURCES := python benchmarks generate tests
# Tests run in two processes, each with a server of its own; in one where DATABASE_URL names the
# only server, and tests count what is open there. A file stays whole: its tests share tables. The
# order of the files stays, too, for those that take longest come first.
WORKERS := $(if $(DATABASE_URL),0,2)
PYTEST := $(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder
# What the engine is built from: a build is skipped while none of it is newer than the last one.
ENGINE_SOURCES := $(shell find crates -type f) Cargo.toml Cargo.lock pyproject.toml

# The interpreter that cargo builds the binding for, named just as maturin names it.
export PYO3_PYTHON := $(CURDIR)/.venv/bin/python
unexport PYTHONPATH PYTHONHOME

##@ Everyday

.PHONY: help
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

.PHONY: bench
bench: build-release ## Compare all frameworks, measure the newest commits, publish the site
	$(BIN)/python benchmarks/bench_postgres_comparison.py
	$(BIN)/python -m benchmarks.history
	$(MAKE) --no-print-directory publish

.PHONY: test
test: test-engine test-unit test-integration ## Run all tests

.PHONY: lint
lint: build ## Check style, types and stubs, in Python and Rust
	$(BIN)/ruff check $(PYTHON_SOURCES)
	$(BIN)/ruff format --check $(PYTHON_SOURCES)
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest data_bridge._engine
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

.PHONY: format
format: .venv/synced ## Format the sources and mend what the linter can mend
	$(BIN)/ruff check --fix-only $(PYTHON_SOURCES)
	$(BIN)/ruff format $(PYTHON_SOURCES)
	cargo fmt --all

.PHONY: sqlstates
sqlstates: .venv/synced ## Write the classes of errors from PostgreSQL's list of SQLSTATEs
	$(BIN)/python -m generate.sqlstates

##@ Build

.PHONY: build
build: .venv/built-debug ## Build the engine for tests (quick to build)

.PHONY: build-release
build-release: .venv/built-release ## Build the engine for measurements (quick to run)

# There is one engine in the tree at a time, so each of the two stamps unmakes the other.
.venv/built-debug: .venv/synced $(ENGINE_SOURCES)
	rm -f .venv/built-release
	$(BIN)/maturin develop --uv --locked
	touch $@

.venv/built-release: .venv/synced $(ENGINE_SOURCES)
	rm -f .venv/built-debug
	$(BIN)/maturin develop --uv --locked --release
	touch $@

.venv/synced: requirements.lock
	.ci/make-venv
	touch $@

.PHONY: lock
lock: .venv/synced ## Pin the newest versions of everything in requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock \
		$(foreach group,env build test bench lint,--group pyproject.toml:$(group))
	$(MAKE) --no-print-directory .venv/synced

.PHONY: clean
clean: ## Remove everything that was built or installed; results and site stay
	rm -rf .venv .asv target python/data_bridge/*.so .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find $(PYTHON_SOURCES) -name __pycache__ -prune -exec rm -rf {} +

##@ Tests, one kind at a time

.PHONY: test-engine
test-engine: ## Test the engine in Rust
	cargo test --locked --package data-bridge-postgres

.PHONY: test-unit
test-unit: build ## Test what needs no server
	$(PYTEST) tests/unit

.PHONY: test-integration
test-integration: build ## Test against a real server (embedded, or DATABASE_URL)
	$(PYTEST) tests/integration

.PHONY: test-gate
test-gate: .venv/synced ## Test that the gate stops slower commits, on a quiet machine (builds three)
	$(BIN)/pytest tests/gate

##@ Performance

# Results are kept by machine: make regressions MACHINE=amd-epyc-2-cores-x86-64 looks at another's.
OF_MACHINE := $(if $(MACHINE),--machine $(MACHINE))

.PHONY: measure
measure: build-release ## Measure everything for the site: make measure PROFILE=regular
	$(BIN)/python -m benchmarks.measure --profile $(or $(PROFILE),regular) --loop $(or $(LOOP),asyncio)

.PHONY: studies
studies: build-release ## Answer what the time of one call does not: make studies NAMES="load memory" PROFILE=regular
	$(BIN)/python -m benchmarks.studies $(NAMES) --profile $(or $(PROFILE),quick)

.PHONY: flame-graphs
flame-graphs: ## Draw where the client's time goes, into docs/performance/ (needs perf and inferno)
	rm -f .venv/built-release
	CARGO_PROFILE_RELEASE_DEBUG=1 CARGO_PROFILE_RELEASE_STRIP=none $(MAKE) --no-print-directory build-release
	$(BIN)/python -m benchmarks.flame_graph

.PHONY: gate
gate: .venv/synced ## Stop what is slower: make gate BASE=main (ends with 0, 1 slower, 2 not measured)
	$(BIN)/python -m benchmarks.gate --base $(or $(BASE),main)

.PHONY: history
history: build-release ## Measure commits: make history RANGE=v0.1..main PROFILE=quick (default: the newest without results)
	$(BIN)/python -m benchmarks.history --profile $(or $(PROFILE),quick) $(OF_MACHINE) $(RANGE)

.PHONY: regressions
regressions: .venv/synced ## Name the commits that made something slower: make regressions RANGE=v0.1..main
	$(BIN)/python -m benchmarks.history.regressions $(OF_MACHINE) $(RANGE)

.PHONY: compare
compare: .venv/synced ## Compare two measured commits: make compare BASE=v0.1 HEAD=main (default: the newest two)
	$(BIN)/python -m benchmarks.history.compare $(OF_MACHINE) \
		$(if $(BASE),--base $(BASE)) $(if $(HEAD),--head $(HEAD))

.PHONY: publish
publish: .venv/synced ## Make the site in html/ from results/
	$(BIN)/python -m benchmarks.site
	@echo "The site is in html/; 'make serve' shows it."

.PHONY: serve
serve: .venv/synced ## Show the site on this machine: make serve PORT=8000
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory html $(or $(PORT),8000)
