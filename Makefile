# make run                    everything, on a simulated shop: needs Python 3.11+ and the package index, nothing else
# make run SALES=data.csv     the same on your ledger
# make ui                     Dagster's web server and daemon
# make app                    segments, customers and products in the browser, of what was published
# make notebook               an analysis of what is published, from end to end
# make test                   tests of the code and on a real Postgres
# make test-system            what `make test` leaves out: a browser's journeys, night after night, the running platform,
#                             containers
# make test-all               both
# make env                    .env with fresh random passwords, for docker compose

PYTHON ?= python3
BIN := .venv/bin
RUN_READY := .venv/.ready-to-run
APP_READY := .venv/.ready-to-show
DEV_READY := .venv/.ready-to-develop
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist worksteal --durations 30

.PHONY: run ui app notebook test test-system test-all lint types audit sbom lock docs env clean
.DEFAULT_GOAL := run

run: $(RUN_READY)
	@$(BIN)/segmentation-platform run $(if $(SALES),--sales "$(SALES)") $(if $(AS_OF),--as-of "$(AS_OF)")

ui: $(RUN_READY)
	@$(BIN)/segmentation-platform ui

app: $(APP_READY)
	@$(BIN)/segmentation-platform app

notebook: $(DEV_READY)
	@$(BIN)/marimo edit notebooks/season_and_audience.py

test: $(DEV_READY)
	@$(PYTEST) $(addprefix segmentation_platform_tests/,unit integration)

test-system: $(DEV_READY)
	@$(PYTEST) --dist loadfile segmentation_platform_tests/system

test-all: test test-system

lint: $(DEV_READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: $(DEV_READY)
	@$(BIN)/mypy

audit: $(DEV_READY)
	@$(BIN)/python .ci/audit

sbom: $(DEV_READY)
	@$(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --mc-type application \
		--output-reproducible --of JSON --output-file sbom.json
	@echo "sbom.json is written."

docs: $(DEV_READY)
	@$(BIN)/python -m docs.data_dictionary

lock:
	uv pip compile --universal --quiet --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.lock
	uv pip compile --universal --quiet --generate-hashes --no-header --no-annotate --extra dg pyproject.toml -o requirements-dg.lock
	uv pip compile --universal --quiet --generate-hashes --no-header --no-annotate --extra dev pyproject.toml -o requirements-dev.lock
	uv pip compile --universal --quiet --generate-hashes --no-header --no-annotate --extra kubernetes pyproject.toml -o requirements-kubernetes.lock
	uv pip compile --universal --quiet --generate-hashes --no-header --no-annotate --constraint requirements.lock --group viewer -o requirements-viewer.lock
	uv pip compile --universal --quiet --generate-hashes --no-header --no-annotate --extra app pyproject.toml -o requirements-app.lock

env:
	@sh deploy/make-env

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	@$(PYTHON) -m venv .venv

$(RUN_READY): .venv/bin/python requirements-dg.lock pyproject.toml
	@echo "Installing into .venv …"
	@$(PIP) --no-deps --require-hashes -r requirements-dg.lock
	@$(PIP) --no-deps --editable .
	@touch $@

$(APP_READY): $(RUN_READY) requirements-app.lock
	@echo "Installing the app into .venv …"
	@$(PIP) --no-deps --require-hashes -r requirements-app.lock
	@touch $@

$(DEV_READY): $(RUN_READY) requirements-dev.lock
	@echo "Installing what the tests need into .venv …"
	@$(PIP) --no-deps --require-hashes -r requirements-dev.lock
	@touch $@
