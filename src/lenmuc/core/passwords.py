"""Which passwords are too easy to guess, without asking anybody."""

import re

from lenmuc.core.text import fold

# What people try first: common words in both languages, places, and the words of this site and its trade.
_TEXT = """
    password passwords passwort pass passw word letmein welcome login signin admin administrator root
    user guest test testing demo default master secret changeme iloveyou love dragon monkey football
    baseball superman batman princess sunshine shadow hello freedom whatever trustno computer internet
    samsung google facebook zalo iphone qwerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qweasd
    abc abcd abcdef matkhau khau mat mk dangnhap xinchao anhyeuem emyeuanh yeuem yeuanh toiyeuvietnam
    conyeume giadinh hanhphuc maiyeu hoangsa truongsa bacho hochiminh congty quantri quantrivien
    nguoidung taikhoan vietnam viet nam hanoi ha noi saigon danang thanhpho phuong quan xa so ubnd len
    muc lenmuc dichvucong dich vu cong dvc dvcqg motcua tthc thutuc hanhchinh chuyendoiso toantrinh
    congdichvucong hethong cong thongtin planner staff lead auditor gov vn com egov cchc the your and
    cua toi minh anh chi january february march april may june july august september october november
    december spring summer autumn winter monday friday sunday thang nam tet xuan
"""
_WORDS = tuple(sorted(set(_TEXT.split()), key=lambda word: (-len(word), word)))
_ROWS = (
    *("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    *("1qaz2wsx3edc4rfv5tgb6yhn7ujm", "147258369", "159357"),
)
_LOOKS = str.maketrans("01345789@$!", "oieastbgasi")
_SHORT_UNIT = 6
_RUN = 4


def easy(password: str, about: tuple[str, ...] = ()) -> bool:
    """Is `password` nothing but what is tried first?

    That is: a short piece repeated; a row of the keyboard, the alphabet or the digits; or well-known words,
    and words `about` the person (name, address), with up to seven digits and any signs around them. Words are
    compared without marks, capitals, and digits that look like letters.
    """
    plain, read = (_letters(text) for text in (password, password.translate(_LOOKS)))
    if len(set(plain)) <= 3 or _repeats(plain):
        return True
    words = (*_known(about), *_WORDS)
    return any(_little_left(_without(text, words)) for text in (plain, read))


def _letters(text: str) -> str:
    return fold(text).replace(" ", "").replace(".", "")


def _repeats(text: str) -> bool:
    return any(
        text == (text[:size] * (len(text) // size + 1))[: len(text)]
        for size in range(1, min(_SHORT_UNIT, len(text) // 2) + 1)
    )


def _known(about: tuple[str, ...]) -> list[str]:
    pieces = {piece for text in about for piece in re.split(r"[^a-z0-9]+", fold(text)) if len(piece) >= 3}
    whole = {fold(text).replace(" ", "") for text in about if len(fold(text)) >= 3}
    return sorted(pieces | whole, key=lambda word: (-len(word), word))


def _without(text: str, words: tuple[str, ...]) -> str:
    for row in _ROWS:
        for each in (row, row[::-1]):
            for size in range(len(each), _RUN - 1, -1):
                for start in range(len(each) - size + 1):
                    text = text.replace(each[start : start + size], " ")
    for word in words:
        text = text.replace(word, " ")
    return text


def _little_left(rest: str) -> bool:
    letters = sum(char.isalpha() for char in rest)
    digits = sum(char.isdigit() for char in rest)
    return letters <= 1 and digits <= 7
