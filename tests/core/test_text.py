"""Folding and order of Vietnamese text."""

import unicodedata

import pytest

from lenmuc.core.text import clean_line, fold, forbidden, sort_key


@pytest.mark.parametrize(
    "typed",
    [
        "Đăng ký khai sinh",
        "đăng ký khai sinh",
        "dang ky khai sinh",
        "ĐĂNG KÝ KHAI SINH",
        unicodedata.normalize("NFD", "Đăng ký khai sinh"),
        "  đăng   ký, khai sinh! ",
    ],
)
def test_every_way_of_typing_folds_to_the_same_words(typed: str) -> None:
    assert fold(typed) == "dang ky khai sinh"


def test_both_placements_of_a_tone_mark_meet() -> None:
    assert fold("hòa giải, thủy lợi") == fold("hoà giải, thuỷ lợi")


def test_a_code_keeps_its_dots_and_a_sentence_does_not() -> None:
    assert fold("Mã 1.001193.") == "ma 1.001193"


def test_names_stand_in_the_order_of_a_vietnamese_dictionary() -> None:
    names = ["Đà Lạt", "An", "Ơ", "Ân", "Da", "Ô", "O", "Ăn", "Ưỡn ẹo", "Ổ khoá", "U", "Ư"]
    assert sorted(names, key=sort_key) == [
        "An", "Ăn", "Ân", "Da", "Đà Lạt", "O", "Ô", "Ổ khoá", "Ơ", "U", "Ư", "Ưỡn ẹo",
    ]  # fmt: skip


def test_tones_decide_only_between_the_same_letters() -> None:
    assert sorted(["mạ", "má", "mã", "mả", "mà", "ma", "mac"], key=sort_key) == [
        "ma", "mà", "mả", "mã", "má", "mạ", "mac",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("a\x00b", "U+0000"),
        ("a\x1bb", "U+001B"),
        ("a\ud800", "U+D800"),
        ("a\ufffe", "U+FFFE"),
        ("a\u202eb", "U+202E"),
    ],
)
def test_characters_that_cannot_be_stored_or_deceive_are_named(text: str, first: str) -> None:
    assert forbidden(text) == first


def test_ordinary_text_of_several_lines_is_accepted() -> None:
    assert forbidden("Dòng một\r\n\tDòng hai – 100 % 👍") == ""


def test_a_line_is_stored_composed_and_without_stray_blanks() -> None:
    assert clean_line(unicodedata.normalize("NFD", "  Hộ   tịch ")) == "Hộ tịch"
