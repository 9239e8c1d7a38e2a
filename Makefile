# Volunteer Hub: everything a person types. `make help` lists it.

PORT ?= 8000
HTTPS ?= 0
DEMO ?= 1
ENVIRONMENT := scripts/environment.sh
VENV := .venv/bin

export PORT HTTPS DEMO

.DEFAULT_GOAL := help
.PHONY: help run env env-dev test lint format lock messages migrations-check demo-remove backup bench bench-imports bench-phone bench-scanner bench-statistics screenshots clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start everything (PORT=8000, HTTPS=1 for phone cameras, DEMO=0 without the demonstration district)
	@scripts/run.sh

env: ## Make or refresh .venv with what the application needs
	@$(ENVIRONMENT) runtime && scripts/translations.sh

env-dev: ## The same, with what lint and tests need
	@$(ENVIRONMENT) dev

test: ## Install what the tests need, then run every check there is
	@scripts/test.sh

lint: env-dev ## Style, types, import rules and templates, without the tests
	@scripts/lint.sh

format: env-dev ## Format the Python code
	@$(VENV)/ruff format . && $(VENV)/ruff check --fix .

lock: ## Recompute requirements*.txt with exact versions and hashes
	@scripts/lock.sh

messages: env ## Bring the English catalogue up to date; say what is still to translate
	@scripts/messages.sh

migrations-check: env ## Say whether tables and migrations agree
	@$(VENV)/flask db check

demo-remove: env ## Remove the demonstration district and everything done on it
	@$(VENV)/flask demo remove

backup: env ## Copy the SQLite database and its key to instance/backups/
	@$(VENV)/flask hub backup

bench: env-dev ## Measure a check-in against the bare driver, queues after an outage, twice the load, large files
	@$(VENV)/python -m bench.checkin
	@$(VENV)/python -m bench.sync
	@$(VENV)/python -m bench.overload
	@$(VENV)/python -m bench.exports

bench-statistics: env-dev ## Measure the figures against straightforward SQL (DATABASE_URL of a large demonstration, or small ones)
	@$(VENV)/python -m bench.statistics

bench-imports: env-dev ## Measure importing a roster of 30,000 people: seconds of each phase, memory, the bare driver
	@$(VENV)/python -m bench.imports --bare

bench-phone: env-dev ## Measure the first usable screen of a volunteer's pages on a slow phone and network (needs Chromium)
	@$(VENV)/python -m bench.phone

bench-scanner: env-dev ## Show the scanner a hundred pictures; compare decoders (needs Chromium and npm)
	@$(VENV)/python -m bench.scanner

soak: env-dev ## Kill workers and databases 100 times during 10,000 check-ins, cut the power 2,000 times
	@$(VENV)/python -m tests.faults.soak
	@FAULTS_CUTS=2000 $(VENV)/pytest tests/faults/test_powercut.py

screenshots: env-dev ## Draw the main pages into docs/screenshots/
	@$(VENV)/python -m scripts.screenshots

clean: ## Remove caches and the environment; keeps instance/ with your data
	@rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
