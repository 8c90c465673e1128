# The doors to Ringside. `make` alone lists them.
#
# Nothing here knows a kernel by name: what is compared is what stands in kernels/.

VENV := .venv
PYTHON := python3
RINGSIDE := $(VENV)/bin/ringside
STAMP := $(VENV)/.installed
ARGS :=

# Files of tests run side by side, one a CPU; more than four want more memory than CPUs.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup build fetch compare check report test unit fuzz lint format bench clean distclean

help: ## Show this list
	@echo 'Ringside: boot kernels side by side, run the same bytes on each, see what each costs.'
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-18s%s\n", $$1, $$2}'
	@echo
	@echo 'Options of the command go in ARGS: make compare ARGS="--kernels bantam,linux-6.1"'

compare: setup $(STAMP) ## Run every kernel that can run here, write the report, print the table
	@$(RINGSIDE) compare $(ARGS)

check: setup $(STAMP) ## Compare Bantam with its committed baseline: 0 no regression, 1 regression, 2 can't judge
	@$(RINGSIDE) check $(ARGS)

# A compiler newer than any we know may warn of more: that stops a test, and nobody who only builds.
test: export WERROR := -Werror
test: setup-test $(STAMP) lint build fetch ## Everything the tests need, then all tests
	@$(MAKE) --no-print-directory -C workloads test ports-test
	@$(MAKE) --no-print-directory -C kernel-under-test test
	@$(VENV)/bin/pytest $(SIDE_BY_SIDE) $(ARGS)

unit: setup $(STAMP) build ## Only the tests that boot nothing
	@$(VENV)/bin/pytest -m 'not boot' $(SIDE_BY_SIDE) $(ARGS)

fuzz: setup-test $(STAMP) build ## Random system calls on Bantam, ten million and more on each build and number of CPUs
	@BANTAM_FUZZ_BATCHES=$${BANTAM_FUZZ_BATCHES:-45000} \
		$(VENV)/bin/pytest -rP harness/tests/test_bantam_fuzz.py $(ARGS)

lint: $(STAMP) ## Check style and types
	@$(VENV)/bin/ruff check --quiet harness
	@$(VENV)/bin/ruff format --quiet --check harness
	@$(VENV)/bin/mypy --no-error-summary

format: $(STAMP) ## Rewrite the Python sources in the house style
	@$(VENV)/bin/ruff check --quiet --fix harness
	@$(VENV)/bin/ruff format --quiet harness

bench: setup $(STAMP) build fetch ## Measure Ringside's own speed against its targets
	@$(VENV)/bin/python harness/bench/speed.py $(ARGS)

build: setup ## Build Bantam, the workloads and the QEMU plugin
	@$(MAKE) --no-print-directory -C kernel-under-test
	@$(MAKE) --no-print-directory -C workloads ports
	@$(MAKE) --no-print-directory -C harness/plugin

fetch: setup $(STAMP) ## Get the reference kernels that are not here yet
	@$(RINGSIDE) fetch $(ARGS)

setup: ## Install the missing system packages (as root), or say which they are
	@harness/setup.sh run

.PHONY: setup-test
setup-test:
	@harness/setup.sh run test

$(STAMP): pyproject.toml | setup
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'ringside: Python 3.11 or newer is needed; $(PYTHON) is older' >&2; exit 2; }
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo 'installing the Python parts into $(VENV)'
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

clean: ## Remove what was built (results, downloads and the Python parts stay)
	@$(MAKE) --no-print-directory -C kernel-under-test clean
	@$(MAKE) --no-print-directory -C workloads clean
	@$(MAKE) --no-print-directory -C harness/plugin clean

distclean: clean ## Remove downloads and the Python parts too
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
