# make help lists what there is. Every target brings what it needs: the environment in .venv, with the versions of
# constraints.txt, and on Linux the system libraries that Qt lacks (installed as root, otherwise the command is shown).

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
FILE ?=
PYTEST_ARGS ?=
# make PYTHON=... names the interpreter for .venv; without it the first of 3.11, 3.12, 3.13 on the PATH is taken.
ifdef PYTHON
export PYTHON
endif

PINS := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench templates-check screenshots lock clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null || \
		sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1  \2/p' Makefile

run: $(VENV)/installed-run ## open the application (FILE=design.gradloom opens a file)
	@$(BIN)/python scripts/system_packages.py run
	@$(BIN)/gradloom $(FILE)

test: $(VENV)/installed-test ## run the tests (PYTEST_ARGS="-k name" for some of them)
	@$(BIN)/python scripts/system_packages.py test
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/installed-dev ## check style, types and import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-dev ## put the code into its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/installed-bench ## measure the engine and the screen against their peers and limits
	@$(BIN)/python scripts/system_packages.py run
	$(BIN)/python -m benchmarks

templates-check: $(VENV)/installed-run ## train every template at full size, compare with its stated figure, renew docs/templates.md
	$(BIN)/python scripts/check_templates.py

screenshots: $(VENV)/installed-run ## render the pictures of the documentation again
	@QT_QPA_PLATFORM=offscreen $(BIN)/python scripts/system_packages.py run
	$(BIN)/python scripts/screenshots.py

lock: $(VENV)/installed-dev ## renew constraints.txt with the newest versions that pyproject.toml allows
	$(BIN)/python scripts/lock.py

clean: ## remove the environment, caches and build products
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One stamp per set of extras; each is made anew when the declared or the locked versions change.
$(VENV)/installed-run: $(PINS)
	@scripts/install.sh export
	@touch $@

$(VENV)/installed-test: $(PINS)
	@scripts/install.sh export,test
	@touch $@

$(VENV)/installed-dev: $(PINS)
	@scripts/install.sh export,test,dev
	@touch $@

$(VENV)/installed-bench: $(PINS)
	@scripts/install.sh export,bench
	@touch $@
