# Two environments from one lock each: .venv/run is what runs, .venv/dev adds what develops.
PYTHON ?= python3.11
BIN := .venv/bin

.PHONY: demo test e2e check bench examples lock clean

demo: .venv/run          ## play the story: a file in git becomes a working client in test
	@$(BIN)/sluse demo $(DEMO)

test: .venv/dev          ## every test, warnings as errors
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -n $(WORKERS) --dist worksteal $(TEST)
# With that variable every worker compiles all tests anew, each time; what is written lies beside what is installed and is ignored by git.
# One more than there are cores: many tests wait for a process.
WORKERS = $$(( $$(getconf _NPROCESSORS_ONLN) + 1 ))

e2e: .venv/dev           ## the same on a real API server; builds it with go, once, unless one is named
	@$(BIN)/python tests/e2e $(E2E)

check: .venv/dev         ## lint, format, types, generated files, and what a release may not break
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy operator stacks policies
	@$(BIN)/python -m sluse_stacks --check

bench: .venv/dev         ## the figures, each ratio measured side by side
	@$(BIN)/python tests/bench

examples: .venv/dev      ## rebuild what is generated: example keys, schemas, CRDs, deployment, help, openings
	@$(BIN)/python tests/golden/words.py
	@$(BIN)/python -m sluse.demo.examples
	@$(BIN)/python -m sluse_stacks
	@$(BIN)/python tests/golden/command_help.py
	@$(BIN)/python tests/golden/network_openings.py
	@$(BIN)/python tests/golden/previews.py

lock:                    ## resolve the lock files anew (needs uv)
	uv pip compile pyproject.toml --group build -o requirements.lock $(LOCK)
	uv pip compile pyproject.toml --extra pulumi --group build --group dev -c requirements.lock -o requirements-dev.lock $(LOCK)
LOCK := --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --python-version 3.11 --quiet

.venv/run: requirements.lock pyproject.toml
	@echo "installing what is locked into .venv (once, about a minute)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q operator stacks policies
	@touch $@

.venv/dev: .venv/run requirements-dev.lock
	@echo "installing the development tools into .venv (once, about a minute)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

clean:                   ## remove the environment and every cache
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
