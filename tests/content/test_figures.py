"""Passports of figures are read, and a mistake is named with its file and key."""

from pathlib import Path

import pytest

from lenmuc import paths
from lenmuc.content.errors import ContentError
from lenmuc.content.everything import Content
from lenmuc.content.figures import load_figures

PUBLISHED = paths.assessments() / "figures"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("level-4", "online-share", "on-time", "circular-01-2018", "level-3-or-more-eligible"):
        (tmp_path / f"{name}.toml").write_text((PUBLISHED / f"{name}.toml").read_text("utf-8"), "utf-8")
    return tmp_path


def test_every_published_figure_names_its_denominator_and_its_source_in_both_languages(
    content: Content,
) -> None:
    assert len(content.figures) == 16
    assert all(f.denominator.vi and f.denominator.en and f.formula.vi for f in content.figures.values())
    assert {f.id for f in content.figures.values() if not f.source} == {
        "verified",
        "lapsed",
        "online-share-quarter",
    }


def test_an_official_set_has_all_its_points(content: Content) -> None:
    for id, points in (("circular-01-2018", 18), ("decision-766-2022", 100)):
        assert sum(part.points for part in content.figures[id].parts) == points


@pytest.mark.parametrize(
    ("file", "right", "mistake", "said"),
    [
        ("level-4", 'id = "level-4"', 'id = "level-5"', r"level-4.toml, line 1, key id: the file is called"),
        ("level-4", '"rs-2018"', '"rs-1999"', r"level-4.toml, line \d+, key scheme: there is no scheme"),
        ("level-4", "level = 4", "level = 9", r"key level: rs-2018 has no level 9"),
        ("level-4", '"reached"', '"verified"', r"key inputs: it counts from reviews too"),
        ("level-4", '"reached"', '"guessed"', r"key measure: .*Invalid enum value"),
        ("level-4", "formula.vi", "formulla.vi", r"formul"),
        ("level-3-or-more-eligible", ', "answers"', "", r"key inputs: what is eligible follows from answers"),
        ("on-time", 'column = "on_time"\n', "", r"key column: a figure has a column exactly when"),
        (
            "on-time",
            'column = "on_time"',
            'column = "on_time"\nscheme = "rs-2018"',
            r"filings of a quarter go by no",
        ),
        ("on-time", '["counts"]', '["levels"]', r"key inputs: it counts from counts too"),
        ("circular-01-2018", '"online-share"]', '"onlin"]', r"key figures: there is no figure onlin"),
        ("circular-01-2018", 'measure = "parts"', 'measure = "levels"', r"key measure: a figure has parts"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    folder: Path, content: Content, file: str, right: str, mistake: str, said: str
) -> None:
    path = folder / f"{file}.toml"
    text = path.read_text("utf-8")
    assert right in text
    path.write_text(text.replace(right, mistake, 1), "utf-8")

    with pytest.raises(ContentError, match=said):
        load_figures(folder, content.schemes)
