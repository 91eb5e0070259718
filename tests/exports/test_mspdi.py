"""The project file keeps to the format that Microsoft publishes, and contradicts nothing of the plan."""

import datetime as dt
import re
from xml.etree import ElementTree as ET

import msgspec
import pytest

from lenmuc.exports.formats import FORMATS
from lenmuc.exports.roadmap import RoadmapFile
from tests.core.roadmap.small_view import PROBLEM, plan, view
from tests.exports.make import EN, file

NAMESPACE = "{http://schemas.microsoft.com/project}"
# The parts of each element that we use, in the order of the schema of 2007 (mspdi_pj12.xsd); `Manual…` stand
# where Project 2010 and later write them. A star marks what may not be left out.
ORDER = {
    "Project": "SaveVersion* Name Title Author CreationDate ScheduleFromStart StartDate* FinishDate "
    "CurrencyCode* CalendarUID DefaultStartTime DefaultFinishTime MinutesPerDay MinutesPerWeek "
    "Calendars* Tasks Resources Assignments",
    "Calendar": "UID* Name IsBaseCalendar WeekDays",
    "WeekDay": "DayType* DayWorking WorkingTimes",
    "WorkingTime": "FromTime ToTime",
    "Task": "UID* ID Name Manual Type WBS OutlineLevel Start* Finish* Duration* ManualStart ManualFinish "
    "ManualDuration DurationFormat Work EffortDriven Summary Notes PredecessorLink",
    "PredecessorLink": "PredecessorUID Type",
    "Resource": "UID* ID Name Type MaxUnits",
    "Assignment": "UID* TaskUID ResourceUID Finish Start Units Work",
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def project(made: RoadmapFile) -> ET.Element:
    return ET.fromstring(FORMATS["xml"].write(made, EN))


def tag(element: ET.Element) -> str:
    return element.tag.removeprefix(NAMESPACE)


def said(element: ET.Element, name: str) -> str:
    return element.findtext(NAMESPACE + name, "")


def every(root: ET.Element, name: str) -> list[ET.Element]:
    return list(root.iter(NAMESPACE + name))


def items(root: ET.Element) -> dict[str, ET.Element]:
    """The tasks of work items by the item's own name."""
    return {said(task, "WBS"): task for task in every(root, "Task") if said(task, "Summary") == "0"}


@pytest.mark.parametrize("element", ORDER)
def test_each_element_has_the_parts_of_the_published_schema_in_its_order(element: str) -> None:
    parts = [name.rstrip("*") for name in ORDER[element].split()]
    required = {name.rstrip("*") for name in ORDER[element].split() if name.endswith("*")}
    found = every(project(file()), element)
    assert found
    for each in found:
        have = [tag(child) for child in each]
        assert have == sorted(have, key=parts.index)
        assert required <= set(have)


def test_no_name_is_longer_than_the_format_allows() -> None:
    named = file("Đăng ký " * 200)
    assert "Đăng ký " * 70 in EN.pick(named.view.names.services["birth"])
    for name in every(project(named), "Name"):
        assert 0 < len(name.text or "") <= 512


def test_a_program_that_reads_dates_set_by_hand_finds_them() -> None:
    for task in items(project(file())).values():
        assert said(task, "Manual") == "1"
        for part in ("Start", "Finish", "Duration"):
            assert said(task, f"Manual{part}") == said(task, part)


def test_no_link_is_against_the_dates_of_the_plan() -> None:
    root = project(file())
    tasks = {said(task, "UID"): task for task in every(root, "Task")}
    found = 0
    for task in tasks.values():
        for link in task.iterfind(f"{NAMESPACE}PredecessorLink"):
            first = tasks[said(link, "PredecessorUID")]
            after, before = {"0": ("Finish", "Finish"), "1": ("Start", "Finish")}[said(link, "Type")]
            assert said(task, after) >= said(first, before)
            found += 1
    planned = plan().finish
    assert found == sum(need in planned for i in PROBLEM.items if i.id in planned for need in i.needs) > 0


def test_a_duration_is_the_working_hours_from_start_to_finish() -> None:
    birth = items(project(file()))["3.01#birth"]
    start, finish = (dt.date.fromisoformat(said(birth, name)[:10]) for name in ("Start", "Finish"))
    days = [start + dt.timedelta(days=ahead) for ahead in range((finish - start).days + 1)]
    assert start.weekday() < 5
    assert finish.weekday() < 5
    assert said(birth, "Duration") == f"PT{8 * sum(day.weekday() < 5 for day in days)}H0M0S"


def test_people_at_work_times_the_duration_are_the_work() -> None:
    root = project(file())
    tasks = {said(task, "UID"): task for task in every(root, "Task")}
    for each in every(root, "Assignment"):
        task = tasks[said(each, "TaskUID")]
        hours = [
            int(said(of, name)[2:].partition("H")[0]) for of, name in ((each, "Work"), (task, "Duration"))
        ]
        assert float(said(each, "Units")) * hours[1] == pytest.approx(hours[0], abs=1 / 60)
        assert (said(each, "Start"), said(each, "Finish")) == (said(task, "Start"), said(task, "Finish"))


def test_a_team_is_as_many_people_as_its_days_of_the_fullest_quarter() -> None:
    teams = {said(each, "Name"): float(said(each, "MaxUnits")) for each in every(project(file()), "Resource")}
    assert teams["Central team"] == pytest.approx(10 / 64, abs=0.005)  # 64 working days in the first quarter


def test_a_team_lasts_from_its_first_item_to_its_last_and_sums_up_their_work() -> None:
    root = project(file())
    team = next(task for task in every(root, "Task") if said(task, "Name") == "Central team")
    mine = [
        items(root)[item.id] for item in PROBLEM.items if item.pool == "central" and item.id in plan().finish
    ]
    assert said(team, "Start") == min(said(task, "Start") for task in mine)
    assert said(team, "Finish") == max(said(task, "Finish") for task in mine)
    assert said(team, "Work") == "PT100H0M0S"  # 8 + 2.5 + 2 person-days of eight hours


def test_moments_are_written_as_the_format_has_them() -> None:
    root = project(file())
    moments = [
        e.text or ""
        for n in ("Start", "Finish", "StartDate", "FinishDate", "CreationDate")
        for e in every(root, n)
    ]
    assert moments
    assert all(MOMENT.fullmatch(moment) for moment in moments)


def test_services_of_one_name_are_told_apart() -> None:
    assert set(items(project(file("Kite flying")))) == set(plan().finish)


def test_what_xml_cannot_hold_is_left_out() -> None:
    made = msgspec.structs.replace(file("Khai\x0b \ufffesinh"), view=view("Khai\x0b \ufffesinh 🙂"))
    assert any("Khai sinh 🙂" in said(task, "Name") for task in items(project(made)).values())
