# Everything a developer does, one target per intention. Nothing but Python 3.11, git and make is presumed:
# each target first makes .venv and brings it up to date when the lock has changed.

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test lint fmt journeys faults bench docs picture lock

PORT ?= 8000
VENV ?= .venv
BIN := $(VENV)/bin
ARGS ?=

help: ## List everything
	@echo "Onward. Start with: make demo"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/ready-to-run ## Run the demo series on http://127.0.0.1:8000 (PORT=9000 moves it)
	@exec $(BIN)/python site/manage.py demo --port $(PORT)

demo-reset: $(VENV)/ready-to-run ## Throw the demo's data away and run it anew
	@exec $(BIN)/python site/manage.py demo --port $(PORT) --fresh

test: $(VENV)/ready-to-develop ## Run every test but the two suites below (REQUIRE_ALL=1: nothing may be skipped)
	$(BIN)/python -X dev -m pytest -m "not journey and not faults" $(ARGS)

journeys: $(VENV)/ready-to-develop ## Walk the site in a real browser, with and without JavaScript
	$(BIN)/python -m pytest -m journey $(ARGS)

faults: $(VENV)/ready-to-develop ## Kill workers and take services away while mail goes out
	$(BIN)/python -m pytest -m faults $(ARGS)

lint: $(VENV)/ready-to-develop ## Check style, types, templates and which module may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy blog/onward_blog polls/onward_polls newsletter/onward_newsletter site/onward_site
	git ls-files -z '*.html' | xargs -0 -r $(BIN)/djade --target-version 5.2 --check
	$(BIN)/lint-imports

fmt: $(VENV)/ready-to-develop ## Format code and templates
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	-git ls-files -z '*.html' | xargs -0 -r $(BIN)/djade --target-version 5.2

bench: $(VENV)/ready-to-develop ## Measure pages, votes and mail on this machine; writes var/bench.json
	$(BIN)/python -m tests.bench $(ARGS)

docs: $(VENV)/ready-to-develop ## Check that every link and command in the documentation exists
	$(BIN)/python -m pytest tests/architecture/test_documentation.py $(ARGS)

picture: $(VENV)/ready-to-develop ## Take the README's picture again, from the running demo
	$(BIN)/python -m tests.journeys.take_picture

lock: ## Compile the lock files anew (needs uv)
	uv pip compile $(LOCK_OPTIONS) pyproject.toml -o requirements.lock
	uv pip compile $(LOCK_OPTIONS) --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

# "fewest": one version of Django for every Python, not the newest that each could run.
LOCK_OPTIONS := --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-header --quiet --extra site --group build

# The first Python that is new enough and can make a virtual environment; names that only exist as shims fail here.
find_python = for python in $(PYTHON) python3.13 python3.12 python3.11 python3.14 python3; do \
	$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && break; \
	python=; done

$(BIN)/python:
	@$(find_python); \
	if [ -z "$$python" ]; then \
	  echo "Onward needs Python 3.11 or newer with its venv module, and found none." >&2; \
	  echo "On Debian and Ubuntu: apt-get install python3 python3-venv. Or name one: make PYTHON=/path/to/python3" >&2; \
	  exit 1; fi; \
	echo "Making $(VENV) with $$($$python --version) ..."; \
	$$python -m venv $(VENV)

# Hashes first, then the project itself; pip does nothing for what is there already.
install = $(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r $(1) \
	&& $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .

$(VENV)/ready-to-run: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the site needs (about 70 packages, once) ..."
	@$(call install,requirements.lock)
	@touch $@

$(VENV)/ready-to-develop: requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the site and its tests need (about 120 packages, once) ..."
	@$(call install,requirements-dev.lock)
	@touch $@ $(VENV)/ready-to-run
