# `make run` and `make test` are all that a newcomer needs; `make help` names the rest.
# Python 3.11 or newer; everything else goes into .venv, pinned by hash.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
WORKERS ?= 2
BIN := .venv/bin
PO := $(wildcard portal/web/translations/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check lint format soak bench rules lock translations routes system clean

help:
	@echo "make run           the portal with its demo on http://127.0.0.1:8000 (PORT=… and other settings: docs/operations.md)"
	@echo "make test          everything; make check: the fast part; make soak: the long runs"
	@echo "make test PORTAL_TEST_ENGINES=all   every integration test on both databases (tests/conftest.py)"
	@echo "make bench         timings as JSON lines (BENCH_TICKETS=1000,10000)"
	@echo "make rules         every rule of the contracts with the tests that carry it"
	@echo "make format        let ruff and djlint put the code in order"
	@echo "make translations  bring the catalogues up to date with the code"
	@echo "make routes        write the list of routes anew, after they were changed on purpose"
	@echo "make lock          resolve requirements*.in anew"

run: .venv/.runtime $(MO)
	@exec $(BIN)/python -m portal.supervise

# One pytest for all, so that its closing line tells the whole.
test: system lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

check: lint
	$(BIN)/python -m pytest -n $(WORKERS) tests/unit tests/architecture -m "not soak and not postgresql" $(PYTEST_ARGS)

lint: .venv/.dev $(MO)
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet || { $(BIN)/ruff format --check; exit 1; }
	$(BIN)/mypy
	log=$$(mktemp) && { $(BIN)/lint-imports --no-cache > $$log || { cat $$log; exit 1; }; } && rm $$log
	$(BIN)/djlint templates --lint --quiet

soak: system .venv/.dev $(MO)
	$(BIN)/python -m pytest -m soak $(PYTEST_ARGS)

bench: system .venv/.dev $(MO)
	@$(BIN)/python -m bench

# Fails if a rule that must be enforced by now has no test.
rules: .venv/.dev
	@$(BIN)/python -m tests.support.rules

format: .venv/.dev
	$(BIN)/ruff check --fix --quiet || true
	$(BIN)/ruff format

# What the tests need beside Python: installed on Debian where that is allowed, else named.
system:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed. On Debian: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) tests/support/system.py

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed. On Debian: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python's venv is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Making .venv …"
	@$(PYTHON) -m venv .venv

# The stamps are copies of what was installed: a new clone or branch with the same list installs nothing again.
.venv/.runtime: requirements.txt | .venv/bin/python
	@cmp -s $< $@ || { echo "Installing what the portal needs …" && $(PIP) install --quiet --require-hashes -r $<; }
	@cp $< $@

.venv/.dev: requirements-dev.txt | .venv/bin/python
	@cmp -s $< $@ || { echo "Installing what the tests need …" && $(PIP) install --quiet --require-hashes -r $<; }
	@cp $< $@ && cp requirements.txt .venv/.runtime

%.mo: %.po | .venv/.runtime
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

# The names of files are kept, line numbers and dates are not: they would change with every edit. Of the header stays what
# gettext needs, the plural forms above all.
translations: .venv/.dev
	pot=$$(mktemp) && $(BIN)/pybabel --quiet extract -F portal/web/babel.cfg -k _l -k lazy_gettext -k N_ --no-wrap --sort-output --add-location=file \
		--omit-header -o $$pot . && for po in $(PO); do $(BIN)/pybabel --quiet update -i $$pot -o $$po -l $$(basename $$(dirname $$(dirname $$po))) \
		--no-wrap --no-fuzzy-matching --ignore-obsolete \
		&& sed -i -E '/^"(Project-Id-Version|Report-Msgid|POT-Creation|PO-Revision|Last-Translator|Language-Team|Generated-By)/d' $$po || exit 1; done && rm $$pot

routes: .venv/.dev
	$(BIN)/python -m tests.architecture.routes > tests/architecture/routes.txt

# pip's own settings are left aside, so that an index of this machine gives neither addresses nor hashes.
LOCK := env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null $(BIN)/pip-compile --quiet --upgrade --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe --no-header
lock: .venv/.dev
	$(LOCK) -o requirements.txt requirements.in
	$(LOCK) -o requirements-dev.txt requirements-dev.in

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find portal tests bench migrations -name __pycache__ -prune -exec rm -rf {} +
	rm -f $(MO)
