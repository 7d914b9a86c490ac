# driftline: `make demo` shows it, `make test` proves it. Everything that is downloaded or built lands in
# .venv, .driftline and .cache, all ignored by git.

PYTHON ?= python3
BIN := .venv/bin

export NUMBA_CACHE_DIR := $(CURDIR)/.driftline/numba
export PIP_CACHE_DIR := $(CURDIR)/.cache/pip

.PHONY: help install demo test lint types layers kernels pytest format bench bench-peers quality quality-full schemas clean

help:
	@echo "make demo         the voice-search scenario on a local Kafka and a dashboard (two minutes); DEMO=--open opens it"
	@echo "make test         lint, types, import layers and every test, in three processes"
	@echo "make bench        speed on a local Kafka; make bench-peers adds Bytewax and Quix Streams"
	@echo "make quality      false alarms and delays beside the limit (six to eight minutes); make quality-full takes hours"
	@echo "make schemas      writes the JSON Schemas and the AsyncAPI description in docs/ anew"
	@echo "make format       puts the code in the project's format"
	@echo "make clean        removes everything that was downloaded or built"

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "driftline needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,bench]'
	@touch $@

demo: install
	$(BIN)/driftline demo $(DEMO)

# One core compiles while the other checks types: tests that find everything compiled need not do it in each process.
test: lint
	@$(MAKE) --no-print-directory --jobs=2 kernels types layers
	@$(MAKE) --no-print-directory pytest

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

layers: install
	$(BIN)/lint-imports --no-logo

kernels: install
	$(BIN)/python -c 'from driftline.stream_app.adapters.worker.kernels import compile_kernels as compile; compile()'

# Three processes for two cores: some tests wait for a broker or a browser. Threads of linear algebra in each would but
# wait for one another, at full speed.
pytest: export OPENBLAS_NUM_THREADS = 1
pytest: install
	$(BIN)/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install
	$(BIN)/python -m benchmarks.speed

bench-peers: install
	$(BIN)/python -m benchmarks.peers

quality: install
	$(BIN)/python -m benchmarks.quality

quality-full: install
	$(BIN)/python -m benchmarks.quality --full

schemas: install
	$(BIN)/python -m driftline.schemas.publish docs

clean:
	@test ! -x $(BIN)/driftline || $(BIN)/driftline kafka stop
	rm -rf .venv .driftline .cache build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis benchmarks/out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
