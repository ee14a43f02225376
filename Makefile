# The verbs that people and CI share. All use .venv, made if it is missing.

PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
  BIN := $(VENV)/Scripts
else
  BIN := $(VENV)/bin
endif

.PHONY: demo test check bench docs serve chaos clean

demo: $(VENV)/.demo  ## correct a real photo and made ones; print the table and the page
	$(BIN)/colorfast demo

test: $(VENV)/.dev  ## run every test
	$(BIN)/python -m pytest

check: $(VENV)/.dev  ## lint, format, types, layers, generated pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/write_reference.py --check

bench: $(VENV)/.dev  ## speed against decoding, encoding and scikit-image, in one run
	$(BIN)/colorfast bench speed

docs: $(VENV)/.dev  ## write the generated pages of docs/reference
	$(BIN)/python tools/write_reference.py

serve: $(VENV)/.dev  ## serve corrections over HTTP on this machine
	$(BIN)/colorfast serve

chaos: $(VENV)/.dev  ## kill worker, server and Postgres at random while they do 2,000 jobs; nothing may be lost
	$(BIN)/python tools/chaos.py

clean:  ## remove what the other verbs made
	rm -rf $(VENV) colorfast-demo build dist .mypy_cache .pytest_cache .ruff_cache

$(VENV)/.demo: pyproject.toml
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[demo]"
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@
