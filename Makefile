# What one types to build, test, run and measure seatrial. `make` alone lists the targets.
# Every recipe works from a path with spaces and says what takes long before it starts.
# Settings are passed on only when given: make simulate SCENARIO=scenarios/resize.yaml SEED=3

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

SCENARIO ?= scenarios/three-patterns.yaml
SEED ?=
OUT ?=
SET ?=
FUZZ ?= 20
# Seconds of libFuzzer for each of its four targets; bash has a SECONDS of its own.
SECONDS_EACH := $(if $(filter command line,$(origin SECONDS)),$(SECONDS),30)
USERS ?=
SIZES ?= 1000 100000 1000000
RESULT ?=
RESULTS ?=
FORMAT ?= html
HAZARD ?=
export SCENARIO SEED OUT SET SIZES FUZZ USERS RESULT RESULTS FORMAT HAZARD

# Programs are built as users get them: plain -O, no unsafe flags.
SWIFT_BUILD := swift build -c release
# The same flags, so that nothing is compiled a second time for the tests.
SWIFT_TEST := swift test -c release --disable-xctest --disable-testable-imports
PROGRAMS := .build/release
VENV := .build/bench-venv
PLAN_VENV := .build/plan-venv
# A scenario of its own: what it expects is what is planned for.
PLAN_SCENARIO := $(if $(filter command line environment,$(origin SCENARIO)),$(SCENARIO),scenarios/how-many-servers.yaml)
# Small enough for two cores and two minutes, live part and all.
RUN_SCENARIO := $(if $(filter command line environment,$(origin SCENARIO)),$(SCENARIO),scenarios/first-run.yaml)
# Its own processes look for the first; the second is there to be held against it.
CLI ?= 1.0.57
REAL_FOLDER := .build/real-cli$(if $(filter-out 1.0.57,$(CLI)),-$(CLI))
REAL_CLI := $(REAL_FOLDER)/copilot
SOURCES := Sources Tests Package.swift

.PHONY: help setup build run simulate load report compare plan hazards hazards-live accidents truth \
  locks agreement breaks real test test-browser parity conformance leftovers real-setup lint format \
  bench bench-checker bench-hazards bench-live bench-mock bench-pages bench-plan validators gallery \
  sanitize fuzz clean

help: ## list the targets (this page)
	@echo "seatrial: how a fleet of headless Copilot CLI servers behaves, before real users find out"
	@echo
	@awk -F ':[^#]*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  run, simulate, load: SCENARIO=file SEED=number OUT=directory SET='key=value'"
	@echo "  plan: the same and USERS=100,1k   hazards, hazards-live: HAZARD=name; hazards: OUT=file.json"
	@echo "  real, real-setup, conformance: CLI=1.0.57 or CLI=1.0.64-0"
	@echo "  report: RESULT=folder FORMAT=markdown   compare: RESULTS='folder folder'"
	@echo "  bench: SIZES='1000 100000'   fuzz: FUZZ=rounds SECONDS=30"

setup: ## install what is missing (Debian packages), check the Swift toolchain
	@bash Tests/Setup/setup.sh

build: setup ## build the programs in release mode
	@echo "building the programs (the first time takes a few minutes)"
	@$(SWIFT_BUILD)

run: build ## set up, build, simulate and drive SCENARIO live, one page of both
	@bash Tests/Setup/run.sh "$(RUN_SCENARIO)"

load: ## drive SCENARIO live on mock processes with the programs as they are built
	@if [ ! -x $(PROGRAMS)/mock-copilot ]; then $(MAKE) build; fi
	@echo "driving $(RUN_SCENARIO) live"
	@$(PROGRAMS)/seatrial run "$(RUN_SCENARIO)" \
	  $${SEED:+--seed "$$SEED"} $${OUT:+--out "$$OUT"} $${SET:+--set "$$SET"}

simulate: ## simulate SCENARIO with the programs as they are built
	@if [ ! -x $(PROGRAMS)/seatrial ]; then $(MAKE) build; fi
	@echo "simulating $$SCENARIO"
	@$(PROGRAMS)/seatrial simulate "$$SCENARIO" \
	  $${SEED:+--seed "$$SEED"} $${OUT:+--out "$$OUT"} $${SET:+--set "$$SET"}

hazards: ## every order of answers in the guide's races, beside the cure; HAZARD=name for one
	@if [ ! -x $(PROGRAMS)/seatrial ]; then $(MAKE) build; fi
	@if [ -n "$$OUT" ]; then $(PROGRAMS)/seatrial hazards $$HAZARD --json > "$$OUT"; \
	else $(PROGRAMS)/seatrial hazards $$HAZARD; fi

report: ## make the page of RESULT (the latest in results/), or another FORMAT
	@if [ ! -x $(PROGRAMS)/seatrial ]; then $(MAKE) build; fi
	@result="$${RESULT:-$$(ls -t results/*/result.json results/*/*/result.json 2>/dev/null | grep -v baselines | head -n 1 || true)}"; \
	if [ -z "$$result" ]; then echo "report: no RESULT, and none in results/; make run leaves one" >&2; exit 2; fi; \
	$(PROGRAMS)/seatrial report "$$result" --format "$$FORMAT" $${OUT:+--out "$$OUT"}

compare: ## hold RESULTS='A B …' against each other, or the variants of one
	@if [ ! -x $(PROGRAMS)/seatrial ]; then $(MAKE) build; fi
	@if [ -z "$$RESULTS" ]; then echo "compare: name them, RESULTS='results/a results/b'" >&2; exit 2; fi
	@$(PROGRAMS)/seatrial compare $$RESULTS $${OUT:+--page "$$OUT"}

plan: ## the smallest fleet for USERS people, by simulation, with its price
	@if [ ! -x $(PROGRAMS)/seatrial ]; then $(MAKE) build; fi
	@echo "planning $(PLAN_SCENARIO) (a minute for a thousand people, minutes for many)"
	@$(PROGRAMS)/seatrial plan "$(PLAN_SCENARIO)" $${USERS:+--users "$$USERS"} \
	  $${SEED:+--seed "$$SEED"} $${OUT:+--out "$$OUT"} $${SET:+--set "$$SET"}

test: setup ## set up and run the tests; long ones have targets of their own
	@# Without a network those tests count as skipped; everything else is tested all the same.
	@$(MAKE) $(PLAN_VENV)/ready || echo "test: no kubernetes-validate and compose-spec (the reason is" \
	  "above): what checks a plan's files for Kubernetes and Compose is skipped"
	@echo "building and running the tests (the first time takes several minutes)"
	@# What failed comes once more at the end, where the log of a CI is looked at.
	@$(SWIFT_TEST) 2>&1 | tee .build/test.log || { \
	  echo "test: what failed, out of .build/test.log"; \
	  grep -A 2 -E '✘|error:' .build/test.log | grep -v -E '^--|✔|◇'; exit 1; }
	@echo "mock-copilot against the recorded CLI, killed 200 times, and with the official SDK"
	@python3 Tests/Conformance/test.py --mock $(PROGRAMS)/mock-copilot
	@echo "turns of mock-copilot on the fake provider"
	@python3 Tests/Conformance/provider_turn.py --seatrial $(PROGRAMS)/seatrial \
	  --cli $(PROGRAMS)/mock-copilot
	@echo "a simulated fleet beside a real one (a minute)"
	@python3 Tests/Live/agreement.py --seatrial $(PROGRAMS)/seatrial --short
	@echo "a server that freezes for two seconds, seen by open and by closed arrivals (20 seconds)"
	@SEATRIAL_LONG=1 $(SWIFT_TEST) --skip-build --no-parallel \
	  --filter PeopleTests/coordinatedOmission

hazards-live: build ## each hazard simulated and live, beside its odds (eight minutes)
	@python3 Tests/Live/hazards.py --seatrial $(PROGRAMS)/seatrial $$HAZARD

truth: build ## 100,000 live turns without a finding; the manager that outgrows its limit (2 minutes)
	@SEATRIAL_LONG=1 $(SWIFT_TEST) --no-parallel \
	  --filter 'CleanRunTests|RatchetRunTests'

locks: build ## locks in a real Redis beside simulation and formulas (three minutes)
	@SEATRIAL_LONG=1 $(SWIFT_TEST) --no-parallel \
	  --filter 'LockAgreementTests|RedisRunTests'

accidents: build ## servers that freeze, die, talk nonsense in mid-run; a plan confirmed live (minutes)
	@SEATRIAL_LONG=1 $(SWIFT_TEST) --no-parallel \
	  --filter 'PeopleTests|TroubleTests|BalancerTests|LiveViewTests|LeftoverTests|TruthRunTests|OwnRedisTests|ConfirmTests'

breaks: setup ## break the code on purpose in nineteen places: a test must notice each (12 minutes)
	@python3 Tests/Breaks/breaks.py .build/breaks

parity: build ## record a million inputs of live runs and replay them: no decision may differ
	@echo "twelve variants on mock processes, recorded and replayed (two and a half minutes)"
	@bash Tests/Parity/parity.sh $(PROGRAMS)/seatrial

conformance: setup real-setup ## the real Copilot CLI and mock-copilot side by side (ten minutes)
	@$(SWIFT_BUILD) --product mock-copilot
	@$(SWIFT_BUILD) --product seatrial
	@echo "turns of the real CLI on the fake provider"
	@CLI_HOME="$(CURDIR)/.build/conformance-user" python3 Tests/Conformance/provider_turn.py \
	  --seatrial $(PROGRAMS)/seatrial --cli $(REAL_CLI)
	@python3 Tests/Conformance/run.py live --real $(REAL_CLI) --mock $(PROGRAMS)/mock-copilot

agreement: build ## a simulated fleet held against a real one, every variant (11 minutes)
	@python3 Tests/Live/agreement.py --seatrial $(PROGRAMS)/seatrial

real: build real-setup ## two real CLIs driven and simulated, side by side (two minutes)
	@bash Tests/Setup/real.sh $(PROGRAMS)/seatrial $(REAL_CLI)

bench-live: build ## time the driver: turns/s beside C, open load, memory, 100,000 people, 500 processes
	@python3 Tests/Benchmarks/live/bench_live.py $(PROGRAMS) .build/wire-bench

real-setup: ## put the real Copilot CLI into .build, for comparisons
	@bash Tests/Setup/real-cli.sh "$(CLI)" "$(REAL_FOLDER)"

test-browser: build ## have Chromium look at the pages: widths, themes, toggles, numbers
	@bash Tests/Browser/browser-test.sh

gallery: build ## make docs/gallery anew: pages and their pictures
	@bash Tests/Browser/gallery.sh

bench-mock: build ## time and weigh mock-copilot, against a C program that moves the same bytes
	@echo "the mock beside C, pinned to a core each (two minutes)"
	@python3 Tests/Benchmarks/wire/mock_speed.py $(PROGRAMS)/mock-copilot .build/wire-bench

bench-pages: build ## time pages: 10^6 turns, and a comparison of 20 variants
	@bash Tests/Benchmarks/pages.sh

leftovers: build ## kill 50 live runs at random moments: nothing may be left behind
	@echo "killing 50 live runs, and 50 with locks in Redis (five minutes)"
	@SEATRIAL_ROUNDS=50 $(SWIFT_TEST) --filter LeftoverTests

lint: ## check the formatting of every source file
	@echo "checking the formatting of $(SOURCES)"
	@swift format lint --strict --parallel -r $(SOURCES)
	@echo "the formatting is as agreed"

format: ## bring every source file into the agreed format
	@swift format --in-place --parallel -r $(SOURCES)

bench: setup ## measure the engine: events/s, growth with the number of users, against SimPy
	@echo "building the benchmark"
	@$(SWIFT_BUILD) --product bench
	@echo "the engine at $$SIZES users"
	@$(PROGRAMS)/bench $$SIZES
	@echo "growth from 10^2 to 10^7 users (a few minutes)"
	@$(PROGRAMS)/bench --growth
	@$(MAKE) $(VENV)/ready
	@echo "the same closed model here and in SimPy, in turn (half a minute)"
	@$(VENV)/bin/python Tests/Benchmarks/against_simpy.py $(PROGRAMS)/bench

bench-checker: setup ## check histories of 10^6 turns: time and memory
	@echo "building the benchmark"
	@$(SWIFT_BUILD) --product bench
	@echo "histories of 1,000,000 turns (half a minute)"
	@$(PROGRAMS)/bench --checker

bench-hazards: setup ## schedules explored per second, on one core
	@echo "building the benchmark"
	@$(SWIFT_BUILD) --product bench
	@echo "exploring schedules (a few seconds)"
	@$(PROGRAMS)/bench --hazards

bench-plan: setup ## how long plans take: 1,000 and 100,000 people, 12 candidates
	@echo "building the programs"
	@$(SWIFT_BUILD) --product seatrial
	@echo "planning for 1,000 and for 100,000 people (up to six minutes)"
	@bash Tests/Benchmarks/plan.sh $(PROGRAMS)/seatrial

validators: $(PLAN_VENV)/ready ## install what checks the files that plans write: Kubernetes, Compose

$(PLAN_VENV)/ready:
	@echo "making a Python environment for kubernetes-validate and compose-spec in $(PLAN_VENV)"
	@python3 -m venv $(PLAN_VENV)
	@$(PLAN_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --retries 1 \
	  kubernetes-validate compose-spec
	@touch $@

# SimPy lives in an environment of its own, so nothing of the machine's Python changes.
$(VENV)/ready: Tests/Benchmarks/requirements.txt
	@echo "making a Python environment for SimPy in $(VENV)"
	@python3 -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

sanitize: setup ## quick tests under the address sanitizer, threads under the thread sanitizer
	@bash Tests/Setup/sanitize.sh

fuzz: setup ## damage scenario files FUZZ times; libFuzzer on all that strangers send, SECONDS each
	@echo "building the tests"
	@swift build -c release --build-tests
	@for ((round = 1; round <= FUZZ; round++)); do \
	  export SEATRIAL_SEED=$$(( (RANDOM << 30) + (RANDOM << 15) + RANDOM )); \
	  echo "round $$round of $$FUZZ, to repeat it: SEATRIAL_SEED=$$SEATRIAL_SEED"; \
	  $(SWIFT_TEST) --skip-build --filter MutationTests; \
	done
	@bash Tests/Setup/fuzz.sh $(SECONDS_EACH)

clean: ## remove everything that was built
	@rm -rf .build
