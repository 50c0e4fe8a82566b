# Every chore, one door. `make demo` and `make test` set up all they need on a fresh machine.
SHELL := /bin/bash
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
EDITABLE := $(foreach p,exchange dictionary deid imaging connector analysis testkit,-e packages/cmr-$(p)) -e registry
NO_EMIT := --no-emit-package cmr-workspace --no-emit-package cmr-registry \
  $(foreach p,exchange dictionary deid imaging connector analysis testkit,--no-emit-package cmr-$(p))
COMPILE := $(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url \
  --custom-compile-command "make lock" $(NO_EMIT)

.PHONY: install system system-test demo demo-reset test check fix bench drill viewer docs lock

install: $(VENV)/.installed  ## create .venv with every command of the house

$(VENV)/bin/uv: requirements/uv.txt
	@bash scripts/ensure-python
	test -x $(BIN)/python || python3.11 -m venv $(VENV) || python3 -m venv $(VENV)
	$(BIN)/python -m pip install -q --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.installed: $(VENV)/bin/uv requirements/workspace.txt pyproject.toml $(wildcard packages/*/pyproject.toml) registry/pyproject.toml
	$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements/workspace.txt
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation $(EDITABLE)
	@touch $@

lock:  ## write the hash-locked requirements anew
	$(COMPILE) --group dev pyproject.toml -o requirements/workspace.txt
	$(COMPILE) --extra hl7 packages/cmr-connector/pyproject.toml -o requirements/connector.txt
	grep -A200 '^uv==' requirements/workspace.txt | sed '2,$${/^[a-z]/,$$d}' | grep -v '# via' > requirements/uv.txt

fix: install  ## format and mend what can be mended by itself
	$(BIN)/ruff check -q --fix . || true
	$(BIN)/ruff format -q .
