"""Passwords that are tried first are found, and what people make up of several words is left to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenmuc.core.passwords import easy

LAN = ("Trần Thị Lan", "lan.tran@sotuphap.gov.vn")


@pytest.mark.parametrize(
    "password",
    [
        *("aaaaaaaaaaaaaaaa", "abcabcabcabcabc", "123456789012345", "qwertyuiop123456", "1qaz2wsx3edc4rfv"),
        *("password123456!", "P@ssw0rdP@ssw0rd", "mậtkhẩu12345678", "Mật khẩu 2026 !!!", "dichvucong2026!!"),
        *("lenmuc@hanoi2026", "Hà Nội, Việt Nam 2026", "Trần Thị Lan 1985", "lan.tran@2026", "sotuphap2026"),
        *("", " " * 20, "!@#$%^&*()_+{}|"),
    ],
)
def test_what_is_tried_first_is_easy(password: str) -> None:
    assert easy(password, LAN)


@pytest.mark.parametrize(
    "password",
    ["trâu ơi ta bảo trâu này", "mật khẩu đủ dài", "four words make one", "k3x9-pq2m-7hzt-w4va", "Xk9!mQ2z"],
)
def test_several_words_or_random_signs_are_not_easy(password: str) -> None:
    assert not easy(password, LAN)


# Written out, because the strategy for texts first makes a table of all characters, for seconds.
TEXTS = st.lists(st.integers(0, 0x10FFFF).map(chr), max_size=200).map("".join)


@given(TEXTS)
def test_every_text_is_judged(password: str) -> None:
    assert easy(password, LAN) in (True, False)
