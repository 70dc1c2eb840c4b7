# Everything a checkout needs, on a fresh machine with make and Python ≥ 3.11 (Debian: apt-get install make python3-venv).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Also holds for the build backend, which pip installs into an environment of its own
PIP := PIP_CONSTRAINT=$(CURDIR)/constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip --quiet
PORT ?= 8000
# Test processes. The slow tests start processes of their own, so more than one a core gains nothing
JOBS ?= auto
# The long bench: how many postings, and where what it builds is kept for the next time
ROWS ?= 11240000
BENCH ?=

.DEFAULT_GOAL := help
.PHONY: help install demo test check lint types pytest bench bench-full translations clean

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/.runtime ## Make .venv with pinned versions; again when setup.cfg or constraints.txt change

demo: install ## Build the sample catalogue and serve it on PORT (8000)
	$(BIN)/haoke demo --port $(PORT)

test: check pytest ## Install, lint, check types, run all tests

check: lint types

lint: $(VENV)/.test ## ruff
	$(BIN)/ruff check

types: $(VENV)/.test ## mypy
	$(BIN)/mypy

pytest: $(VENV)/.test
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

bench: $(VENV)/.test ## Measure building, searching, peaks and trouble on 30,000 rows: one table, in less than ten minutes
	$(BIN)/python -m bench.report --short

bench-full: $(VENV)/.test ## The same on ROWS (11240000) postings, kept in BENCH (a temporary folder): some hours and 40 GB
	$(BIN)/python -m bench.report --full --rows $(ROWS) $(if $(BENCH),--folder $(BENCH))

translations: $(VENV)/.test ## Bring the texts for translators up to date and compile them
	$(BIN)/python -m data.scripts.translations

clean: ## Remove .venv, caches and builds
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is written last: an install that was cut off starts again from nothing
$(VENV)/.runtime: setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "haoke needs Python 3.11 or newer; name one: make PYTHON=python3.12 …" >&2; exit 1; }
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.runtime
	$(PIP) install --editable '.[test]'
	@touch $@
