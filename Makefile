# Trợ lý Một Cửa. `make help` lists what there is; every setting is a variable: MOTCUA_WEB_PORT=9090 make run
SHELL := /bin/sh
.DEFAULT_GOAL := help

PY := .venv/bin/python
PYTEST := $(PY) -m pytest
# One worker more than there are processors: many tests wait for a process that starts, or for a lease to run out.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
SPREAD = -n $(WORKERS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# In this order the small ones fill the end (tests/conftest.py sorts on).
TESTS ?= tests/dialogue tests/e2e tests/integration tests/contracts tests/unit
PYTEST_ARGS ?= --durations=40 --durations-min=3
# Browsers that work at the same time.
BROWSERS ?= 2
# What does not need one another runs side by side: a processor that waits in one row works in the other.
SIDE_BY_SIDE = $(PY) -m tools.side_by_side
# Where this is set, every process compiles all that it imports anew: 9 s of processor time for each that loads Rasa.
unexport PYTHONDONTWRITEBYTECODE

MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
.PHONY: help install dev run test test-fast browser-test check lint chat converse catalogue index train bench bench-catalogue bench-search bench-cases bench-handoff bench-turns bench-reports load faults guide-screenshots eval eval-search eval-learning requirements settings-page sbom audit doctor topology clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## the environment only, in .venv
	@tools/bootstrap.sh run

dev: ## the environment with what tests and checks need
	@tools/bootstrap.sh dev

run: install ## install, build the catalogue, train, start everything; Ctrl-C stops it
	@exec $(PY) -m bot.run

test: dev catalogue ## all tests
	@$(SIDE_BY_SIDE) train='$(MAKE) train' index='$(MAKE) index'
	@$(MAKE) test-fast browser-test

test-fast: ## all tests but those in a browser; TESTS= and PYTEST_ARGS= narrow them, WORKERS=0 is one at a time
	$(PYTEST) $(SPREAD) $(wildcard $(TESTS)) $(PYTEST_ARGS)

browser-test: ## the widget in a real Chromium
	@if ls tests/browser/test_*.py >/dev/null 2>&1; then set -x; $(PYTEST) $(SPREAD) --maxprocesses $(BROWSERS) tests/browser $(PYTEST_ARGS); fi

guide-screenshots: dev ## the pictures of the officers' guide, made anew from the demonstration
	MOTCUA_GUIDE_PICTURES=docs/vi/hinh $(PYTEST) tests/browser/test_guide_pictures.py

lint: dev ## style, types and import rules
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) -m knowledge check
	$(PY) -m knowledge lexicon check --shape
	$(PY) -m knowledge guides check
	$(PY) -m bot.referrals teams check
	$(PY) -m tools.vocabulary

check: dev catalogue ## everything that must hold before a change goes in; CATALOGUE=records.jsonl.gz takes eval-search in
	@$(SIDE_BY_SIDE) 'lint, train=$(MAKE) lint train' index='$(MAKE) index'
	@$(SIDE_BY_SIDE) tests='$(MAKE) test-fast browser-test' $(if $(CATALOGUE),--aside search='$(MAKE) eval-search')

chat: install catalogue index train ## a conversation in the terminal
	@$(PY) -m bot.chat

converse: ## play conversations: FILE=in.jsonl OUT=out.jsonl
	@if [ -z "$(FILE)" ] || [ -z "$(OUT)" ]; then \
		echo 'Say which file to play and where the answers go: make converse FILE=in.jsonl OUT=out.jsonl' >&2; exit 2; fi
	@if [ ! -r "$(FILE)" ]; then echo 'There is no file $(FILE), or it cannot be read.' >&2; exit 2; fi
	@$(MAKE) --no-print-directory install catalogue index train >&2
	@$(PY) -m bot.converse "$(FILE)" "$(OUT)"

catalogue: install ## build the catalogue from the curated records, if they have changed
	@$(PY) -m knowledge build

index: install catalogue ## the search index of the catalogue, with sentence vectors; minutes for a whole catalogue, once
	@$(PY) -m knowledge index

train: install catalogue ## train the model, if its sources have changed
	@$(PY) -m bot.rasa_runtime.training

bench: dev catalogue train ## speed and size as a table: the assistant, the catalogue, search, dossiers (as bench-catalogue …)
	@status=0; $(PY) -m tools.bench $(BENCH_ARGS) || status=1; \
		$(MAKE) --no-print-directory bench-catalogue || status=1; \
		$(MAKE) --no-print-directory bench-search || status=1; \
		$(MAKE) --no-print-directory bench-cases || status=1; \
		$(MAKE) --no-print-directory bench-handoff || status=1; exit $$status

bench-catalogue: dev ## import, sync, diff, lint and opening; CATALOGUE=records.jsonl.gz takes real records
	@$(PY) -m tools.bench_catalogue $(if $(CATALOGUE),--catalogue "$(CATALOGUE)") $(BENCH_CATALOGUE_ARGS)

bench-search: dev ## processor time a question, memory, making the index; also over 50,000; CATALOGUE=records.jsonl.gz
	@$(PY) -m tools.bench_search $(if $(CATALOGUE),--catalogue "$(CATALOGUE)") $(BENCH_SEARCH_ARGS)

load: dev catalogue train ## a thousand citizens and officers at once; LOAD_ARGS="--topology --stock" beside nginx … and Rasa as it comes
	@$(PY) -W ignore -m tools.load $(LOAD_ARGS)

bench-turns: dev catalogue train ## a turn's cost at turn 10/50/200, memory over 50,000 turns, a catalogue x10; BENCH_TURNS_ARGS="length"
	@$(PY) -W ignore -m tools.bench_turns $(BENCH_TURNS_ARGS)

faults: dev catalogue index train ## kill, fill, hang, cut: what citizens lose and how long; FAULTS="hub disk" for some of them
	@$(PY) -m tools.faults $(FAULTS)

bench-handoff: dev ## 1,000 rounds of 50 officers who claim one conversation at once, on SQLite and PostgreSQL
	@$(PY) -m tools.bench_handoff $(BENCH_HANDOFF_ARGS)

bench-reports: dev ## counting a running month of 100,000 sessions, on SQLite and PostgreSQL
	@$(PY) -m tools.bench_reports $(BENCH_REPORTS_ARGS)

bench-cases: dev ## 1,000 look-ups of dossiers in a minute against a local one-stop system
	@$(PY) -m tools.bench_cases $(BENCH_CASES_ARGS)

eval: eval-search install catalogue index train ## all figures of understanding; EVAL_ARGS="--misses" shows what went wrong
	@status=0; $(MAKE) --no-print-directory eval-learning || status=1; \
		PYTHONPATH=. $(PY) tools/evaluate.py $(EVAL_ARGS) || status=1; \
		$(PY) -m tools.evaluate_words $(EVAL_ARGS) || status=1; \
		$(PY) -m tools.evaluate_guidance || status=1; \
		$(PY) -m tools.evaluate_digital_help $(filter --misses,$(EVAL_ARGS)) || status=1; \
		$(PY) -m tools.evaluate_places $(filter --misses,$(EVAL_ARGS)) || status=1; \
		$(PY) -W ignore -m tools.evaluate_petitions $(filter --misses,$(EVAL_ARGS)) || status=1; \
		$(PY) -m tools.evaluate_masking $(filter --misses,$(EVAL_ARGS)) || status=1; \
		$(PY) -m tools.evaluate_safety $(filter --misses,$(EVAL_ARGS)) || status=1; exit $$status

eval-learning: install catalogue ## facts and intents by cross-validation over what they are learned from
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) -W ignore -m tools.evaluate_learning $(EVAL_LEARNING)

eval-search: install catalogue ## finding procedures and facts, over the sets; CATALOGUE=records.jsonl.gz over those records
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) -m tools.evaluate_sets $(if $(CATALOGUE),--floors --catalogue "$(CATALOGUE)") $(EVAL_SETS)

settings-page: install ## docs/settings.md from the list of all settings (bot/declared_settings.yml)
	@$(PY) -m tools.settings_page

sbom: dev ## bill of materials (CycloneDX, results/sbom.cdx.json) and docs/licences.md, offline
	@$(PY) -m tools.sbom

audit: dev ## known weaknesses of locked packages, offline: ADVISORIES=a folder or zip in OSV's format
	@if [ -z "$(ADVISORIES)" ]; then echo 'Say where the advisories are: make audit ADVISORIES=all.zip (docs/security.md)' >&2; exit 2; fi
	@$(PY) -m tools.audit "$(ADVISORIES)"

doctor: install ## checks this deployment and says what is wrong; DOCTOR_ARGS="--lang en --json"
	@$(PY) -m bot doctor $(DOCTOR_ARGS)

topology: dev ## what deploy/ describes, on this machine: nginx, two hubs, two Rasas, PostgreSQL, Redis; Ctrl-C stops it
	@exec $(PY) -m tools.topology

requirements: dev ## the city's requirements and the tests that show each
	@$(PY) -m tools.requirements

clean: ## remove models, databases, logs and caches; .venv stays
	rm -rf var models .rasa .pytest_cache .mypy_cache .ruff_cache .import_linter_cache results
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
