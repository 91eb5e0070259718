"""Who may know whom, kept by machine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
CONTRACTS = TOP / "pyproject.toml"
MARKS = re.compile(r"#\s*(type:\s*ignore|noqa|mypy:|ruff:|pragma:\s*no|pylint:|pyright:)")
PURE = {"asyncio", "os", "pathlib", "time", "random", "logging"}


def lint_imports(folder: Path, config: Path) -> subprocess.CompletedProcess[str]:
    """import-linter on the package `lenmuc` below `folder`."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from importlinter.cli import lint_imports; "
        "sys.exit(lint_imports(config_filename=sys.argv[2], cache_dir=None, no_cache=True))"
    )
    return subprocess.run(
        [sys.executable, "-c", code, str(folder), str(config)],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_point_down():
    done = lint_imports(TOP / "src", CONTRACTS)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("contract", "wrong"),
    [
        (
            "Imports point down",
            {
                "core/broken.py": "lenmuc.store.database",
                "store/broken.py": "lenmuc.content.broken",
                "pages/broken.py": "lenmuc.api.broken",
                "web/broken.py": "lenmuc.pages.broken",
            },
        ),
        ("core is pure", {f"core/{name}_broken.py": name for name in PURE}),
        (
            "Only core.roadmap.highs knows the solver",
            {"core/roadmap/broken.py": "highspy", "actions/broken.py": "highspy"},
        ),
    ],
)
def test_a_wrong_import_is_found(tmp_path: Path, contract: str, wrong: dict[str, str]):
    package = tmp_path / "lenmuc"
    for name in ("", "core", "core/roadmap", "content", "store", "exports", "actions", "web", "pages", "api"):
        (package / name).mkdir(exist_ok=True, parents=True)
        (package / name / "__init__.py").touch()
        (package / name / "broken.py").touch()
    for name in ("app.py", "cli.py", "running.py", "store/database.py"):
        (package / name).touch()
    (package / "core/roadmap/highs.py").write_text("import highspy\n")
    for file, imported in wrong.items():
        (package / file).write_text(f"import {imported}\n")
    done = lint_imports(tmp_path, CONTRACTS)
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [row for row in done.stdout.splitlines() if " BROKEN" in row]
    assert len(broken) == 1
    assert broken[0].startswith(contract)
    for file, imported in wrong.items():
        module = "lenmuc." + file.removesuffix(".py").replace("/", ".")
        assert f"{module} -> {imported}" in done.stdout


def test_no_rule_is_switched_off_in_the_source():
    found = [
        f"{path.relative_to(TOP)}:{number}: {line.strip()}"
        for path in sorted((TOP / "src").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if MARKS.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line", ["x = 1  # type: ignore", "x = 1  # noqa: E501", "# ruff: noqa", "# mypy: ignore-errors"]
)
def test_the_marks_are_recognised(line: str):
    assert MARKS.search(line)


def test_web_handlers_keep_their_annotations_readable():
    """Litestar reads them while it runs, so they must not become strings."""
    found = [
        str(path.relative_to(TOP))
        for folder in ("pages", "api")
        for path in (TOP / "src/lenmuc" / folder).rglob("*.py")
        if "from __future__ import annotations" in path.read_text(encoding="utf-8")
    ]
    assert found == []


def test_every_module_says_in_a_line_what_it_is():
    silent = [
        str(path.relative_to(TOP))
        for path in sorted((TOP / "src").rglob("*.py"))
        if (text := path.read_text(encoding="utf-8")).strip() and not text.startswith('"""')
    ]
    assert silent == []
