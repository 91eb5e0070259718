"""A cursor leads to its place in its own list, and damage is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenmuc.core.cursors import position, read, write
from lenmuc.core.errors import Refused

PLACES = st.tuples(st.text(max_size=40), st.integers(0, 2**53))


@given(PLACES, st.text(max_size=40))
def test_a_cursor_is_read_as_it_was_written(place: tuple[str, int], of: str) -> None:
    assert read(write(of, place), of) == place


@given(st.data())
def test_a_cursor_with_one_letter_changed_is_refused(data: st.DataObject) -> None:
    cursor = write("offerings", ("1.001193", "X00004"))
    at = data.draw(st.integers(0, len(cursor) - 2))
    letter = data.draw(st.characters(codec="ascii").filter(lambda each: each != cursor[at]))
    with pytest.raises(Refused):
        read(cursor[:at] + letter + cursor[at + 1 :], "offerings")


@pytest.mark.parametrize("cursor", ["x", "AAAA", "đ", "=" * 5, "a" * 600, "-_-_-_-_-_-_"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Refused):
        read(cursor, "offerings")


def test_a_cursor_of_other_conditions_is_refused() -> None:
    with pytest.raises(Refused):
        read(write("offerings level 2", ("a", 1)), "offerings level 3")


def test_a_list_goes_on_after_its_entry_wherever_that_is_now() -> None:
    assert position("abc", ()) == 0
    assert position(["new", "a", "b", "c"], ("b", 2)) == 3
    assert position(["a", "c"], ("b", 2)) == 2
    assert position(["a"], ("b", 2)) == 1
