"""Compiled templates: found again by the next start, never of another state, never needed."""

from pathlib import Path
from typing import Any

import jinja2
import pytest

from lenmuc.web.compiled import Compiled


def shown(folder: Path, compiled: Compiled) -> str:
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), bytecode_cache=compiled, autoescape=True)
    return env.get_template("page.html").render(name="Hà Nội")


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "page.html").write_text("{{ name }}!", encoding="utf-8")
    return folder


def count_compiling(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []
    compile_ = jinja2.Environment.compile

    def counted(env: Any, source: Any, name: Any = None, *args: Any, **options: Any) -> Any:
        seen.append(name)
        return compile_(env, source, name, *args, **options)

    monkeypatch.setattr(jinja2.Environment, "compile", counted)
    return seen


def test_a_template_is_compiled_once_for_all_starts(
    templates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = count_compiling(monkeypatch)
    data = tmp_path / "data"
    for _ in range(3):
        assert shown(templates, Compiled(data, "a" * 64)) == "Hà Nội!"
    assert seen == ["page.html"]
    assert data.stat().st_mode & 0o077 == 0, "what is run from here is nobody else's to write"
    assert all(path.stat().st_mode & 0o077 == 0 for path in data.rglob("*"))


def test_another_state_of_the_program_compiles_anew_and_leaves_nothing_of_the_one_before(
    templates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = count_compiling(monkeypatch)
    shown(templates, Compiled(tmp_path / "data", "a" * 64))
    shown(templates, Compiled(tmp_path / "data", "b" * 64))
    assert len(seen) == 2
    assert len(list((tmp_path / "data" / "templates").iterdir())) == 1


def test_a_changed_template_and_a_spoilt_file_are_compiled_anew(templates: Path, tmp_path: Path) -> None:
    compiled = Compiled(tmp_path / "data", "a" * 64)
    shown(templates, compiled)
    (templates / "page.html").write_text("{{ name }}?", encoding="utf-8")
    assert shown(templates, compiled) == "Hà Nội?"
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:60])
    assert shown(templates, compiled) == "Hà Nội?"


def test_where_nothing_can_be_written_pages_are_shown_all_the_same(templates: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands where the folder would be", encoding="utf-8")
    assert shown(templates, Compiled(tmp_path / "data", "a" * 64)) == "Hà Nội!"
