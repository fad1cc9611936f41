# `make run` is all that most people need; `make help` lists the rest. Needs Python 3.11 or newer, nothing else.

VENV   := .venv
PY     := $(VENV)/bin/python
PIP    := $(PY) -m pip --disable-pip-version-check --quiet
PYTHON :=
ARGS   :=
JOBS   := auto

.DEFAULT_GOAL := help
.PHONY: help install run test e2e lint check bench drill lock clean

help:
	@echo "make run       install what is missing and open Handoff at http://127.0.0.1:8000 (ARGS=\"--port 8010\")"
	@echo "make install   install it without starting; the command is then $(VENV)/bin/handoff"
	@echo "make test      run all tests; those that drive a browser where Chromium is found (ARGS=\"tests/domain -k npi\")"
	@echo "make e2e       run only the tests that drive a browser"
	@echo "make lint      style, types, layers, spelling"
	@echo "make check     lint, all tests and their coverage: what CI runs"
	@echo "make drill     kill real workers 200 times while they send, and account for every message (ARGS=\"--kills 20\")"
	@echo "make bench     measure what is claimed about speed (ARGS=\"--sizes 1000,100000\" for a short one)"
	@echo "make lock      pin the requirements again (UPGRADE=1 takes newer versions)"
	@echo "make clean     remove what make made; your data stays"
	@echo "PYTHON=/path/to/python3.12 chooses the Python that is used."

install: $(VENV)/run.stamp

run: $(VENV)/run.stamp
	@exec $(PY) app.py $(ARGS)

test: $(VENV)/test.stamp
	$(PY) -m pytest -n $(JOBS) --dist worksteal $(ARGS)

e2e: $(VENV)/test.stamp
	$(PY) -m pytest -n $(JOBS) --dist worksteal -m e2e $(ARGS)

lint: $(VENV)/check.stamp
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache
	$(VENV)/bin/codespell

check: lint
	$(PY) -m pytest -n $(JOBS) --dist worksteal --cov --cov-report=term

bench: $(VENV)/test.stamp
	$(PY) -m benchmarks.imports
	$(PY) -m benchmarks.pages $(ARGS)
	$(PY) -m benchmarks.messages
	$(PY) -m benchmarks.outbox
	$(PY) -m benchmarks.tick

drill: $(VENV)/test.stamp
	$(PY) -m tests.drill $(ARGS)

clean:
	rm -rf $(VENV) build *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path "./.git/*" -prune -exec rm -rf {} +

# --- what is installed, remembered by stamps so that a second start takes no time ------------------------------------

# Made anew when the folder was moved or its Python has gone.
ifneq ($(shell $(PY) -c pass 2>/dev/null && cat $(VENV)/here 2>/dev/null),$(CURDIR))
.PHONY: $(VENV)/here
endif

$(VENV)/here:
	@for python in $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3.14 python3); do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making $(VENV) with $$("$$python" --version)"; \
	    "$$python" -m venv --clear $(VENV) || exit 1; \
	    echo "$(CURDIR)" > $@; exit 0; \
	  fi; \
	done; \
	found=$$("$(or $(PYTHON),python3)" --version 2>/dev/null || echo "not there"); \
	echo "Handoff needs Python 3.11 or newer; $(or $(PYTHON),python3) is $$found." >&2; \
	echo "Install a newer one, or name it: make run PYTHON=/path/to/python3.12" >&2; \
	exit 1

# A lock names every package: with --no-deps pip looks for no newer one, which it would refuse for want of a hash.
$(VENV)/run.stamp: requirements/run.lock pyproject.toml $(VENV)/here
	@echo "Installing what Handoff needs (once)"
	@$(PIP) install --no-compile --no-deps --require-hashes -r requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/test.stamp: requirements/test.lock $(VENV)/run.stamp
	@echo "Installing what the tests need"
	@$(PIP) install --no-compile --no-deps --require-hashes -r requirements/test.lock
	@touch $@

$(VENV)/check.stamp: requirements/check.lock $(VENV)/test.stamp
	@echo "Installing what the checks need"
	@$(PIP) install --no-compile --no-deps --require-hashes -r requirements/check.lock
	@touch $@

# --- pinning: one resolution for everything, the smaller files are cut from it ---------------------------------------

UV      := build/uv/bin/uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
           --no-header --no-annotate $(if $(UPGRADE),--upgrade) pyproject.toml requirements/build.in

lock: $(UV)
	$(COMPILE) --all-extras -o requirements/check.lock
	$(COMPILE) --extra postgres --extra test -c requirements/check.lock -o requirements/test.lock
	$(COMPILE) --extra postgres -c requirements/check.lock -o requirements/run.lock

$(UV): $(VENV)/here
	$(PY) -m venv build/uv
	build/uv/bin/python -m pip --disable-pip-version-check --quiet install uv
