"""The shipped schemes are whole, and a file with a mistake is refused at its place."""

import csv
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from lenmuc.content.errors import ContentError
from lenmuc.content.schemes import load_scheme, load_schemes
from lenmuc.core.checklists import FACTS, Scheme

TOP = Path(__file__).resolve().parents[2]
ASSESSMENTS = TOP / "assessments"
SHARED = Path(os.environ.get("LENMUC_SHARED", TOP.parent / "shared"))

SMALL = """\
id = "small"
version = 1
valid_from = 2018-06-01
law = ["Thông tư 1/2018/TT-X"]
name.vi = "Nhỏ"
name.en = "Small"
summary.vi = "Một bộ quy tắc"
summary.en = "A scheme"

[[levels]]
number = 1
name.vi = "Một"
name.en = "One"
meaning.vi = "Có tin"
meaning.en = "There is information"
basis = "Thông tư 1/2018/TT-X Điều 5"

[[groups]]
id = "info"
name.vi = "Thông tin"
name.en = "Information"

[[criteria]]
id = "1.1"
level = 1
role = "defines"
group = "info"
scope = "service"
strength = "must"
text.vi = "Nêu tên"
text.en = "Give the name"
basis = ["Thông tư 1/2018/TT-X Điều 5.1"]
evidence.vi = "Đường dẫn"
evidence.en = "Link"
help.vi = "Ghi tên"
help.en = "Write it"
confidence = "verified"
met_when = [{ fact = "name_known", is = true }]
work = { at = "service", days = 1.0, kind = "content", needs = ["1.2"] }

[[criteria]]
id = "1.2"
level = 1
role = "duty"
group = "info"
scope = "platform"
strength = "must"
text.vi = "Có mục"
text.en = "Have a section"
basis = ["Thông tư 1/2018/TT-X Điều 6"]
evidence.vi = "Đường dẫn"
evidence.en = "Link"
help.vi = "Lập mục"
help.en = "Make it"
confidence = "verified"
work = { at = "platform", days = 2.0, kind = "portal" }
"""

Write = Callable[[str], Path]


@pytest.fixture(scope="module")
def rs_2018() -> Scheme:
    return load_schemes(ASSESSMENTS)["rs-2018"]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / "small.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def counts(scheme: Scheme, key: str) -> Counter[str]:
    return Counter(str(getattr(criterion, key)) for criterion in scheme.criteria)


def test_rs_2018_has_its_criteria_by_level_role_and_scope(rs_2018: Scheme) -> None:
    assert len(rs_2018.criteria) == 114
    assert counts(rs_2018, "level") == {"1": 15, "2": 6, "3": 82, "4": 11}
    assert counts(rs_2018, "role") == {"defines": 20, "duty": 84, "readiness": 10}
    assert counts(rs_2018, "scope") == {"platform": 40, "agency": 7, "service": 24, "offering": 43}
    assert [rs_2018.at_level(n).bit_count() for n in (1, 2, 3, 4)] == [11, 2, 5, 2]


def test_rs_2018_agrees_with_the_research_list(rs_2018: Scheme) -> None:
    table = SHARED / "domain" / "criteria.csv"
    if not table.is_file():
        pytest.skip("the research list is not here; set LENMUC_SHARED to the folder that holds domain/")
    with table.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if "2018" in row["bo_quy_tac"].split(";")]
    role = {"xac_dinh_muc": "defines", "tuan_thu": "duty", "san_sang": "readiness"}
    scope = {"cong": "platform", "co_quan": "agency", "thu_tuc": "service", "dich_vu": "offering"}
    strength = {
        "bat_buoc": "must", "toi_thieu": "minimum", "khuyen_khich": "encouraged", "tham_khao": "advisory",
    }
    assert [(c.id, c.level, c.role, c.scope, c.strength) for c in rs_2018.criteria] == [
        (r["id"], int(r["muc_do"]), role[r["vai_tro"]], scope[r["pham_vi"]], strength[r["tinh_bat_buoc"]])
        for r in rows
    ]


def test_rs_2018_the_record_alone_reaches_level_2_and_never_more(rs_2018: Scheme) -> None:
    everything = dict.fromkeys(FACTS, True)
    met = rs_2018.met_by_record(everything)
    assert rs_2018.up_to(2) & ~met == 0
    assert not met & (rs_2018.at_level(3) | rs_2018.at_level(4))


def test_rs_2018_no_forms_leaves_nothing_to_ask_at_level_2(rs_2018: Scheme) -> None:
    void = rs_2018.not_applicable({"has_forms": False})
    assert rs_2018.at_level(2) & ~void == 0
    assert [c.id for c in rs_2018.members(rs_2018.at_level(3) & ~void)] == ["3.03", "3.04", "3.05", "3.06"]


def test_rs_2018_no_fee_makes_payment_void(rs_2018: Scheme) -> None:
    void = rs_2018.not_applicable({"has_fee": False})
    assert [c.id for c in rs_2018.members(void)] == ["4.01", "4.02", "4.03"]


def test_rs_2018_every_defining_criterion_has_work(rs_2018: Scheme) -> None:
    assert all(criterion.work for criterion in rs_2018.members(rs_2018.defining))


def test_rs_2018_texts_differ_between_the_languages(rs_2018: Scheme) -> None:
    texts = [words for c in rs_2018.criteria for words in (c.text, c.evidence, c.help)]
    assert {words.vi for words in texts if words.vi == words.en} == set()


def test_rs_2018_cites_articles_in_one_form(rs_2018: Scheme) -> None:
    form = re.compile(r"(Thông tư|Nghị định) \d{2}/20\d\d/[A-ZĐ-]+( Điều \d+(\.\d+)?(\.[a-zđ])?)?")
    cited = [basis for criterion in rs_2018.criteria for basis in criterion.basis]
    assert [basis for basis in cited if not form.fullmatch(basis)] == []


def test_the_editors_page_names_every_fact() -> None:
    page = (ASSESSMENTS / "README.md").read_text(encoding="utf-8")
    assert [fact for fact in FACTS if f"`{fact}`" not in page] == []


def test_a_scheme_without_mistakes_is_read(write: Write) -> None:
    scheme = load_scheme(write(SMALL))
    assert (scheme.id, scheme.valid_to, [c.id for c in scheme.criteria]) == ("small", None, ["1.1", "1.2"])


def line_of(text: str, part: str, nth: int = 1) -> int:
    return [at for at, line in enumerate(text.splitlines(), start=1) if part in line][nth - 1]


MISTAKES = [
    # what is written, what replaces it, the line it is found at, what the message says
    ('strength = "must"\ntext.vi = "Có', 'strenght = "must"\ntext.vi = "Có', "strenght", "unknown field"),
    ('id = "info"\n', 'id = "info"\ncolour = "red"\n', "colour", "unknown field"),
    ("version = 1\n", "version = 1\nedition = 2\n", "edition", "unknown field"),
    ('text.en = "Have a section"\n', "", 'text.vi = "Có mục"', "`en`"),
    ('text.en = "Have a section"', 'text.en = ""', 'text.en = ""', "may not be empty"),
    ('name.en = "Small"\n', "", 'name.vi = "Nhỏ"', "`en`"),
    ('scope = "platform"', 'scope = "city"', 'scope = "city"', "Invalid enum value"),
    ('id = "1.2"', 'id = "1.1"', 'id = "1.1"#2', "stands twice"),
    ('group = "info"\nscope = "pl', 'group = "inf"\nscope = "pl', 'group = "inf"', "no group inf"),
    ('level = 1\nrole = "duty"', 'level = 2\nrole = "duty"', "level = 2", "no level 2"),
    ('fact = "name_known"', 'fact = "name"', "met_when", "no fact name"),
    ('needs = ["1.2"]', 'needs = ["9.9"]', "9.9", "not a criterion"),
    ('kind = "portal"', 'kind = "portal", needs = ["1.2"]', 'needs = ["1.2"] }#2', "1.2 needs 1.2"),
    ('work = { at = "platform", days = 2.0, kind = "portal" }\n', "", 'needs = ["1.2"]', "has no work"),
    ('kind = "portal"', 'kind = "portal", needs = ["1.1"]', 'needs = ["1.1"]', "cannot wait for 1.1"),
    ('at = "platform"', 'at = "offering"', 'at = "offering"', "cannot meet a criterion of scope platform"),
    ("number = 1", "number = 2", "number = 2", "should be here"),
    ('role = "defines"', 'role = "duty"', "number = 1", "no criterion of role"),
    ("days = 2.0", "days = 0.0", "days = 0.0", "above 0"),
    ("days = 2.0", "days = -1", "days = -1", "above 0"),
    ("TT-X Điều 6", "TT-Y Điều 6", "TT-Y", "no document of the key law"),
    ('law = ["Thông tư 1/2018/TT-X"]', "law = []", "law = []", "may not be empty"),
    ("version = 1", "version = 1\nvalid_to = 2017-01-01", "valid_to", "before valid_from"),
    ('id = "small"', 'id = "other"', 'id = "other"', "other.toml"),
]


@pytest.mark.parametrize(("right", "mistake", "found_at", "said"), MISTAKES)
def test_a_mistake_is_refused_at_its_line(
    write: Write, right: str, mistake: str, found_at: str, said: str
) -> None:
    assert right in SMALL
    text = SMALL.replace(right, mistake, 1)
    part, _, nth = found_at.partition("#")
    with pytest.raises(ContentError) as refused:
        load_scheme(write(text))
    assert str(refused.value).startswith(f"small.toml, line {line_of(text, part, int(nth or 1))}, key ")
    assert said in str(refused.value)


def with_third(second_needs: str, third_needs: str) -> str:
    """The small scheme with a criterion 1.3 like 1.2; the two need what is said."""
    head, last = SMALL[: SMALL.rindex("[[criteria]]")], SMALL[SMALL.rindex("[[criteria]]") :]
    second = last.replace(' }', f', needs = {second_needs} }}')
    third = last.replace('"1.2"', '"1.3"').replace(' }', f', needs = {third_needs} }}')
    return f"{head}{second}\n{third}"


def test_a_circle_over_several_steps_is_refused(write: Write) -> None:
    text = with_third('["1.3"]', '["1.2"]')
    with pytest.raises(ContentError, match=r"1\.2 needs 1\.3 needs 1\.2; take one of them out"):
        load_scheme(write(text))


def test_two_ways_to_one_prerequisite_are_not_a_circle(write: Write) -> None:
    text = with_third('["1.3"]', "[]").replace('needs = ["1.2"]', 'needs = ["1.2", "1.3"]')
    assert load_scheme(write(text)).criterion("1.2").work


def test_text_that_is_not_toml_is_refused_with_its_line(write: Write) -> None:
    with pytest.raises(ContentError, match="not TOML.*line 2"):
        load_scheme(write(SMALL.replace("version = 1", "version = ", 1)))


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_bytes(SMALL.encode("utf-16"))
    with pytest.raises(ContentError, match="save the file as UTF-8"):
        load_scheme(path)


def test_a_folder_without_schemes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no scheme is here"):
        load_schemes(tmp_path)
