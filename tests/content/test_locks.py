"""A published scheme cannot change: its file is held against the fingerprint in lock.toml."""

import shutil
from pathlib import Path

import pytest

from lenmuc import paths
from lenmuc.cli import main
from lenmuc.content.errors import ContentError
from lenmuc.content.locks import LOCK, drafts, locked
from lenmuc.content.schemes import load_schemes, lock

ASSESSMENTS = Path(__file__).resolve().parents[2] / "assessments"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what is shipped."""
    for path in ASSESSMENTS.glob("*.toml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def alter(path: Path, right: bytes, wrong: bytes) -> None:
    text = path.read_bytes()
    assert right in text
    path.write_bytes(text.replace(right, wrong, 1))


def test_every_shipped_scheme_is_published_and_as_it_was() -> None:
    assert drafts(ASSESSMENTS) == []
    assert set(load_schemes(ASSESSMENTS)) == set(locked(ASSESSMENTS))


def test_an_altered_file_is_refused_with_what_to_do(folder: Path) -> None:
    alter(folder / "rs-2018.toml", b"days = 60.0", b"days = 61.0")
    with pytest.raises(ContentError, match=r"rs-2018\.toml: .*altered.*Restore the file.*rs-2018-2\.toml"):
        load_schemes(folder)


def test_even_a_comment_counts(folder: Path) -> None:
    alter(folder / "rs-2026.toml", b"# RS-2026", b"#  RS-2026")
    with pytest.raises(ContentError, match="altered"):
        load_schemes(folder)


def test_line_ends_of_another_system_do_not_count(folder: Path) -> None:
    for path in folder.glob("*.toml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert len(load_schemes(folder)) == 5


def test_a_published_file_that_is_gone_is_missed(folder: Path) -> None:
    (folder / "proactive-2026.toml").unlink()
    with pytest.raises(ContentError, match=r"proactive-2026\.toml: .*gone; restore it"):
        load_schemes(folder)


def test_a_new_scheme_is_a_draft_until_it_is_locked(folder: Path) -> None:
    draft = folder / "proactive-2027.toml"
    shutil.copy(folder / "proactive-2026.toml", draft)
    alter(draft, b'id = "proactive-2026"', b'id = "proactive-2027"')
    assert drafts(folder) == ["proactive-2027"]
    alter(draft, b"days = 10.0", b"days = 11.0")
    assert len(load_schemes(folder)) == 6
    assert lock(folder) == ["proactive-2027"]
    alter(draft, b"days = 11.0", b"days = 12.0")
    with pytest.raises(ContentError, match=r"proactive-2027\.toml: .*altered"):
        load_schemes(folder)


def test_locking_again_changes_nothing(folder: Path) -> None:
    before = (folder / LOCK).read_bytes()
    assert lock(folder) == []
    assert (folder / LOCK).read_bytes() == before


def test_locking_does_not_forgive_an_altered_file(folder: Path) -> None:
    before = (folder / LOCK).read_bytes()
    alter(folder / "rs-2018.toml", b"days = 60.0", b"days = 61.0")
    with pytest.raises(ContentError, match="altered"):
        lock(folder)
    assert (folder / LOCK).read_bytes() == before


def test_a_file_with_a_mistake_is_not_published(folder: Path) -> None:
    (folder / "rs-2027.toml").write_text("id = 1", encoding="utf-8")
    with pytest.raises(ContentError, match=r"rs-2027\.toml"):
        lock(folder)
    assert "rs-2027" not in locked(folder)


def test_what_a_published_scheme_takes_its_criteria_from_is_published_too(folder: Path) -> None:
    lines = (folder / LOCK).read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / LOCK).write_text("".join(x for x in lines if not x.startswith("rs-2018")), encoding="utf-8")
    with pytest.raises(ContentError, match="takes criteria from rs-2018; lock rs-2018 too"):
        load_schemes(folder)


def test_a_damaged_lock_is_refused(folder: Path) -> None:
    (folder / LOCK).write_text("rs-2018 = ", encoding="utf-8")
    with pytest.raises(ContentError, match=r"lock\.toml: this cannot be read"):
        load_schemes(folder)


def test_the_command_publishes_a_draft_once_and_then_holds_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / LOCK).write_bytes(b"".join(
        line for line in (folder / LOCK).read_bytes().splitlines(keepends=True) if b"rs-2011" not in line
    ))  # fmt: skip
    for name in ("guidance", "indices"):
        shutil.copytree(ASSESSMENTS / name, folder / name)
    monkeypatch.setattr(paths, "assessments", lambda: folder)
    main(["check"])
    assert "rs-2011: a draft, which may still change" in capsys.readouterr().out
    main(["check", "--lock"])
    assert "rs-2011: locked; from now on its file cannot change" in capsys.readouterr().out
    main(["check", "--lock"])
    said = capsys.readouterr().out
    assert "locked; from now on" not in said
    assert "a draft" not in said
    alter(folder / "rs-2011.toml", b"Decree 43/2011", b"Decree 44/2011")
    with pytest.raises(SystemExit, match=r"rs-2011\.toml: .*altered"):
        main(["check"])
