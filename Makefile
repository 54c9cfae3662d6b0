# Passerby. `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

ISLANDS := web/static/islands/built

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev islands demo test check gallery bench clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Passerby needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which: make PYTHON=python3.11 …")'
	@echo "setting up $(VENV) (a minute, once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.lock
	@echo "adding what the tests need"
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

$(ISLANDS): $(VENV)/ready $(wildcard web/islands/*.json web/islands/*.ts web/islands/.npmrc) $(shell find web/islands/src -type f)
	@$(BIN)/python -m web.islands.build

islands: $(ISLANDS)  ## build the pages' maps and charts with Node, where there is one

setup: $(VENV)/ready $(ISLANDS)  ## make .venv with the locked packages, so that .venv/bin/passerby runs

setup-dev: $(VENV)/ready-dev $(ISLANDS)  ## the same, with what tests and checks need

demo: setup  ## start everything here with demo data and simulated walkers
	@$(BIN)/passerby demo $(ARGS)

test: setup-dev  ## ruff, mypy --strict and every test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest --numprocesses 3 $(ARGS)

check: setup-dev  ## ruff and mypy alone
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

gallery: setup-dev  ## a picture of every page of the console, into docs/gallery
	@$(BIN)/python -m tests.gallery

bench: setup  ## the benchmarks, each a table
	@$(BIN)/passerby bench all

clean:  ## remove .venv, the built islands and the demo's data
	rm -rf $(VENV) .demo web/static/islands web/islands/node_modules
