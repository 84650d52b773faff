# Two commands for people: `make demo` shows it, `make test` proves it. Each sets up all it needs, and works again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --no-strip-extras pyproject.toml

.PHONY: demo test tour check types lint houserules format lock clean

demo: $(READY)
	$(BIN)/tandem demo

test: $(READY) check
	scripts/postgres
	scripts/browser
	$(BIN)/pytest -n 3 --dist worksteal --cov --cov-report=term:skip-covered --cov-fail-under=90

# Types the commands of docs/tour.md and writes down what they print; `make test` compares.
tour: $(READY)
	TOUR=write $(BIN)/pytest tests/acceptance/test_tour.py

check: lint types houserules

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

houserules: $(READY)
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry .

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The locks name versions and hashes, never where they are downloaded from: all that a checkout needs, and of that what
# runs in an image.
lock: $(READY)
	$(BIN)/pip install --quiet uv
	$(COMPILE) --group dev -o requirements.lock
	$(COMPILE) --constraint requirements.lock -o requirements.run.lock

$(READY): requirements.lock pyproject.toml scripts/set-up
	PYTHON=$(PYTHON) VENV=$(VENV) scripts/set-up
	@touch $@

clean:
	rm -rf $(VENV) var build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
