"""Forty queries of citizens: what they expect is among the first five, however they type it."""

import tomllib
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lenmuc.core.search.index import Wanted
from lenmuc.core.text import fold
from tests.search.make import index

_FILE = Path(__file__).with_name("queries.toml")
QUERIES: list[dict[str, Any]] = tomllib.loads(_FILE.read_text("utf-8"))["query"]


def bare(text: str) -> str:
    """Without any mark, as on a keyboard that has none."""
    marked = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(mark for mark in marked if not unicodedata.combining(mark))


HOW: dict[str, Callable[[dict[str, Any]], str]] = {
    "as written": lambda query: query["text"],
    "without marks": lambda query: bare(query["text"]),
    "NFD": lambda query: unicodedata.normalize("NFD", query["text"]),
    "capitals": lambda query: query["text"].upper(),
    "one slip": lambda query: query["typo"],
    "one slip without marks": lambda query: bare(query["typo"]),
}


def test_there_are_forty_queries_and_each_slip_is_one() -> None:
    assert len({query["text"] for query in QUERIES}) == 40
    for query in QUERIES:
        assert query["expect"]
        assert distance(fold(query["text"]), fold(query["typo"])) == 1, query


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("query", QUERIES, ids=[query["text"] for query in QUERIES])
def test_what_a_citizen_expects_is_among_the_first_five(query: dict[str, Any], how: str) -> None:
    typed = HOW[how](query)
    found = index().find(Wanted(text=typed))
    assert set(query["expect"]) <= {hit.code for hit in found.hits[:5]}


def distance(one: str, other: str) -> int:
    """Letters left out, one too many, another one, or two changed about. Source: Damerau 1964, restricted."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        rows.append([i])
        for j, b in enumerate(other, 1):
            least = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                least = min(least, rows[i - 2][j - 2] + 1)
            rows[i].append(least)
    return rows[-1][-1]
