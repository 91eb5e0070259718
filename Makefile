# Needs Python 3.11 or newer and the package index; `uv` is used when it is there. Everything stays in this folder:
# the programs in .venv, downloads in .cache, the data in var.

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
export UV_CACHE_DIR ?= $(CURDIR)/.cache/uv
export PIP_CACHE_DIR ?= $(CURDIR)/.cache/pip
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Without compiled files each of the hundreds of programs that tests start compiles everything again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test core check faults upgrade-drill fuzz drills problems tour bench-desk bench-readiness bench-wide bench-roadmap bench-search bench-import bench-load hostile editors check-linked-data lock clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s  %s\n", $$1, $$2 }' Makefile

run: $(VENV)/run.stamp ## start Lên Mức with Hà Nội and demo people on http://127.0.0.1:8000
	@exec $(PY) -m lenmuc demo

test: $(VENV)/test.stamp ## check and test everything
	@status=0; { $(PY) -m ruff check && $(PY) -m mypy; } & \
	$(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder tests/live tests/wheel tests || status=1; wait $$! || status=1; exit $$status

core: $(VENV)/test.stamp ## test the rules alone, without a database, in under three seconds
	@$(PY) -m pytest tests/core --confcutdir=tests/core --hypothesis-profile=quick -p no:xdist

check: $(VENV)/test.stamp ## style, types, who imports whom, structure
	@status=0; for tool in "ruff check" mypy "pytest tests/architecture"; do $(PY) -m $$tool || status=1; done; exit $$status

faults: $(VENV)/test.stamp ## kill program, database, both and imports (LENMUC_KILLS times, 50 unless said) and look for what was lost
	@LENMUC_KILLS=$${LENMUC_KILLS:-50} $(PY) -m pytest -s --timeout=0 -n 2 --dist loadfile tests/live/test_kill.py tests/live/test_kill_import.py -rP

drills: $(VENV)/test.stamp ## back up a site in use 20 times, restore each backup and compare
	@LENMUC_DRILLS=20 $(PY) -m pytest -s --timeout=0 tests/live/test_drill.py

upgrade-drill: $(VENV)/test.stamp ## bring the data of an earlier program up beside it (FROM=revision) and look for what was lost
	@$(PY) -m tests.live.upgrade $(or $(FROM),HEAD~1)

fuzz: $(VENV)/test.stamp ## send the API 25,000 made-up requests as each of six roles, held against its contract
	@LENMUC_CASES=$${LENMUC_CASES:-25000} $(PY) -m pytest -s --timeout=0 tests/live/test_contract.py

hostile: $(VENV)/test.stamp ## send more than 20,000 hostile texts in every place of every request
	@LENMUC_HOSTILE=$${LENMUC_HOSTILE:-3} $(PY) -m pytest -s --timeout=0 tests/web/test_hostile.py

editors: $(VENV)/test.stamp ## let 50 people make 20 changes each of the same answer and look for what was lost
	@LENMUC_EDITORS=50 $(PY) -m pytest -s --timeout=0 tests/live/test_editors.py

problems: $(VENV)/test.stamp ## hold plans of four times as many made-up problems as the suite against every other plan
	@LENMUC_PROBLEMS=$${LENMUC_PROBLEMS:-100} $(PY) -m pytest --timeout=0 -n 2 --dist loadfile tests/roadmap

tour: $(VENV)/test.stamp ## take pictures of the pages into the folder tour
	@$(PY) -m tests.browser.tour

bench-readiness: $(VENV)/test.stamp ## measure the levels of the whole city against plain sets
	@$(PY) benchmarks/readiness.py

bench-desk: $(VENV)/test.stamp ## measure pages of figures and the desk against one indexed read of the rolled-up table
	@$(PY) benchmarks/desk.py

bench-wide: $(VENV)/test.stamp ## measure an answer that moves every offering against its limit of 5 s
	@$(PY) benchmarks/wide.py

bench-roadmap: $(VENV)/test.stamp ## measure roadmaps against the plain model and a greedy rule (LENMUC_NRP: folder of published problems)
	@$(PY) benchmarks/roadmap.py
	@$(PY) benchmarks/roadmap_cases.py agency
	@if [ -n "$$LENMUC_NRP" ]; then $(PY) benchmarks/roadmap_nrp.py "$$LENMUC_NRP"; fi

bench-search: $(VENV)/test.stamp .cache/datasette/bin/datasette ## measure search over HTTP against Datasette; needs the package index once
	@$(PY) -m benchmarks.search

bench-load: $(VENV)/test.stamp ## measure the city under 200 requests a second for ten minutes (LENMUC_SECONDS: another time)
	@$(PY) -m benchmarks.city --seconds $${LENMUC_SECONDS:-600}

check-linked-data: $(VENV)/test.stamp ## hold the linked data of three national registries against the official shapes; takes long (LENMUC_SHARED)
	@$(PY) -m benchmarks.linked_data

bench-import: $(VENV)/test.stamp ## measure bringing registries in against reading and copying (LENMUC_SHARED: the folder above the national data)
	@$(PY) benchmarks/importing.py

# Only measured against: it is no part of the program and has an environment of its own.
.cache/datasette/bin/datasette:
	@$(PY) -m venv --clear .cache/datasette && .cache/datasette/bin/python -m pip install --quiet 'datasette==0.65.*'

lock: export UV_CUSTOM_COMPILE_COMMAND := make lock
lock: ## choose new versions of everything we depend on (needs uv)
	@uv pip compile $(LOCK) --output-file requirements.lock pyproject.toml
	@uv pip compile $(LOCK) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

clean: ## remove what make made; the data in var stay
	@rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist build tour
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# No address of an index may get into the lock files: everybody installs from their own.
LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
	--no-emit-find-links

$(VENV)/run.stamp: requirements.lock | $(VENV)/pyvenv.cfg
	@$(call install,requirements.lock)
	@touch $@

$(VENV)/test.stamp: requirements.lock requirements-dev.lock | $(VENV)/pyvenv.cfg
	@$(call install,requirements-dev.lock)
	@touch $(VENV)/run.stamp $@

# The package itself is linked, not copied: one line for Python, one command for people.
define install
echo "Installing what $(1) names into $(VENV); once, less than a minute."; \
if ! { command -v uv >/dev/null 2>&1 && uv pip install --quiet --python $(PY) --require-hashes --requirement $(1); }; then \
	$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null || exit 1; \
	$(PY) -m pip install --quiet --progress-bar off --require-hashes --no-deps --requirement $(1) || exit 1; \
fi; \
$(PY) -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "lenmuc.pth").write_text("../../../../src\n")' && \
printf '#!/bin/sh\nexec "$$(dirname "$$0")/python" -m lenmuc "$$@"\n' > $(BIN)/lenmuc && chmod 755 $(BIN)/lenmuc
endef

# A name on PATH may be a shim without a Python behind it, so each is tried.
$(VENV)/pyvenv.cfg:
	@for name in "$$PYTHON" python3.13 python3.12 python3.11 python3.14 python3 python; do \
		[ -n "$$name" ] || continue; \
		found=$$("$$name" -c 'import sys; sys.version_info >= (3, 11) and print(sys.executable)' 2>/dev/null) || continue; \
		[ -n "$$found" ] || continue; \
		echo "Making $(VENV) with $$found."; \
		if command -v uv >/dev/null 2>&1 && uv venv --quiet --no-project --python "$$found" $(VENV); then exit 0; fi; \
		if "$$found" -m venv --clear $(VENV); then exit 0; fi; \
		rm -rf $(VENV); \
		echo "$$found cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv" >&2; \
	done; \
	echo "Lên Mức needs Python 3.11 or newer. Install one, or name it: make run PYTHON=/path/to/python3" >&2; exit 1
