# `make` lists the targets. Each installs what it needs into .venv from the lock.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# Each process that a test starts would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: help
help: ## List the targets.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

$(READY): requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say PYTHON=python3.12.")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

.PHONY: demo
demo: $(READY) ## Open the pretend workspace: one address for your browser, no account anywhere.
	$(BIN)/redbutton demo

.PHONY: story
story: $(READY) ## Play a short story in the terminal: bot, workspace, database, policy and record.
	$(BIN)/redbutton demo --story

.PHONY: test
test: $(READY) ## Run the whole test suite.
	$(BIN)/pytest -n 3 --dist worksteal

.PHONY: check
check: $(READY) ## Lint, types, arrows, conventions.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/conventions

.PHONY: coverage
coverage: $(READY) ## Run the tests and hold coverage to its bounds.
	$(BIN)/pytest -n 2 --cov --cov-report=term

.PHONY: bench
bench: $(READY) ## Measure speed and size beside their baselines.
	$(BIN)/python -m benchmarks

.PHONY: soak
soak: $(READY) ## Run the whole kill and fault matrices.
	$(BIN)/pytest -n 2 -m soak --timeout=1800

.PHONY: screenshots
screenshots: $(READY) ## Take the pictures of docs/images from the running page; needs chromium.
	$(BIN)/python -m tests.browser.screenshots

.PHONY: docs
docs: $(READY) ## Write the generated reference pages.
	$(BIN)/python -m tests.conventions.reference

.PHONY: lock
lock: $(READY) ## Resolve the dependencies anew, with hashes.
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --group dev pyproject.toml -o requirements-dev.lock
	$(LOCK) --group build -o requirements-build.lock
