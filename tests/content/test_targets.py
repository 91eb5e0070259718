"""The library of targets holds what the documents say, and a mistake in it is named with its place."""

import csv
import datetime as dt
import os
import re
from pathlib import Path

import pytest

from lenmuc import paths
from lenmuc.content.errors import ContentError
from lenmuc.content.everything import Content
from lenmuc.content.targets import NAME, load_targets

PUBLISHED = paths.assessments() / "targets" / NAME
SHARED = Path(os.environ.get("LENMUC_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
COLLECTED = SHARED / "domain" / "targets.csv"


def collected() -> list[dict[str, str]]:
    if not COLLECTED.is_file():
        pytest.skip("the collected targets are not beside this checkout")
    with COLLECTED.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_library_has_the_values_units_and_days_that_were_collected(content: Content) -> None:
    rows, library = collected(), list(content.targets.values())
    assert len(rows) == len(library) == 30
    for row, target in zip(rows, library, strict=True):
        value = row["gia_tri"]
        numbers = tuple(float(number) for number in re.findall(r"\d+", value))
        assert target.values == numbers, target.id
        assert (target.sense == "at_most") == value.startswith("<="), target.id
        assert target.unit.vi.startswith("phần trăm") == row["don_vi"].startswith("%"), target.id
        day = re.fullmatch(r"(\d+)/(\d+)/(\d{4})", row["thoi_han"])
        year = re.fullmatch(r"\d{4}", row["thoi_han"])
        due = dt.date(int(day[3]), int(day[2]), int(day[1])) if day else None
        assert target.due == (dt.date(int(year[0]), 12, 31) if year else due), target.id
        level = {"verified": "verified", "verified (repo)": "repository"}.get(row["do_tin_cay"], "secondary")
        assert target.confidence == level, target.id


def test_a_measured_target_wants_of_its_figure_what_its_document_wants(content: Content) -> None:
    measured = [target for target in content.targets.values() if target.measured]
    assert len(measured) == 12
    for target in measured:
        assert target.measured is not None
        if target.measured.sense == target.sense:
            assert target.measured.amount == target.values[0]
        else:  # at least 80 % with filings are at most 20 % without
            assert target.measured.figure == "no-online-filings"
            assert target.measured.amount == 100 - target.values[0]


@pytest.mark.parametrize(
    ("right", "mistake", "said"),
    [
        ('id = "egdi-2016"', 'id = "satisfied-2020"', r"line \d+, key id: satisfied-2020 is there twice"),
        ("due = 2016-12-31\n", "", r"key due: give either the last day"),
        ('figure = "level-4"', 'figure = "level-9"', r"key measured: there is no figure level-9"),
        ('amount = 20, counted = "filings"', 'amount = 20, counted = "services"', r"does not count services"),
        ("name.en", "nam.en", r"nam"),
        ('scope = "nation"', 'scope = "world"', r"key scope: .*Invalid enum value"),
        (
            'confidence = "verified"\n',
            'confidence = "verified"\nmeasured = { figure = "level-4", sense = "at_least", amount = 1 }\n',
            r"key measured: say either",
        ),
        ("[[targets]]", "[[targets", r"this is not TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, content: Content, right: str, mistake: str, said: str
) -> None:
    text = PUBLISHED.read_text("utf-8")
    assert right in text
    (tmp_path / NAME).write_text(text.replace(right, mistake, 1), "utf-8")

    with pytest.raises(ContentError, match=said):
        load_targets(tmp_path, content.figures)
