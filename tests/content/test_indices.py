"""The shipped indices: each is made of what the domain's table says, no value is without a source."""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from lenmuc.content.errors import ContentError
from lenmuc.content.everything import Content
from lenmuc.content.indices import load_indices
from lenmuc.paths import assessments

SHARED = Path(os.environ.get("LENMUC_SHARED", Path(__file__).parents[3] / "shared"))
TABLE = SHARED / "domain" / "indices.csv"


@pytest.mark.skipif(not TABLE.is_file(), reason="the domain's table is not here")
def test_every_index_is_made_of_what_the_table_says(content: Content) -> None:
    with TABLE.open(encoding="utf-8-sig", newline="") as file:
        wanted: dict[tuple[str, str], list[tuple[str, str, str, float | None]]] = {}
        for row in csv.DictReader(file):
            most = float(row["diem_toi_da"]) if row["diem_toi_da"] else None
            part = (row["stt"], row["ten_vi"], row["ten_en"], most)
            wanted.setdefault((row["bo_chi_so"], row["phien_ban"]), []).append(part)
    made = [
        [(each.code, each.name.vi, each.name.en, each.most) for each in edition.components]
        for index in content.indices.every.values()
        for edition in index.editions
        if edition.components
    ]
    assert sorted(map(str, made)) == sorted(map(str, wanted.values()))


def test_provinces_are_as_many_as_there_were(content: Content) -> None:
    years = Counter(
        year for each in content.indices.provinces.values() for year in (2007, 2015, 2026) if each.there(year)
    )
    assert years == {2007: 64, 2015: 63, 2026: 34}


def test_points_that_are_known_add_up_to_the_whole(content: Content) -> None:
    for index in content.indices.every.values():
        for edition in index.editions:
            points = [each.most for each in edition.components]
            if points and None not in points:
                assert sum(most for most in points if most) == edition.most


def test_a_shipped_value_says_where_it_was_read_or_that_it_is_from_memory(content: Content) -> None:
    assert content.indices.points
    assert all(each.source or each.confidence == "memory" for each in content.indices.points)


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        ("pci.toml", 'id = "pci"', 'id = "other"', "id"),
        ("pci.toml", 'code = "2"', 'code = "1"', "components"),
        ("pci.toml", "order = 10", "order = 10\nsurely = 1", "surely"),
        ("series.csv", "63", "64", "row 4, rank"),
        ("provinces.csv", "an-giang,", "bac-ninh,", "row"),
    ],
)
def test_a_mistake_is_named_by_file_and_place(
    tmp_path: Path, file: str, old: str, new: str, place: str
) -> None:
    for path in (assessments() / "indices").iterdir():
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(
            text.replace(old, new) if path.name == file else text, encoding="utf-8"
        )
    with pytest.raises(ContentError, match=place) as wrong:
        load_indices(tmp_path)
    assert wrong.value.file == file
