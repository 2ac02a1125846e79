# The verbs of this repository; `make` alone lists them. They are the same here and in CI.
# A verb sets up what it needs first, so the first one takes a few minutes and the next ones none.

BIN := .venv/bin
# What `make run ARGS="--port 5062"` hands to the demo line.
ARGS ?=
# More workers than this only wait for each other: the fast suite is short.
UNIT_WORKERS ?= 8
# Most of a call is waiting: three files of calls at a time are no load for two cores. Those of one file share a line.
PEER_WORKERS ?= 3
# The load that DESIGN promises to carry on one core.
BENCH_CALLS ?= 1000
BENCH_DURATION ?= 30

.DEFAULT_GOAL := help
.PHONY: help run test style types unit peer-tests databases peers live bench clean runnable workshop
# Programs that the tests start hundreds of times find their bytecode, also where the shell forbids keeping it.
unexport PYTHONDONTWRITEBYTECODE
# One thing after the other, also under `make -j`: the verbs share one environment and one machine.
.NOTPARALLEL:

help: ## list these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: runnable ## start the demo line; on a fresh machine, set everything up first
	@$(BIN)/softswitch demo $(ARGS)

test: workshop peers style types unit peer-tests ## everything CI does: style, types, tests, calls with real phones

style: workshop ## check lint rules and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: workshop ## check the types
	$(BIN)/mypy

unit: workshop databases ## run the fast tests: of others' programs PostgreSQL alone, no network but 127.0.0.1
	$(BIN)/pytest -n auto --maxprocesses $(UNIT_WORKERS) --dist worksteal -m "not peers" --junitxml build/unit.xml

peer-tests: workshop peers ## run the calls with phones we did not write
	$(BIN)/pytest tests/peers -m "peers and not punctual" -n $(PEER_WORKERS) --dist loadfile --junitxml build/peers.xml
	$(BIN)/pytest tests/peers -m punctual --junitxml build/punctual.xml

databases: ## install PostgreSQL, on which storage is tested beside SQLite
	@tools/install_postgres.sh

peers: workshop ## install the phones we did not write (SIPp, baresip, Linphone, pjsua2, pyVoIP)
	@tools/setup.sh test style peers
	@tools/install_peers.sh

live: runnable ## make a real call of every test of the shipped menus, in the lines' own voices; takes a while
	@for line in ivr_trees/*/softswitch.yaml; do \
		$(BIN)/softswitch test "$${line%/*}" --live "$$line" || exit 1; done

bench: runnable ## measure calls, call rate and the search for keys; each prints a table
	$(BIN)/python -m benchmarks.capacity --calls $(BENCH_CALLS) --seconds $(BENCH_DURATION)
	$(BIN)/python -m benchmarks.call_rate
	$(BIN)/python -m benchmarks.dtmf

clean: ## remove what the verbs made (environment, caches), never a line's own data
	rm -rf .venv .peers build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Not verbs: what the verbs stand on. The script returns at once when nothing in pyproject.toml changed.
runnable:
	@tools/setup.sh

# The peers extra stands apart: its wheels do not exist for every Python that the switch itself runs on.
workshop:
	@tools/setup.sh test style
