# `make run` and `make test` each do all of their own set-up in .venv.
PYTHON ?= python3
PORT ?= 7860
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check bench clean

# The stamp is newer than pyproject.toml and constraints.txt once everything is installed.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	touch $@

run: $(VENV)/.installed  ## build the demo blog's index and serve the page on PORT
	$(BIN)/rag build examples/posts --index indexes/demo
	$(BIN)/rag serve --index indexes/demo --port $(PORT)

test: $(VENV)/.installed  ## everything CI checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

check: $(VENV)/.installed  ## the fast part: lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_layers.py tests/test_exports.py

clean:
	rm -rf $(VENV) indexes/*/ .mypy_cache .ruff_cache .pytest_cache
