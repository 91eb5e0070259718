"""A roadmap for project software, in the XML format of Microsoft Project (MSPDI).

Tasks are the work items of the plan under the team that does them, with the quarters they are worked in as
dates, person-days of eight hours as work, and prerequisites as links. Dates are marked as set by hand, so
that no program moves what was proven.
"""

import datetime as dt
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import msgspec

from lenmuc.core.roadmap.problem import Problem
from lenmuc.core.roadmap.sentences import criterion_words, place_words, pool_words, why
from lenmuc.core.roadmap.view import Line
from lenmuc.exports.roadmap import RoadmapFile, Speaker, days_of

Span = tuple[dt.date, dt.date]
_NAMESPACE = "http://schemas.microsoft.com/project"
_HOURS = 8  # of a person-day
_IN_DAYS = "7"  # how durations are shown
_FINISH_TO_START = "1"
_WORK_RESOURCE = "1"


def write_mspdi(file: RoadmapFile, speaker: Speaker) -> bytes:
    """The bytes of the project file; the same roadmap and language give the same bytes.

    Items outside the plan, and quarters that are not of the form 2027Q1, have no dates and are left out.
    """
    view = file.view
    dates = [days_of(quarter) for quarter in view.quarters]
    planned = [line for line in view.lines if line.quarter is not None and dates[line.quarter] is not None]
    pools = {pool: at for at, pool in enumerate(dict.fromkeys(line.pool for line in planned), start=1)}
    project = ET.Element("Project", xmlns=_NAMESPACE)
    known = [each for each in dates if each is not None]
    _texts(project, Name=f"{file.name}.xml", Title=file.name, Author="Lên Mức")
    _texts(project, CreationDate=_moment(file.made.date(), 0), ScheduleFromStart="1")
    if known:
        _texts(project, StartDate=_moment(known[0][0], 8), FinishDate=_moment(known[-1][1], 17))
    _texts(project, MinutesPerDay=str(60 * _HOURS), CalendarUID="1")
    _calendar(project)
    uids = _tasks(project, file, speaker, planned, dates)
    resources = ET.SubElement(project, "Resources")
    for pool, uid in pools.items():
        name = speaker.message(pool_words(view, pool))
        resource = ET.SubElement(resources, "Resource")
        _texts(resource, UID=str(uid), ID=str(uid), Name=name, Type=_WORK_RESOURCE)
    assignments = ET.SubElement(project, "Assignments")
    for at, line in enumerate(planned, start=1):
        assignment = ET.SubElement(assignments, "Assignment")
        _texts(assignment, UID=str(at), TaskUID=str(uids[line.id]), ResourceUID=str(pools[line.pool]))
        _texts(assignment, Work=_hours(line.days))
    ET.indent(project)
    body: bytes = ET.tostring(project, encoding="utf-8", xml_declaration=True)
    return body


def _tasks(
    project: ET.Element,
    file: RoadmapFile,
    speaker: Speaker,
    planned: Sequence[Line],
    dates: Sequence[Span | None],
) -> dict[str, int]:
    """Write the tasks, each team's below its name; the number of each item's task."""
    needs = {item.id: item.needs for item in msgspec.json.decode(file.problem, type=Problem).items}
    teams: dict[str, list[Line]] = {}
    for line in planned:
        teams.setdefault(line.pool, []).append(line)
    rows: list[tuple[str, Line | None]] = []
    for pool, lines in teams.items():
        rows += [(pool, None), *((pool, line) for line in lines)]
    uids = {line.id: uid for uid, (_, line) in enumerate(rows, start=1) if line}
    tasks = ET.SubElement(project, "Tasks")
    for uid, (pool, each) in enumerate(rows, start=1):
        task = ET.SubElement(tasks, "Task")
        _texts(task, UID=str(uid), ID=str(uid))
        if each is None:
            name = speaker.message(pool_words(file.view, pool))
            _texts(task, Name=name, Type="1", OutlineLevel="1", Summary="1")
            continue
        text = criterion_words(file.view, each)
        words = text if isinstance(text, str) else speaker.pick(text)
        where = speaker.message(place_words(file.view, each))
        begin, end = dates[each.begin or 0], dates[each.quarter or 0]
        _texts(task, Name=f"{each.criterion} {words} ({where})", Manual="1", OutlineLevel="2")
        if begin is not None and end is not None:
            _texts(task, Start=_moment(begin[0], 8), Finish=_moment(end[1], 17), DurationFormat=_IN_DAYS)
        _texts(task, Work=_hours(each.days), Summary="0", Notes=speaker.message(why(file.view, each)))
        for need in needs.get(each.id, ()):
            if need in uids:
                link = ET.SubElement(task, "PredecessorLink")
                _texts(link, PredecessorUID=str(uids[need]), Type=_FINISH_TO_START)
    return uids


def _calendar(project: ET.Element) -> None:
    """Monday to Friday, as the law on working hours of the State has it."""
    calendar = ET.SubElement(ET.SubElement(project, "Calendars"), "Calendar")
    _texts(calendar, UID="1", Name="Standard", IsBaseCalendar="1")
    days = ET.SubElement(calendar, "WeekDays")
    for day in range(1, 8):
        each = ET.SubElement(days, "WeekDay")
        works = 2 <= day <= 6
        _texts(each, DayType=str(day), DayWorking=str(int(works)))
        if works:
            times = ET.SubElement(each, "WorkingTimes")
            for begin, end in (("08:00:00", "12:00:00"), ("13:00:00", "17:00:00")):
                _texts(ET.SubElement(times, "WorkingTime"), FromTime=begin, ToTime=end)


def _texts(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = "".join(c for c in text if c >= " " or c in "\t\n")


def _moment(day: dt.date, hour: int) -> str:
    return f"{day.isoformat()}T{hour:02}:00:00"


def _hours(days: float) -> str:
    minutes = round(days * _HOURS * 60)
    return f"PT{minutes // 60}H{minutes % 60}M0S"
