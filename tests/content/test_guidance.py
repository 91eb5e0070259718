"""Guidance beside the law: one entry for each criterion, in both languages."""

from pathlib import Path

import pytest

from lenmuc import paths
from lenmuc.content.errors import ContentError
from lenmuc.content.guidance import load_guidance
from lenmuc.content.schemes import load_schemes

WHOLE = """\
[[criteria]]
id = "1.01"
why.vi = "Để tìm."
why.en = "To find it."
example.vi = "Tên."
example.en = "A name."
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with guidance for one criterion."""
    (tmp_path / "level-1.toml").write_text(WHOLE, "utf-8")
    return tmp_path


def test_every_criterion_of_every_scheme_is_explained() -> None:
    schemes = load_schemes(paths.assessments())
    ids = {criterion.id for scheme in schemes.values() for criterion in scheme.criteria}

    guidance = load_guidance(paths.assessments() / "guidance", ids)

    assert guidance.keys() == ids
    assert len(guidance) == 126


def test_no_explanation_stands_in_two_places() -> None:
    schemes = load_schemes(paths.assessments())
    ids = {criterion.id for scheme in schemes.values() for criterion in scheme.criteria}
    guidance = load_guidance(paths.assessments() / "guidance", ids).values()

    for texts in ([g.why for g in guidance], [g.example for g in guidance]):
        assert len({words.vi for words in texts}) == len({words.en for words in texts}) == 126
        assert all(words.vi != words.en for words in texts)


def test_guidance_is_read(folder: Path) -> None:
    assert load_guidance(folder, ["1.01"])["1.01"].why.en == "To find it."


@pytest.mark.parametrize(
    ("right", "mistake", "said"),
    [
        ('id = "1.01"', 'id = "9.99"', r"level-1.toml, line 2, key id: no scheme has a criterion 9.99"),
        ('why.en = "To find it."\n', "", r"level-1.toml, line 3, key why.en: .*missing required field `en`"),
        ('id = "1.01"', 'id = "1.01"\nwy = ""', r"level-1.toml, line 3, key wy: .*unknown field `wy`"),
        ('why.en = "To find it."', 'why.en = ""', r"level-1.toml, line 4, key why.en: .*may not be empty"),
        ("[[criteria]]", "[[criteria", r"level-1.toml: this is not TOML"),
        (WHOLE, WHOLE + WHOLE, r"level-1.toml, line 8, key id: there is guidance for 1.01 already"),
        (WHOLE, "criteria = []", r"guidance is missing for 1.01; write it here"),
    ],
)
def test_a_mistake_is_named_with_its_place(folder: Path, right: str, mistake: str, said: str) -> None:
    (folder / "level-1.toml").write_text(WHOLE.replace(right, mistake), "utf-8")

    with pytest.raises(ContentError, match=said):
        load_guidance(folder, ["1.01"])


def test_a_file_in_another_encoding_is_refused(folder: Path) -> None:
    (folder / "level-1.toml").write_text(WHOLE, "utf-16")

    with pytest.raises(ContentError, match="save the file as UTF-8"):
        load_guidance(folder, ["1.01"])
