# Entry points of Ringside. `make` alone lists them.
#
# No kernel is named here: kernels/ defines what is compared.

VENV := .venv
PYTHON := python3
RINGSIDE := $(VENV)/bin/ringside
STAMP := $(VENV)/.installed
ARGS :=

# Test files run in parallel, one per CPU; more than four are limited by memory, not CPUs.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup build fetch compare check report test unit fuzz lint format bench clean distclean

help: ## Show this list
	@echo 'Ringside: compare operating system kernels in QEMU by what each operation costs.'
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-18s%s\n", $$1, $$2}'
	@echo
	@echo 'Pass options in ARGS: make compare ARGS="--kernels bantam,linux-6.1"'

compare: setup $(STAMP) ## Run the default kernels, print the table, write the report
	@$(RINGSIDE) compare $(ARGS)

check: setup $(STAMP) ## Compare Bantam with its baseline; exits 0, 1 (regression) or 2 (not comparable)
	@$(RINGSIDE) check $(ARGS)

# New compilers may add warnings: these fail a test, but not a build.
test: export WERROR := -Werror
test: setup-test $(STAMP) lint build fetch ## Install what the tests need, then run all tests
	@$(MAKE) --no-print-directory -C workloads test ports-test
	@$(MAKE) --no-print-directory -C kernel-under-test test
	@$(VENV)/bin/pytest $(SIDE_BY_SIDE) $(ARGS)

unit: setup $(STAMP) build ## Run only the tests that boot no kernel
	@$(VENV)/bin/pytest -m 'not boot' $(SIDE_BY_SIDE) $(ARGS)

fuzz: setup-test $(STAMP) build ## Fuzz Bantam: ten million random system calls per build and number of CPUs
	@BANTAM_FUZZ_BATCHES=$${BANTAM_FUZZ_BATCHES:-45000} \
		$(VENV)/bin/pytest -rP harness/tests/test_bantam_fuzz.py $(ARGS)

lint: $(STAMP) ## Check style and types
	@$(VENV)/bin/ruff check --quiet harness
	@$(VENV)/bin/ruff format --quiet --check harness
	@$(VENV)/bin/mypy --no-error-summary

format: $(STAMP) ## Reformat the Python sources
	@$(VENV)/bin/ruff check --quiet --fix harness
	@$(VENV)/bin/ruff format --quiet harness

bench: setup $(STAMP) build fetch ## Measure the speed of Ringside itself
	@$(VENV)/bin/python harness/bench/speed.py $(ARGS)

build: setup ## Build Bantam, the workloads and the QEMU plugin
	@$(MAKE) --no-print-directory -C kernel-under-test
	@$(MAKE) --no-print-directory -C workloads ports
	@$(MAKE) --no-print-directory -C harness/plugin

fetch: setup $(STAMP) ## Download missing reference kernels
	@$(RINGSIDE) fetch $(ARGS)

setup: ## Install missing system packages (as root), or list them
	@harness/setup.sh run

.PHONY: setup-test
setup-test:
	@harness/setup.sh run test

$(STAMP): pyproject.toml | setup
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'ringside: Python 3.11 or newer is needed; $(PYTHON) is older' >&2; exit 2; }
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo 'installing the Python packages into $(VENV)'
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

clean: ## Remove build output (keeps results, downloads and Python packages)
	@$(MAKE) --no-print-directory -C kernel-under-test clean
	@$(MAKE) --no-print-directory -C workloads clean
	@$(MAKE) --no-print-directory -C harness/plugin clean

distclean: clean ## Also remove downloads and Python packages
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
