# Every target sets up what it needs; a second call is instant.
# Needed beforehand: Python 3.11 or newer with venv, and make. Nothing else.

PYTHON ?= python3
VENV ?= .venv
UV_VERSION = 0.13.9
BIN = $(VENV)/bin
READY = $(VENV)/.ready

# uv does not read PIP_CERT; an office's own certificates count for both.
ifdef PIP_CERT
export SSL_CERT_FILE ?= $(PIP_CERT)
endif

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-rest test-all test-postgres check lint types docs bench bench-peers soak soak-laws soak-sqlite soak-postgres format lock frontend frontend-tools clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Blockplan needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Name another one: make PYTHON=python3.13 ..."; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo "The venv module is missing; install it (Debian: python3-venv) and call make again."; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements.lock
	@VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m blockplan.cli.first_start # compiles what a first start needs
	@touch $(READY)

setup: $(READY) ## the virtual environment in .venv, from hashed requirements.lock

demo: $(READY) ## the whole way on the reference plan; ends with what to open
	@$(BIN)/blockplan demo --out build/demo

# Tests run beside each other in processes that have ports, databases and folders of their own; the tests of a
# module stay together, so that what they share is made once, and modules that take long come first (tests/conftest.py),
# so that no worker is left alone with one. What Python compiles is kept, also where it is told
# not to (as in many containers): to collect the tests takes 7 CPU s in place of 16.
WORKERS ?= 2
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadscope --no-loadscope-reorder

test: $(READY) ## the tests of every day, in minutes, or some of them: make test TESTS=tests/check
	$(PYTEST) -m "not (soak or long or browser)" --hypothesis-profile few $(TESTS)

test-rest: $(READY) ## what `make test` leaves out; installs the tools of the pages where Node is there
	@test -d frontend/node_modules || ! command -v npm >/dev/null || $(MAKE) --no-print-directory frontend-tools \
		|| echo "The tools of the pages could not be installed; tests that need them will say so."
	$(PYTEST) -m "not soak and (long or browser)" $(TESTS)

test-all: test test-rest ## all tests but those marked soak

test-postgres: $(READY) ## the tests of the web service on PostgreSQL 17 (Debian: postgresql-17), in clusters of their own
	$(PYTEST) tests/portal --database postgresql --hypothesis-profile few -m "not (soak or no_database) and (not browser or whole_way)"

check: lint types docs ## format, lint, types, order of the rooms, docs

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(READY)
	$(BIN)/mypy

docs: $(READY) ## the documentation, in build/docs
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs build/docs

bench: $(READY) ## benchmarks on generated data (and on ../shared/data where it is present)
	$(BIN)/python benchmarks/check.py
	$(BIN)/python benchmarks/grouping.py

# Each by itself, so that one which does not install leaves the others alone.
PEERS = pandana==0.8 scipy networkx networkit rustworkx igraph iduedu==2.3.0 objectnat==2.1.0 cityseer==5.8.0 \
	spopt pulp pymoo==0.6.2

bench-peers: $(READY) ## the engines that benchmarks compare with (--peers), in .venv-peers
	@test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	@for peer in $(PEERS); do \
		$(BIN)/uv pip install --quiet --python .venv-peers/bin/python "$$peer" \
			&& echo "$$peer: installed" || echo "$$peer: could not be installed, and is left out"; \
	done

# Two at a time; where one fails the others go on. BLOCKPLAN_SOAK_TIMES=5 makes it five times as long.
soak: export BLOCKPLAN_SOAK = 1
soak: $(READY) ## the long runs, half an hour on two cores: the laws with many random examples, and tests marked soak
	@$(MAKE) --no-print-directory --keep-going --jobs 2 --output-sync soak-laws soak-sqlite soak-postgres

soak-laws: $(READY)
	$(BIN)/python -m pytest -m "soak or hypothesis" --ignore tests/portal

soak-sqlite: $(READY)
	$(BIN)/python -m pytest tests/portal -m "soak or hypothesis"

soak-postgres: $(READY)
	$(BIN)/python -m pytest tests/portal -m soak --database postgresql

format: $(READY) ## put the sources into house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(READY) ## renew requirements.lock from pyproject.toml
	$(BIN)/uv lock --quiet --upgrade
	$(BIN)/uv export --quiet --no-emit-project --all-groups --format requirements-txt --no-header --output-file requirements.lock

frontend-tools: ## the TypeScript compiler, axe and html-validate, in frontend/node_modules (needs Node 20 with npm)
	@npm ci --prefix frontend --silent

frontend: frontend-tools ## build the verifier for browsers and Node from frontend/verify
	@npm run --prefix frontend --silent build

clean: ## remove what was made
	rm -rf build $(VENV)
