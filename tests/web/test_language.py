"""Words, numbers, dates and shares as each language writes them, and pages made of them."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import jinja2
import pytest
from babel.messages.pofile import PoFileError

from lenmuc import paths
from lenmuc.core.checklists import Words
from lenmuc.core.errors import Message
from lenmuc.web.language import asked_for, of_path, read_language, read_languages
from lenmuc.web.templating import environment

PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Level %(level)s"
msgstr "Mức %(level)s"

#, fuzzy
msgid "Guessed"
msgstr "Đoán"

msgid "Empty"
msgstr ""

msgid "%(num)s service"
msgid_plural "%(num)s services"
msgstr[0] "%(num)s dịch vụ"

msgid "by %(day)s"
msgstr "trước %(day)s"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "vi" / "LC_MESSAGES"
    path.mkdir(parents=True)
    (path / "lenmuc.po").write_text(PO, encoding="utf-8")
    return tmp_path


def test_a_sentence_without_a_translation_stays_english(folder: Path) -> None:
    vi = read_language(folder, "vi")
    assert vi.gettext("Level %(level)s", level=3) == "Mức 3"
    assert [vi.gettext(text) for text in ("Guessed", "Empty", "New 100%")] == ["Guessed", "Empty", "New 100%"]


def test_counted_things_follow_the_plural_of_the_language(folder: Path) -> None:
    vi, en = read_languages(folder).values()
    assert [vi.ngettext("%(num)s service", "%(num)s services", n) for n in (0, 1, 2)] == [
        "0 dịch vụ",
        "1 dịch vụ",
        "2 dịch vụ",
    ]
    assert [en.ngettext("%(num)s service", "%(num)s services", n) for n in (0, 1, 2)] == [
        "0 services",
        "1 service",
        "2 services",
    ]


def test_a_broken_catalogue_is_not_taken(folder: Path) -> None:
    (folder / "vi" / "LC_MESSAGES" / "lenmuc.po").write_text('msgid "a"\nnonsense "b"\n', encoding="utf-8")
    with pytest.raises(PoFileError):
        read_language(folder, "vi")


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (1234567, 0, "1.234.567", "1,234,567"),
        (-1234, 0, "-1.234", "-1,234"),
        (0.5, 0, "1", "1"),
        (2.675, 2, "2,68", "2.68"),
        (Decimal("75047"), 0, "75.047", "75,047"),
    ],
)
def test_numbers_are_written_as_people_write_them(value: Any, decimals: int, vi: str, en: str) -> None:
    languages = read_languages(paths.locale())
    assert (languages["vi"].number(value, decimals), languages["en"].number(value, decimals)) == (vi, en)


def test_dates_are_those_of_viet_nam_and_the_zone_is_named() -> None:
    languages = read_languages(paths.locale())
    vi, en = languages["vi"], languages["en"]
    evening = dt.datetime(2026, 11, 21, 18, 5, tzinfo=dt.UTC)
    assert (vi.date(dt.date(2026, 11, 2)), en.date(dt.date(2026, 11, 2))) == ("02/11/2026", "2 November 2026")
    assert (vi.date(evening), en.date(evening)) == ("22/11/2026", "22 November 2026")
    assert en.datetime(evening) == "22 November 2026, 01:05 (Viet Nam time)"
    assert vi.datetime(evening) == "01:05 ngày 22/11/2026 (giờ Việt Nam)"


@pytest.mark.parametrize(
    ("part", "whole", "vi"),
    [(1, 2, "50%"), (0, 7, "0%"), (7, 7, "100%"), (1, 75_000, "<1%"), (74_999, 75_000, ">99%"), (3, 0, "–")],
)
def test_a_share_is_all_only_when_it_is_all(part: int, whole: int, vi: str) -> None:
    assert read_languages(paths.locale())["vi"].share(part, whole) == vi


def test_a_share_may_have_decimals() -> None:
    assert read_languages(paths.locale())["vi"].share(1, 3, 1) == "33,3%"
    assert read_languages(paths.locale())["en"].share(2999, 3000, 1) == ">99.9%"


def test_a_sentence_of_core_is_said_with_its_values_in_the_same_language(folder: Path) -> None:
    languages = read_languages(folder)
    vi, en = languages["vi"], languages["en"]
    message = Message(
        "%(a)s, %(b)s, %(c)s, %(d)s, %(e)s",
        {
            "a": Message("Level %(level)s", {"level": 3}),
            "b": Words("hộ tịch", "civil status"),
            "c": 75_047,
            "d": 2027,
            "e": dt.date(2027, 1, 2),
        },
    )
    assert vi.message(message) == "Mức 3, hộ tịch, 75.047, 2027, 02/01/2027"
    assert en.message(message) == "Level 3, civil status, 75,047, 2027, 2 January 2027"


def test_a_hostile_value_is_no_format(folder: Path) -> None:
    vi = read_language(folder, "vi")
    assert (
        vi.message(Message("Level %(level)s", {"level": "%(x)s {0.__class__} %n"}))
        == "Mức %(x)s {0.__class__} %n"
    )


@pytest.mark.parametrize(
    ("accept", "code"),
    [
        ("", "vi"),
        ("en-US,en;q=0.9", "en"),
        ("fr;q=1,vi;q=0.5,en;q=0.6", "en"),
        ("en;q=0", "vi"),
        ("en;q=x,vi", "vi"),
        ("*", "vi"),
        ("EN", "en"),
        ("en;q=nan", "vi"),
    ],
)
def test_the_language_is_the_one_the_browser_prefers(accept: str, code: str) -> None:
    assert asked_for(accept, "vi") == code


def test_a_path_names_its_language() -> None:
    assert [of_path(path) for path in ("/vi/x", "/en", "/", "/fr/x", "/api/vi", "/vien")] == [
        "vi",
        "en",
        *[""] * 4,
    ]


def template(folder: Path, text: str, **values: Any) -> str:
    (folder / "page.html").write_text(text, encoding="utf-8")
    return environment(folder, read_language(folder, "vi")).get_template("page.html").render(**values)


def test_a_template_speaks_the_language(folder: Path) -> None:
    text = (
        '{{ _("Level %(level)s", level=level) }} {{ n|number }} {{ day|date }} {{ 1|share(3) }} '
        '{{ ngettext("%(num)s service", "%(num)s services", 2) }} '
        "{% trans day=day|date %}by {{ day }}{% endtrans %}"
    )
    said = template(folder, text, level=3, n=1234, day=dt.date(2026, 11, 22))
    assert said == "Mức 3 1.234 22/11/2026 33% 2 dịch vụ trước 22/11/2026"


def test_what_people_wrote_is_escaped_wherever_it_stands(folder: Path) -> None:
    said_by = '{{ _("Level %(level)s", level=x) }}{% trans day=x %}by {{ day }}{% endtrans %}'
    text = f'<a title="{{{{ x }}}}">{{{{ x }}}}</a>{said_by}'
    said = template(folder, text, x='"><script>&')
    assert "<script>" not in said
    assert said.count("&#34;&gt;&lt;script&gt;&amp;") == 4


def test_a_template_that_names_what_is_not_there_fails(folder: Path) -> None:
    for text in ("{{ nothing }}", "{% if nothing %}x{% endif %}", "{{ lang.nothing }}"):
        with pytest.raises(jinja2.UndefinedError):
            template(folder, text, lang=read_language(folder, "vi"))
