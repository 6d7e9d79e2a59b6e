# Doorward's one door: people, pre-commit and CI all come in here.
#
# Everything is written below this folder (.venv, .cache, the data folder), which may have any path.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:  # two installs into one .venv would disturb each other

BIN := .venv/bin
ARGS ?=

export PIP_CACHE_DIR ?= $(CURDIR)/.cache/pip
export npm_config_cache ?= $(CURDIR)/.cache/npm
export PLAYWRIGHT_BROWSERS_PATH ?= $(CURDIR)/.cache/playwright
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD ?= 1
export XDG_CACHE_HOME ?= $(CURDIR)/.cache
export XDG_CONFIG_HOME ?= $(CURDIR)/.cache/config

.PHONY: help
help:  ## show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo '  Arguments go in ARGS, as in: make demo ARGS="--https-port 9443"'

.PHONY: demo
demo: runtime  ## run the whole system on this machine, with a sample application
	@exec $(BIN)/doorward demo $(ARGS)

.PHONY: test
test: packages check unit live  ## install what the tests need, run every check and test

.PHONY: check
check: formatted lint types imports  ## format, lint, types and import contracts

.PHONY: unit
unit: development  ## the fast tests (ARGS go to pytest)
	$(BIN)/python -m pytest tests --ignore=tests/live -n logical $(ARGS)

.PHONY: live
live: development npm keycloak  ## the tests with a real Envoy, browser and identity provider
	$(BIN)/python -m pytest tests/live $(ARGS)

.PHONY: bench
bench: packages development  ## measure speed and memory, print a table of ratios
	$(BIN)/python -m bench $(ARGS)

.PHONY: format
format: development  ## format the code, mend what ruff can mend
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

.PHONY: lock
lock: development  ## resolve requirements/*.lock anew (ARGS=--upgrade for newer versions)
	scripts/lock $(ARGS)

.PHONY: clean
clean:  ## remove what was built and downloaded, not the data folder
	rm -rf .venv .cache .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	rm -rf build dist src/doorward.egg-info tests/live/oidc/node_modules
	find src tests -name __pycache__ -prune -exec rm -rf {} +

# --- the parts of the above ---------------------------------------------------------------------

.PHONY: runtime development packages npm keycloak formatted lint types imports
runtime:
	@scripts/python-environment runtime

development:
	@scripts/python-environment development

packages:
	@scripts/debian-packages

npm:
	@scripts/node-packages tests/live/oidc

keycloak:
	@scripts/keycloak

formatted: development
	$(BIN)/ruff format --check .

lint: development
	$(BIN)/ruff check .

types: development
	$(BIN)/mypy

imports: development
	$(BIN)/lint-imports --config importlinter.ini --no-logo
