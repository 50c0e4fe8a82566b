# Every chore, one door. `make demo` and `make test` set up all they need on a fresh machine.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PORT ?= 8000
NAME ?=
BIN := .venv/bin
PACKAGES := exchange dictionary deid imaging connector analysis testkit
SOURCES := $(foreach p,$(PACKAGES),packages/cmr-$(p)/src) registry/src demo benchmarks drills
PROJECTS := pyproject.toml $(foreach p,$(PACKAGES),packages/cmr-$(p)/pyproject.toml) registry/pyproject.toml
EDITABLE := $(foreach p,$(PACKAGES),-e packages/cmr-$(p)) -e registry
NO_EMIT := --no-emit-package cmr-workspace --no-emit-package cmr-registry \
  $(foreach p,$(PACKAGES),--no-emit-package cmr-$(p))
COMPILE := $(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url \
  --custom-compile-command "make lock" $(NO_EMIT)
PYTEST := $(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder
COVERED := $(BIN)/coverage run $(PYTEST)

.PHONY: help install demo demo-reset test check unit coverage fix bench drill viewer docs lock

help:  ## say what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 16

install: .venv/.installed  ## create .venv with every command of the house

.venv/bin/uv: requirements/uv.txt
	@scripts/ensure-system python
	test -x $(BIN)/python || scripts/python -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/.installed: .venv/bin/uv requirements/workspace.txt $(PROJECTS)
	$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements/workspace.txt
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation $(EDITABLE)
	@touch $@

demo: install  ## run the demonstration registry on PORT until Ctrl-C; a second run keeps the data
	$(BIN)/python -m demo --port $(PORT)

demo-reset:  ## forget the demonstration's data
	rm -rf var/demo

test: install  ## everything, on PostgreSQL; then the marked part on SQLite
	@scripts/ensure-system test
	$(MAKE) --no-print-directory check-static viewer
	$(BIN)/coverage erase
	scripts/with-postgres $(COVERED) packages registry tests/house
	scripts/with-postgres $(PYTEST) tests/journeys
	CMR_DATA_DIR=$$(mktemp -d) $(COVERED) -m sqlite registry
	$(BIN)/python scripts/coverage_gate.py

check: install check-static unit  ## lint, types, contracts and unit tests, in two minutes

check-static: install
	$(BIN)/ruff check -q .
	$(BIN)/ruff format -q --check .
	$(BIN)/lint-imports --no-cache | tail -n 3
	CMR_DATA_DIR=$$(mktemp -d) $(BIN)/mypy $(SOURCES)
	CMR_DATA_DIR=$$(mktemp -d) $(BIN)/cmr-registry makemigrations --check --dry-run

unit: install
	CMR_DATA_DIR=$$(mktemp -d) $(PYTEST) -m "not journey and not browser and not peer" packages tests/house

fix: install  ## format, and mend what mends itself
	$(BIN)/ruff check -q --fix . || true
	$(BIN)/ruff format -q .

bench: install  ## side by side with peers, in ratios
	@scripts/ensure-system test
	$(BIN)/python -m benchmarks $(NAME)

drill: install  ## long attacks and kills; NAME=... runs one
	@scripts/ensure-system test
	scripts/with-postgres $(BIN)/python -m drills $(NAME)

viewer: install  ## fetch and prepare the OHIF viewer into var/viewer
	scripts/fetch-viewer

docs: install  ## write the generated reference anew
	CMR_DATA_DIR=$$(mktemp -d) $(BIN)/cmr-registry writereference

lock: .venv/bin/uv  ## write the hash-locked requirements anew
	$(COMPILE) --group dev pyproject.toml -o requirements/workspace.txt
	$(COMPILE) --extra hl7 packages/cmr-connector/pyproject.toml -o requirements/connector.txt
	$(COMPILE) --extra hl7 --extra pdf --extra pixels --extra excel packages/cmr-connector/pyproject.toml -o requirements/connector-full.txt
	$(BIN)/python scripts/lock_uv.py
