# Each of these works from a bare clone: the virtual environment is made first, and made again only when
# pyproject.toml or the constraints change.
PYTHON ?= python3
BIN := .venv/bin
MINOR := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
ARGS ?=

.PHONY: venv venv-tflite-runtime emulated test-emulated demo test test-slow check clean

venv: .venv/.ready
.venv/.ready: pyproject.toml constraints/py$(MINOR).txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-compile --constraint constraints/py$(MINOR).txt --editable '.[dev]'
	touch $@

# tflite-runtime needs numpy 1, which nothing else here accepts: it has an environment of its own, as on a board.
venv-tflite-runtime: .venv-tflite-runtime/.ready
.venv-tflite-runtime/.ready: constraints/tflite-runtime.txt
	$(PYTHON) -m venv .venv-tflite-runtime
	.venv-tflite-runtime/bin/python -m pip install --quiet --requirement constraints/tflite-runtime.txt
	touch $@

# Boards with ARM processors that run on this machine, in .emulated. Exit code 4 says where they cannot;
# the tests that need them are skipped there with the same sentence.
emulated: venv
	$(BIN)/python -m tests.emulated.setup || [ $$? -eq 4 ]

test-emulated: emulated
	$(BIN)/python -m pytest -n 2 -m emulated tests/emulated $(ARGS)

# Exit code 6 says that the machine was too busy for a latency to be quoted, which the table says as well.
demo: venv
	$(BIN)/edgecv run shapes_detection --out runs/demo || [ $$? -eq 6 ]

test: venv
	$(BIN)/python -m pytest -n 2 -m "not slow and not emulated" $(ARGS)

test-slow: venv
	$(BIN)/python -m pytest -m "slow and not emulated" $(ARGS)

check: venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vermin --quiet --no-tips --target=3.8- --violations edgecv/errors.py edgecv/records edgecv/ondevice edgecv/hosts/board

clean:
	rm -rf .venv .venv-tflite-runtime .emulated .mypy_cache .ruff_cache .pytest_cache runs
