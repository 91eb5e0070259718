"""The index against a plain search over the same services, and what it makes of odd queries."""

import functools
import random
import unicodedata
from typing import Any

import numpy as np
import pytest

from lenmuc.core.search.index import Hit, Index, Wanted
from lenmuc.core.text import fold
from tests.search.make import catalogue, index


def found(text: str, **conditions: Any) -> list[str]:
    return [hit.code for hit in index().find(Wanted(text=text, **conditions), 10_000).hits]


def phrases(count: int) -> list[str]:
    chance = random.Random(3)
    names = [fold(s.name.removeprefix("Thủ tục ")).split() for s in catalogue().services]
    chosen = []
    while len(chosen) < count:
        name = chance.choice(names)
        start = chance.randrange(len(name))
        chosen.append(" ".join(name[start : start + chance.randint(1, 3)]))
    return chosen


@functools.cache
def words_of_names() -> list[tuple[str, set[str]]]:
    """The code of each service with the words of its names."""
    return [
        (s.code, {*fold(s.name.removeprefix("Thủ tục ")).split(), *fold(s.name_en).split()})
        for s in catalogue().services
    ]


def plain(text: str) -> set[str]:
    """The codes of services with all these words in a name, looked at one by one."""
    words = set(fold(text).split())
    return {code for code, named in words_of_names() if words <= named}


def test_exactly_these_words_find_what_a_look_at_every_name_finds() -> None:
    for text in phrases(200):
        assert set(found(text, verbatim=True)) == plain(text), text


def test_every_facet_foretells_what_its_filter_leaves() -> None:
    chance = random.Random(5)
    levels = np.array([chance.randrange(5) for _ in range(len(index().records.offers.doc))], np.uint8)
    varied = Index(index().records, levels, np.roll(levels, 7))
    keys = {"class": "rung"}
    for text in ["", *phrases(12)]:
        for on in ({}, {"tier": "commune"}, {"level": 2}, {"agency": "STP"}, {"level": 3, "fee": "free"}):
            facets = varied.find(Wanted(text=text, **on), 0).facets
            for name, counts in facets.items():
                for value, count in chance.sample(sorted(counts.items()), min(3, len(counts))):
                    asked = {**on, keys.get(name, name): int(value) if name in ("level", "class") else value}
                    assert varied.find(Wanted(text=text, **asked), 0).total == count, (text, on, name, value)


def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    pages = [index().find(Wanted("đăng ký", page=page), 50).hits for page in range(1, 20)]
    codes = [hit.code for page in pages for hit in page]
    assert codes == found("đăng ký")
    assert len(codes) == len(set(codes))
    place = (codes[119], 120)
    assert [hit.code for hit in index().find(Wanted("đăng ký"), 50, place).hits] == codes[120:170]
    gone = ("9.999999", 120)
    assert [hit.code for hit in index().find(Wanted("đăng ký"), 50, gone).hits] == codes[120:170]


@pytest.mark.parametrize("typed", ["hoà giải", "HOÀ GIẢI", unicodedata.normalize("NFD", "hòa giải")])
def test_either_placement_of_a_tone_finds_the_same_in_the_same_order(typed: str) -> None:
    assert found(typed) == found("hòa giải")


def test_marks_that_were_typed_put_their_word_first() -> None:
    # đất and đạt, dat: one word without marks
    first = index().find(Wanted("thửa đất")).hits[0]
    assert "thửa đất" in first.name.lower()


@pytest.mark.parametrize("typed", ["1.001193", "1.001193.000.00.00.H26", "1.00119", "1.0011933", "1.01193"])
def test_a_code_is_found_in_its_forms_unfinished_and_with_a_slip(typed: str) -> None:
    assert "1.001193" in found(typed)[:5]


def test_a_word_is_found_while_it_is_being_typed() -> None:
    for end in range(8, len("đăng ký khai sinh")):
        assert found("đăng ký khai sinh"[:end]), end
    assert found("đăng ký khai si")[0] == "1.001193"


def test_another_spelling_is_named_with_its_marks_and_can_be_refused() -> None:
    said = index().find(Wanted("khai xinh"))
    assert said.instead == "khai sinh"
    assert index().find(Wanted("khai xinh", verbatim=True)).total == 0


def test_words_that_no_service_has_together_find_those_that_have_most() -> None:
    said = index().find(Wanted("đăng ký kết hôn tại khách sạn nổi"))
    assert said.loose
    assert said.hits
    assert all("kết hôn" in hit.name.lower() for hit in said.hits)


ODD = ["", " ", "–", "'", '"', "%", "\\", "a" * 200, "🙂", "' OR 1=1", "ß", "İ", "." * 50]


@pytest.mark.parametrize("typed", ODD)
def test_whatever_is_typed_is_answered(typed: str) -> None:
    assert index().find(Wanted(typed)).total >= 0
    assert index().suggest(typed) is not None


def test_suggestions_name_what_people_say_and_then_services() -> None:
    said = index().suggest("sổ đ")
    assert ("sổ đỏ", "") in [(one.text, one.code) for one in said[:3]]
    assert index().suggest("khai sinh")[0].code == "1.001193"
    assert len(index().suggest("đăng")) == 8


def test_most_used_services_come_first_and_are_offered() -> None:
    hits: tuple[Hit, ...] = index().most_used(8)
    assert len(hits) == 8
    assert all(hit.levels == (2,) for hit in hits)
    filings = [hit.entry.filings for hit in hits]
    assert filings == sorted(filings, reverse=True)
