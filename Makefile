# Two commands: `make lab` opens the lessons, `make test` checks everything.
# They only call `python3 -m venv` and pip; the README has the same lines without make.

PYTHON ?= python3
VENV ?= .venv
LAB_ARGS ?=
BENCH_ARGS ?=

BIN = $(VENV)/bin
BUILD_FILES = setup.py pyproject.toml $(wildcard _kernels/*.pyx _kernels/*.pxd)

.PHONY: lab test browser bench clean

lab: $(VENV)/.lab-installed
	@$(BIN)/edukeras lab $(LAB_ARGS)

test: $(VENV)/.dev-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest
	$(BIN)/python -m pytest --nbval --nbval-current-env --nbval-cell-timeout=60 lessons
	@echo "make test: all green: ruff, mypy, tests and doctests, lessons."

# The widgets in JupyterLab and Notebook 7, clicked by a real browser. It needs an
# installed Chromium, on Debian: apt-get install chromium fonts-nanum
browser: $(VENV)/.browser-installed
	@$(BIN)/python -m tests.browser.kernels
	EDUKERAS_REQUIRE_BROWSER=1 $(BIN)/python -m pytest tests/browser

# edukeras beside its peers; those that are installed in $(VENV) take part.
bench: $(VENV)/.dev-installed
	$(BIN)/python tests/benchmarks/run.py $(BENCH_ARGS)

# The empty files .created, .lab-installed ... are dated marks of what has been done,
# so that a second `make` starts at once.
$(VENV)/.created:
	@echo "Making the environment $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.lab-installed: EXTRA = lab,grading
$(VENV)/.dev-installed: EXTRA = dev
$(VENV)/.browser-installed: EXTRA = dev,browser
$(VENV)/.lab-installed $(VENV)/.dev-installed $(VENV)/.browser-installed: $(VENV)/.created $(BUILD_FILES)
	@echo "Installing edukeras[$(EXTRA)], building its kernels (minutes the first time) ..."
	@$(BIN)/python -m pip install --quiet --editable ".[$(EXTRA)]"
	@$(BIN)/edukeras info
	@touch $@

# Removes all that make made; what a learner wrote (my-lessons) stays.
clean:
	rm -rf $(VENV) build dist *.egg-info edukeras/_kernels
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find edukeras lessons tests -name __pycache__ -prune -exec rm -rf {} +
