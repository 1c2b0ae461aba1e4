# make graph   from a fresh checkout to a graph of corpus/ in exports/
# make test    what must hold
# make lint    style, types, layers
# make docs    the documentation, in docs/_build; index.html is Chinese, en/index.html English
# make hanlp   adds HanLP and torch (0.9 GB) to the environment, for the tests that need them
#
# Everything happens in .venv; PYTHON=python3.12 chooses another interpreter for it.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: graph test lint docs hanlp format scores clean

graph: $(VENV)/kg.installed
	$(BIN)/kg build corpus -o exports

test: $(VENV)/test.installed
	$(BIN)/python -m pytest

lint: $(VENV)/lint.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/docs.installed
	$(BIN)/python -m docs.build docs/_build

hanlp: $(VENV)/hanlp.installed

format: $(VENV)/lint.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# After a change of extraction, corpus or settings: move the floors, write anew what README and docs show.
scores: $(VENV)/test.installed
	$(BIN)/python -m tests.evaluation.floors
	$(BIN)/python -m tests.readme

clean:
	rm -rf exports/graph.ttl exports/graph.html exports/statements.csv exports/report.json
	rm -rf exports/store exports/cache dist build docs/_build .pytest_cache .mypy_cache .ruff_cache

# Editable, so that the next `make graph` runs what the checkout then holds.
# Dependency groups need pip 25.1, which no supported Python brings along.
$(VENV)/kg.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade "pip>=25.1"
	$(PIP) install --editable .
	touch $@

# HanLP and torch, for the tests of training and of the tagger against HanLP; skipped without them. The
# build of torch is named: a range would fetch CUDA's, of several GB.
$(VENV)/hanlp.installed: $(VENV)/kg.installed
	$(PIP) install torch==2.13.0
	$(PIP) install --editable ".[hanlp]"
	touch $@

$(VENV)/%.installed: $(VENV)/kg.installed
	$(PIP) install --group $*
	touch $@
