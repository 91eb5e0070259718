"""The roadmap to sign, for a calendar and for project software, each read back by somebody else."""

import datetime as dt
import io
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import openpyxl
import pypdf
import pytest
import vobject

from lenmuc import paths
from lenmuc.core.checklists import Words
from lenmuc.core.roadmap.explain import DoesNotFit
from lenmuc.core.roadmap.view import part_of
from lenmuc.exports.formats import FORMATS
from lenmuc.exports.roadmap import RoadmapFile, days_of
from lenmuc.web.language import read_language
from tests.core.roadmap.small_view import plan, view
from tests.exports.make import EN, file

VI = read_language(paths.locale(), "vi")
IN = {"p": "http://schemas.microsoft.com/project"}


def part(agency: str) -> RoadmapFile:
    """One agency's part of the small roadmap."""
    return msgspec.structs.replace(file(), view=part_of(view(), agency))


def pages(made: RoadmapFile, language: Any = EN) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(FORMATS["pdf"].write(made, language)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def events(made: RoadmapFile) -> list[Any]:
    calendar: Any = vobject.readOne(FORMATS["ics"].write(made, EN).decode())
    return list(calendar.vevent_list)


def project(made: RoadmapFile) -> ET.Element:
    return ET.fromstring(FORMATS["xml"].write(made, EN))


def text(element: ET.Element, name: str) -> str:
    return element.findtext(f"p:{name}", "", IN)


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("2027Q1", (dt.date(2027, 1, 1), dt.date(2027, 3, 31))),
        ("2027Q4", (dt.date(2027, 10, 1), dt.date(2027, 12, 31))),
        ("2028Q1", (dt.date(2028, 1, 1), dt.date(2028, 3, 31))),
        ("2027Q5", None),
        ("27Q1", None),
        ("first", None),
    ],
)
def test_a_quarter_has_a_first_and_a_last_day(name: str, days: tuple[dt.date, dt.date] | None) -> None:
    assert days_of(name) == days


def test_paper_has_a_cover_with_room_to_sign() -> None:
    cover, *rest = pages(file(), VI)
    assert "Lộ trình thử" in cover
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in cover
    assert "THỦ TRƯỞNG CƠ QUAN" in cover
    assert rest[0].startswith("Lộ trình thử")


def test_paper_is_tagged_titled_and_in_its_language() -> None:
    reader = pypdf.PdfReader(io.BytesIO(FORMATS["pdf"].write(file(), VI)))
    catalogue: Any = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "vi"
    assert reader.metadata is not None
    assert reader.metadata.title == "Lộ trình thử"
    assert [each.title for each in reader.outline if not isinstance(each, list)][0] == "Tóm tắt"


def test_a_part_says_what_is_done_when_by_whom_and_in_how_many_days() -> None:
    said = " ".join(pages(part("A")))
    assert "3.79 Enough staff (Ward A) Ward A 3 " in said
    assert "3.55 A portal (The whole platform) Central team 8 " in said


def test_a_whole_citys_paper_counts_the_work_of_each_agency() -> None:
    said = " ".join(pages(file()))
    assert "Ward A 1 1 1 6 3 50%" in said
    assert "Ward B 0 1 1 3 0 0%" in said
    assert said.count("Ward B") == 1
    assert "Central team 20 13 63%" in said


def test_the_letter_head_of_a_whole_citys_paper_is_the_city() -> None:
    made = msgspec.structs.replace(file(), place=Words("Thành phố Hà Nội", "Hà Nội City"))
    cover, *rest = pages(made, VI)
    assert cover.startswith("THÀNH PHỐ HÀ NỘI CỘNG HÒA")
    assert "Thành phố Hà Nội" in rest[0]
    assert "WARD A" in pages(msgspec.structs.replace(made, planned_for="A"))[0]


def test_a_reason_beside_its_service_does_not_name_it_again() -> None:
    said = " ".join(pages(msgspec.structs.replace(file(), planned_for="B")))
    line = view().by_id["3.01#kite"]
    assert isinstance(line.reason, DoesNotFit)
    assert "Level 3 does not fit: the work still missing takes 60 person-days of the central team" in said
    assert f"which has {line.reason.left:g} left" in said
    others = " ".join(pages(msgspec.structs.replace(file(), planned_for="A")))
    assert (said.count("“Kite flying”"), others.count("“Kite flying”")) == (1, 2)  # once beside no service


def test_a_plan_made_for_one_agency_is_that_agencys_and_not_the_citys() -> None:
    made = msgspec.structs.replace(file(), planned_for="A")
    cover, *rest = pages(made)
    assert "WARD A" in cover.upper()
    assert "3.01 Khai sinh Central team" in " ".join(rest)  # item by item, as the page has it
    said = events(made)[0].contents
    workbook = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].write(made, EN)))
    summary = {row[0]: row[1] for row in workbook["Summary"].iter_rows(values_only=True)}
    assert summary["For"] == "Ward A"
    for text_ in (cover, *rest, str(said)):
        assert "the whole city" not in text_.lower()


def test_what_is_not_in_the_plan_stands_there_with_its_reason() -> None:
    said = " ".join(pages(part("B")))
    assert "Not in this plan, and why" in said
    assert "3.79 Enough staff (Ward B) – to be confirmed" in said


def test_no_name_is_taken_for_a_command_of_the_typesetter() -> None:
    made = msgspec.structs.replace(file(), name='#read("/etc/passwd") $x$ *b* \\ <a> "q"')
    assert '#read("/etc/passwd") $x$ *b* \\ <a> "q"' in pages(made)[0]


def test_the_calendar_has_the_end_of_each_quarter_and_the_work_for_everybody() -> None:
    found = {event.summary.value: event.dtstart.value for event in events(file())}
    assert found == {
        "End of Q1 2027. Work items done: 3. Offerings reaching level 3: 0": dt.date(2027, 3, 31),
        "Done: A portal": dt.date(2027, 3, 31),
        "End of Q2 2027. Work items done: 1. Offerings reaching level 3: 2": dt.date(2027, 6, 30),
    }


def test_the_calendar_taken_again_doubles_nothing() -> None:
    first, second = ([event.uid.value for event in events(file())] for _ in range(2))
    assert first == second
    assert len(set(first)) == len(first)
    assert not set(first) & {event.uid.value for event in events(part("A"))}


def test_a_name_cannot_add_a_line_to_the_calendar() -> None:
    made = file("Khai sinh\r\nEND:VCALENDAR")
    assert len(events(made)) == 3


def test_project_software_reads_every_planned_item_once_with_team_dates_and_links() -> None:
    root = project(file())
    tasks = {text(task, "UID"): task for task in root.iterfind("p:Tasks/p:Task", IN)}
    items = [task for task in tasks.values() if text(task, "Summary") == "0"]
    assert len(items) == len(plan().finish)
    birth = next(task for task in items if text(task, "Name").startswith("3.01"))
    assert text(birth, "Start") == "2027-04-01T08:00:00"
    assert text(birth, "Finish") == "2027-06-30T17:00:00"
    assert text(birth, "Work") == "PT20H0M0S"
    link = birth.find("p:PredecessorLink", IN)
    assert link is not None
    assert text(tasks[text(link, "PredecessorUID")], "Name").startswith("3.55 A portal")
    teams = {text(each, "UID"): text(each, "Name") for each in root.iterfind("p:Resources/p:Resource", IN)}
    given = {
        text(each, "TaskUID"): teams[text(each, "ResourceUID")]
        for each in root.iterfind("p:Assignments/p:Assignment", IN)
    }
    assert given[text(birth, "UID")] == "Central team"
    assert given.keys() == {text(task, "UID") for task in items}
