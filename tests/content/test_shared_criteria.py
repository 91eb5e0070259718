"""Criteria that one scheme takes over from another, and the places where that goes wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lenmuc.content.errors import ContentError
from lenmuc.content.schemes import load_scheme, load_schemes
from lenmuc.core.checklists import Scheme

TOP = """\
id = "{id}"
version = 1
valid_from = 20{year}-01-01
law = ["Luật {year}", "Luật 5"]
name.vi = "Tên"
name.en = "Name"
summary.vi = "Tóm tắt"
summary.en = "Summary"

[[levels]]
number = 1
name.vi = "Một"
name.en = "One"
meaning.vi = "Nghĩa"
meaning.en = "Meaning"
basis = "Luật {year} Điều 1"

"""
GROUP = """\
[[groups]]
id = "a"
name.vi = "Nhóm"
name.en = "Group"

"""


def criterion(id: str, year: str, needs: str = "[]") -> str:
    return f"""\
[[criteria]]
id = "{id}"
level = 1
role = "defines"
group = "a"
scope = "service"
strength = "must"
text.vi = "Nêu"
text.en = "Say"
basis = ["Luật {year} Điều {id}", "Luật 5 Điều 5"]
evidence.vi = "Đường dẫn"
evidence.en = "Link"
help.vi = "Ghi"
help.en = "Write"
confidence = "verified"
work = {{ at = "service", days = 1.0, kind = "content", needs = {needs} }}

"""


OLD = (
    TOP.format(id="old", year="18") + GROUP + criterion("1", "18") + criterion("2", "18", '["1"]')
    + criterion("3", "18", '["2"]')
)  # fmt: skip
NEW = (
    TOP.format(id="new", year="23")
    + """\
[[shared]]
from = "old"
basis = ["Luật 23 Điều 7"]
confidence = "partly"
ids = [
    "1",
    "3",
]

[[changed]]
id = "3"
text.vi = "Nêu rõ"
text.en = "Say clearly"
"""
)

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str = NEW, old: str = OLD) -> Path:
        (tmp_path / "old.toml").write_text(old, encoding="utf-8")
        (tmp_path / "new.toml").write_text(text, encoding="utf-8")
        return tmp_path / "new.toml"

    return written


@pytest.fixture
def new(write: Write) -> Scheme:
    return load_scheme(write())


def test_a_shared_criterion_is_whole(new: Scheme) -> None:
    first = new.criterion("1")
    assert (first.text.en, first.level, first.role, first.confidence) == ("Say", 1, "defines", "partly")
    assert [group.id for group in new.groups] == ["a"]


def test_only_articles_of_its_own_law_are_kept_after_those_of_the_block(new: Scheme) -> None:
    assert new.criterion("1").basis == ("Luật 23 Điều 7", "Luật 5 Điều 5")


def test_a_change_says_only_what_differs(new: Scheme) -> None:
    third = new.criterion("3")
    assert (third.text.en, third.help.en, third.basis[0]) == ("Say clearly", "Write", "Luật 23 Điều 7")


def test_work_waits_for_what_a_missing_prerequisite_waited_for(new: Scheme) -> None:
    work = new.criterion("3").work
    assert work is not None
    assert work.needs == ("1",)


def test_with_shared_criteria_the_order_is_that_of_the_ids(write: Write) -> None:
    scheme = load_scheme(write(NEW + "\n" + GROUP + criterion("2", "23")))
    assert [c.id for c in scheme.criteria] == ["1", "2", "3"]


def test_a_scheme_may_share_what_another_shares(write: Write, tmp_path: Path) -> None:
    write()
    last = NEW.replace('"new"', '"last"').replace('"old"', '"new"').replace("Say clearly", "Say again")
    (tmp_path / "last.toml").write_text(last, encoding="utf-8")
    assert list(load_schemes(tmp_path)) == ["old", "last", "new"]
    assert load_scheme(tmp_path / "last.toml").criterion("3").text.en == "Say again"


MISTAKES = [
    # what is written, what replaces it, the line it is found at, what the message says
    ('from = "old"', 'from = "odd"', 'from = "odd"', "no odd.toml beside this file"),
    ('from = "old"', 'from = "new"', 'from = "new"', "new from new"),
    ('    "1",\n', '    "1",\n    "8",\n', '"8"', "old has no criterion 8"),
    ('    "1",\n', '    "1",\n    "1",\n', '"1"', "stands twice"),
    ("ids = [\n", "ids = [4,\n", "ids = [4", "Expected `str`"),
    ('confidence = "partly"', 'confidance = "partly"', "confidance", "unknown field"),
    ('    "3",\n]', ']\n[[shared]]\nfrom = "old"\nlevel = 2\nids = ["3"]', "level = 2", "no level 2"),
    ('basis = ["Luật 23 Điều 7"]', 'basis = ["Luật 24 Điều 7"]', "Luật 24", "no document of the key law"),
    ('id = "3"\ntext.vi', 'id = "2"\ntext.vi', 'id = "2"', "2 is not shared here"),
    ('id = "3"\ntext.vi', 'id = "3"\ngroup = "b"\ntext.vi', 'group = "b"', "no group b"),
    ('id = "3"\ntext.vi', 'id = "3"\nnothing = 1\ntext.vi', "nothing = 1", "unknown field"),
    ('text.vi = "Nêu rõ"\ntext.en = "Say clearly"\n', "", 'id = "3"', "nothing differs from old"),
    ('text.en = "Say clearly"\n', "", "text.vi", "`en`"),
    ("[[changed]]", '[[changed]]\nid = "1"\nlevel = 2\n\n[[changed]]', "level = 2", "no level 2"),
    ("[[changed]]", '[[changed]]\nid = "3"\nlevel = 1\n\n[[changed]]', 'id = "3"#2', "stands twice"),
]


@pytest.mark.parametrize(("right", "mistake", "found_at", "said"), MISTAKES)
def test_a_mistake_is_refused_at_its_line(
    write: Write, right: str, mistake: str, found_at: str, said: str
) -> None:
    assert right in NEW
    text = NEW.replace(right, mistake, 1)
    part, _, nth = found_at.partition("#")
    line = [at for at, each in enumerate(text.splitlines(), start=1) if part in each][int(nth or 1) - 1]
    with pytest.raises(ContentError) as refused:
        load_scheme(write(text))
    assert str(refused.value).startswith(f"new.toml, line {line}, key ")
    assert said in str(refused.value)


def test_a_criterion_left_without_an_article_is_refused_at_its_id(write: Write) -> None:
    text = NEW.replace(', "Luật 5"]', "]").replace('basis = ["Luật 23 Điều 7"]\n', "")
    line = text.splitlines().index('    "1",') + 1
    with pytest.raises(ContentError, match=f"line {line}, key ids: criterion 1: no article of it belongs"):
        load_scheme(write(text))


def test_an_id_shared_and_written_is_refused(write: Write) -> None:
    with pytest.raises(ContentError, match="the id 3 stands twice"):
        load_scheme(write(NEW + "\n" + GROUP + criterion("3", "23")))


def test_two_files_that_share_from_each_other_are_refused(write: Write) -> None:
    back = OLD + '[[shared]]\nfrom = "new"\nids = ["9"]\n'
    with pytest.raises(ContentError, match=r"old\.toml, line \d+, key from: .*new from old from new"):
        load_scheme(write(old=back))


def test_a_mistake_in_the_shared_file_is_told_of_that_file(write: Write) -> None:
    with pytest.raises(ContentError, match=r"^old\.toml, line"):
        load_scheme(write(old=OLD.replace('group = "a"', 'group = "z"', 1)))


REASON = """
[[reasons]]
id = "presence"
name.vi = "Có mặt"
name.en = "Presence"
basis = "Luật 23 Điều 9"
criteria = ["1"]
blockers = ["law"]
"""


@pytest.mark.parametrize(
    ("right", "mistake", "said"),
    [
        ('criteria = ["1"]', 'criteria = ["2"]', "key criteria: 2 does not decide the highest level"),
        ('blockers = ["law"]', 'blockers = ["laws"]', "key blockers: there is no obstacle laws"),
        ("Luật 23 Điều 9", "Luật 29 Điều 9", "key basis: .*no document of the key law"),
        ('id = "presence"', 'id = "present"', "key id: Invalid enum value"),
    ],
)
def test_a_reason_with_a_mistake_is_refused(write: Write, right: str, mistake: str, said: str) -> None:
    assert load_scheme(write(NEW + REASON)).reasons[0].criteria == ("1",)
    with pytest.raises(ContentError, match=said):
        load_scheme(write(NEW + REASON.replace(right, mistake)))
