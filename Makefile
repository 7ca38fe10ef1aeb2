.PHONY: setup chat test server check audit docs lock
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
LOCKED := --no-deps --require-hashes

help:
	@echo "make chat   set up, index seeds/, open the chat"
	@echo "make test   set up, then run every test"
	@echo "make server install the model server that the tests use if it is there (it is compiled)"
	@echo "make check  lint, format, types, import contracts"
	@echo "make audit  look up known holes in what is locked (asks PyPI's database of advisories)"
	@echo "make docs   write the tables of modules in docs/architecture.md anew"
	@echo "make lock   write requirements/*.txt anew from pyproject.toml"

setup: .venv/.product

chat: .venv/.product
	@$(BIN)/footnote serve --demo seeds

test: .venv/.dev
	@$(BIN)/python -m pytest $(ARGS)

server: .venv/.server

check: .venv/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

audit: .venv/.dev
	@$(BIN)/uv tool run pip-audit --disable-pip --require-hashes -r requirements/product.txt

docs:
	@$(PYTHON) docs/modules.py

lock: .venv/.dev
	@$(BIN)/python requirements/lock.py

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Footnote needs Python 3.11 or later: install it, or name it with 'make PYTHON=python3.12 …'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python has no 'venv' module: install it (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/.product: requirements/product.txt pyproject.toml | $(BIN)/python
	@echo "Installing Footnote into .venv (a minute or two, the first time only) …"
	@$(PIP) $(LOCKED) -r requirements/product.txt
	@$(PIP) $(LOCKED) -r requirements/build.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.product
	@echo "Installing the test tools into .venv …"
	@$(PIP) $(LOCKED) -r requirements/dev.txt
	@touch $@

.venv/.server: requirements/server.txt .venv/.dev
	@echo "Compiling llama.cpp into .venv (some minutes, the first time only) …"
	@$(PIP) $(LOCKED) -r requirements/server.txt
	@touch $@
