# Each of these works from a bare clone: the virtual environment is made first, and made again only when
# pyproject.toml or the constraints change.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MINOR := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')

.PHONY: venv demo test test-slow check clean
venv: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints/py$(MINOR).txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --constraint constraints/py$(MINOR).txt --editable '.[dev]'
	touch $@

demo: venv
	$(BIN)/edgecv run shapes_detection --out runs/demo
	$(BIN)/edgecv predict runs/demo/artifacts/tflite-int8 runs/demo/pictures --out runs/demo/predictions

test: venv
	$(BIN)/python -m pytest -m "not slow" $(TESTS)

test-slow: venv
	$(BIN)/python -m pytest -m slow $(TESTS)

check: venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-timing
	$(BIN)/vermin --quiet --no-tips --target=3.8- --violations edgecv/errors.py edgecv/records edgecv/ondevice

clean:
	rm -rf $(VENV) runs build dist
