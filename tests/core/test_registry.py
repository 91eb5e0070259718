"""Cells of a foreign registry: what cannot be read stays unknown, is listed, and never becomes 0 or no."""

from typing import Any

import pytest

from lenmuc.core.mappings import Column, Mapping, Place, Source
from lenmuc.core.registry import Note, Reader, Row, gathered, lineage
from lenmuc.core.registry_rows import Record

CODE = {"code": (Column("c"),), "name": (Column("n"),)}


def mapping(same_code: Any = "refuse", unknown: frozenset[str] = frozenset(), **fields: Column) -> Mapping:
    return Mapping(
        "m", "", "", "", Place("X", "X", "X"), Source("csv"),
        {**CODE, **{f: (c,) for f, c in fields.items()}},
        unknown=unknown, same_code=same_code, offered="nobody",
    )  # fmt: skip


def one(
    text: str, column: Column, field: str, unknown: frozenset[str] = frozenset()
) -> tuple[Any, list[Note]]:
    reader = Reader(mapping(unknown=unknown, **{field: column}))
    record, notes = reader.read(Row("f.csv", 2, ("1.1", "Tên", text)))
    if record is None:
        return None, notes
    return getattr(record, field, getattr(record.service, field, None)), notes


@pytest.mark.parametrize(
    ("text", "column", "field", "value"),
    [
        ("5 ngày", Column("x", units={"ngày": "d"}), "time_online", "5 d"),
        ("2 w", Column("x"), "time_online", "14 d"),
        ("３０日", Column("x", units={"日": "d"}), "time_online", "30 d"),
        ("１,２３４", Column("x", unit="JPY"), "fee_amounts", ("1234 JPY",)),
        ("3 wd, 10 wd", Column("x", split=","), "time_post", "10 wd"),
        ("12,500", Column("x", unit="VND"), "fee_amounts", ("12500 VND",)),
        ("8.000 đ/bản", Column("x", find=r"\d+(?:\.\d{3})*", unit="VND"), "fee_amounts", ("8000 VND",)),
        ("Không", Column("x", find=r"\d+(?:\.\d{3})*", unit="VND"), "fee_amounts", ()),
        ("5.0", Column("x"), "papers", 5),
        ("", Column("x"), "filings", None),
        ("ND", Column("x"), "filings", None),
        ("31/01/2026", Column("x", date="%d/%m/%Y"), "valid_to", __import__("datetime").date(2026, 1, 31)),
        ("a.doc, b.pdf", Column("x", find=r"\.\w+", counted=True), "forms", 2),
        ("nothing", Column("x", find=r"\.\w+", counted=True), "papers", None),
        ("nothing", Column("x", find=r"\.\w+", counted=True, zero=True), "papers", 0),
        ("anything", Column("x", becomes="yes"), "has_steps", True),
        ("Trực tuyến", Column("x", codes={"Trực tuyến": "online"}), "channels", ("online",)),
    ],
)
def test_cells_become_values(text: str, column: Column, field: str, value: Any) -> None:
    assert one(text, column, field, frozenset({"ND"})) == (value, [])


@pytest.mark.parametrize(
    ("text", "column", "field"),
    [
        ("soon", Column("x"), "time_online"),
        ("5", Column("x"), "time_online"),  # a number without a unit
        ("-3", Column("x"), "filings"),
        ("1.5", Column("x"), "filings"),
        ("99999999999", Column("x"), "filings"),
        ("5", Column("x"), "declared"),  # no level above 4 was ever published
        ("gratis", Column("x", codes={}, otherwise="keep"), "fee_post"),
        ("31.02.2026", Column("x", date="%d.%m.%Y"), "valid_to"),
        ("a\u202eb", Column("x"), "decision"),
    ],
)
def test_what_cannot_be_read_stays_unknown_and_is_listed(text: str, column: Column, field: str) -> None:
    value, notes = one(text, column, field)
    assert value in (None, "", ())
    assert [(note.kind, note.row, note.column, note.value) for note in notes] == [("repaired", 2, "x", text)]


def test_what_is_in_no_code_table_says_which_table_would_know_it() -> None:
    named = Mapping(
        "m", "", "", "", Place("X", "X", "X"), Source("csv"),
        {**CODE, "agency": (Column("x", codes="bodies"),)}, tables={"bodies": {"a": "A"}},
    )  # fmt: skip
    _, notes = Reader(named).read(Row("f", 3, ("1", "n", "b")))
    assert [note.why.params for note in notes] == [{"table": "[tables.bodies]"}]


def test_a_row_without_code_or_name_or_with_a_foreign_word_is_refused() -> None:
    reader = Reader(mapping(field=Column("x", codes={"a": "A"})))
    for cells in (("", "n", "a"), ("1", "", "a"), ("1 2", "n", "a"), ("1", "n", "b")):
        record, notes = reader.read(Row("f", 3, cells))
        assert record is None
        assert [note.kind for note in notes] == ["refused"]


def rows() -> list[Row]:
    return [Row("f", 2, ("1", "first")), Row("f", 3, ("2", "other")), Row("f", 4, ("1", "second"))]


@pytest.mark.parametrize(
    ("rule", "names", "kinds"),
    [
        ("refuse", ["other"], ["refused", "refused"]),
        ("first", ["first", "other"], ["repaired"]),
        ("last", ["second", "other"], ["repaired"]),
    ],
)
def test_of_two_rows_with_one_code_the_mapping_decides(rule: str, names: list[str], kinds: list[str]) -> None:
    read = gathered(Reader(mapping(same_code=rule)), rows())
    records: list[Record] = [record for record, _ in read.found.values()]
    assert [record.service.name for record in records] == names
    assert [note.kind for note in read.notes] == kinds
    assert read.total == 3
    assert read.refused == ({"1"} if rule == "refuse" else set())


def test_who_takes_whose_place_is_told_apart() -> None:
    rows = [("1", "a,b"), ("2", "c"), ("3", "d"), ("4", "d")]
    reader = Reader(mapping(replaces=Column("x", split=",")))
    read = gathered(reader, [Row("f", 2, (code, "n", old)) for code, old in rows])
    assert lineage(record for record, _ in read.found.values()) == [
        ("a", "1", "merged"), ("b", "1", "merged"), ("c", "2", "renamed"),
        ("d", "3", "split"), ("d", "4", "split"),
    ]  # fmt: skip
