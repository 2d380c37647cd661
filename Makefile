# The two commands that matter: `make up` runs the main job in the sandbox, `make test` runs every test.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CHECKS := $(VENV)/checks
LIMITS := $(VENV)/limits
AZURITE := $(VENV)/azurite
TRAINING := $(VENV)/training
STACK ?= sandbox
SANDBOX := $(BIN)/verdazure sandbox run --
JOBS ?= 2

.PHONY: help setup up preview down test unit engine jobs bench bench-carbon prove limits facts lint format lock clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## Install the locked dependencies into .venv

$(STAMP): requirements.lock pyproject.toml jobs/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked dependencies (about a minute)..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . --editable ./jobs
	@touch $@

up: setup ## Deploy stacks/quickstart into the sandbox, policies enforced
	@$(BIN)/verdazure sandbox up --stack $(STACK) -- --policy-pack policies

preview: setup ## Preview stacks/quickstart in the sandbox, policies enforced
	@$(SANDBOX) pulumi stack select --create $(STACK)
	@$(SANDBOX) pulumi preview --stack $(STACK) --policy-pack policies

down: setup ## Destroy what `make up` deployed, and say what Azure would keep
	@$(BIN)/verdazure sandbox down --stack $(STACK)

test: lint unit jobs engine ## Run every check and every test

unit: setup ## Tests without an engine: seconds
	@$(BIN)/python -m pytest tests/unit -n $(JOBS) -q

engine: setup $(AZURITE)/.installed ## Tests with the real pulumi in the sandbox, a real Blob endpoint and a real Redis: minutes
	@$(BIN)/python -m pytest tests/engine tests/azurite tests/redis -n $(JOBS) -q

jobs: setup $(TRAINING)/.installed ## Tests of the training code, with a real PyTorch: a minute
	@$(TRAINING)/bin/python -m pytest tests/jobs -q --disable-warnings

$(TRAINING)/.installed: requirements-jobs.lock jobs/pyproject.toml
	@echo "Installing PyTorch, in an environment of its own (3 GB to fetch, once)..."
	@rm -rf $(TRAINING)
	@$(BIN)/uv venv --quiet --python $(BIN)/python $(TRAINING)
	@$(BIN)/uv pip install --quiet --python $(TRAINING)/bin/python --require-hashes -r requirements-jobs.lock
	@$(BIN)/uv pip install --quiet --python $(TRAINING)/bin/python --no-deps --editable ./jobs
	@touch $@

$(AZURITE)/.installed: tests/azurite/package-lock.json
	@mkdir -p $(AZURITE) && cp tests/azurite/package.json $< $(AZURITE)
	@if command -v npm >/dev/null; then cd $(AZURITE) && npm ci --silent --no-fund --no-audit; \
	else echo "npm is not there: the tests against Azurite will be skipped"; fi
	@touch $@

bench: setup $(TRAINING)/.installed ## What a resource costs, a million blobs, a fleet's round, the rulebook, and the edge module's messages
	@$(BIN)/python benchmarks/provider_latency.py
	@$(BIN)/python benchmarks/deduplication.py
	@$(BIN)/python benchmarks/fleet.py
	@$(BIN)/python benchmarks/policies.py
	@$(TRAINING)/bin/python -m benchmarks.edge_module

bench-carbon: setup ## Published work on carbon, planned again: paper, ours, optimum
	@$(BIN)/python -m benchmarks.carbon

prove: setup $(CHECKS)/.installed $(LIMITS)/.installed ## What takes long: the export judged by others' tools, every scenario, 200 faults
	@$(BIN)/python -m pytest tests/prove -q
	@VERDAZURE_SCENARIOS=all $(BIN)/python -m pytest tests/engine/test_scenarios.py -k defaults -n $(JOBS) -q
	@VERDAZURE_FAULT_SEEDS=200 $(BIN)/python -m pytest tests/engine/test_faults_seeded.py -n $(JOBS) -q

$(CHECKS)/.installed: requirements-checks.lock
	@test -x $(CHECKS)/bin/python || $(BIN)/python -m venv $(CHECKS)
	@echo "Installing the judges, in an environment of their own (about a minute)..."
	@$(CHECKS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(LIMITS)/.installed: requirements-limits.lock
	@echo "Installing Microsoft's models, to derive what values may be (half a minute)..."
	@rm -rf $(LIMITS)
	@$(BIN)/uv pip install --quiet --no-deps --require-hashes --target $(LIMITS) -r $<
	@touch $@

limits: setup $(LIMITS)/.installed ## Derive what values may be from Microsoft's models
	@$(BIN)/python -m verdazure.sandbox.azure.limits.derive $(LIMITS)

facts: setup ## Derive the facts tables from their sources
	@$(BIN)/python -m verdazure.facts.derive

lint: setup ## Style, types and the arrows of the architecture
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports >/dev/null || $(BIN)/lint-imports

format: setup ## Rewrite the sources in the common style
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

lock: setup ## Compile the lock files
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --quiet --output-file requirements.lock
	@$(BIN)/uv pip compile tests/prove/requirements.in --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --quiet --output-file requirements-checks.lock
	@$(BIN)/uv pip compile jobs/pyproject.toml tests/jobs/requirements.in --extra training --extra edge --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --quiet \
		--output-file requirements-jobs.lock
	@$(BIN)/uv pip compile components/verdazure/sandbox/azure/limits/requirements.in --no-deps --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --quiet \
		--output-file requirements-limits.lock

clean: ## Remove the virtual environment and the sandbox of this checkout
	@rm -rf $(VENV) .verdazure
