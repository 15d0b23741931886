# Relance: `make` lists the targets.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.PHONY: help up kafka kafka-stop check test simulate breakages bench lock clean

PYTHON ?= python3
ARGS ?=
SEEDS ?= 1000
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# --only-binary: a fresh machine has no compiler, and a wheel says at once if it fits.
# --no-deps: a lock is complete, and pip asked to resolve takes what strangers released since.
INSTALL := $(PIP) install --require-hashes --no-deps --only-binary :all:
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links

help: ## List the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

up: .venv/runtime ## Install if needed, then run Relance on its home folder; ARGS="--empty" and the like
	@echo 'To use the command line elsewhere:  export PATH="$(CURDIR)/$(BIN):$$PATH"'
	@exec $(BIN)/relance up $(ARGS)

kafka: .venv/runtime ## Start a real Kafka broker for trying, on loopback, in .kafka; needs Java and Maven
	@$(BIN)/python -m tools.kafka start $(ARGS)

kafka-stop: .venv/runtime ## Stop it; its data stays
	@$(BIN)/python -m tools.kafka stop

check: .venv/dev ## Lint, types, layers, pure tests: under a minute, no server
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -q -n 2 -m 'not connected and not slow' $(ARGS)

test: check ## The gate: check, then what takes seconds or needs a server
	$(BIN)/python -m tests.simulation $(SEEDS)
	$(BIN)/python -m tests.servers.prepare
	$(BIN)/pytest -q -n 2 -m 'connected or slow' $(ARGS)
	$(BIN)/python -m tests.breakages --part

simulate: .venv/dev ## Play the whole loop on virtual time, a history a seed; SEEDS=10000 for a long look
	$(BIN)/python -m tests.simulation $(SEEDS) $(ARGS)

breakages: .venv/dev ## Take protections away one by one, and see a test notice each; ARGS=NAME for one
	$(BIN)/python -m tests.servers.prepare
	$(BIN)/python -m tests.breakages $(ARGS)

bench: .venv/dev ## Measure: enrolments per second, CPU, bytes, beside bare limits of the same run
	$(BIN)/python -m tests.bench $(ARGS)

lock: .venv/dev ## Resolve and hash the dependencies again; ARGS=--upgrade takes newer versions
	$(COMPILE) --extra install $(ARGS) -o requirements.lock
	$(COMPILE) --extra install --extra dev -c requirements.lock $(ARGS) -o requirements-dev.lock

clean: ## Remove what the tools left; keeps .venv and the home folder
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'Relance needs Python 3.11 or newer as `$(PYTHON)`.' >&2; \
		echo 'Run:  sudo apt-get install python3 python3-venv   (or: make PYTHON=/path/to/python3.11)' >&2; \
		exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo 'Python has no venv module here.' >&2; \
		echo 'Run:  sudo apt-get install python3-venv' >&2; \
		exit 1; }
	$(PYTHON) -m venv --clear .venv

# Stamps: a second run installs nothing, a changed lock installs again.
.venv/runtime: requirements.lock pyproject.toml | .venv/bin/pip
	@echo 'Installing into .venv (the first time downloads about 60 MB)'
	$(INSTALL) -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --no-index -e .
	$(BIN)/python -m pip --disable-pip-version-check check
	@touch $@

.venv/dev: requirements-dev.lock .venv/runtime
	@echo 'Installing the tools of the tests into .venv'
	$(INSTALL) -r requirements-dev.lock
	$(BIN)/python -m pip --disable-pip-version-check check
	@touch $@
