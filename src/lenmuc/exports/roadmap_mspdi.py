"""A roadmap for project software, in the XML format of Microsoft Project (MSPDI).

Tasks are the work items of the plan under the team that does them, with the quarters they are worked in as
dates, person-days of eight hours as work, and prerequisites as links. Dates are marked as set by hand, so
that no program moves what was proven.

Source: Project XML Data Interchange Schema (Microsoft, 2007), which also sets the order of the parts, and
what Project 2010 added: `Manual`, and the `Manual…` dates without which such a task is shown one day long.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

import msgspec

from lenmuc.core.roadmap.problem import Pool
from lenmuc.core.roadmap.sentences import criterion_words, place_words, pool_words, why
from lenmuc.core.roadmap.view import Line
from lenmuc.exports.roadmap import RoadmapFile, Speaker, days_of

Span = tuple[dt.date, dt.date]
_NAMESPACE = "http://schemas.microsoft.com/project"
_SINCE_2010 = "14"  # of the program whose format it is
_HOURS = 8  # of a person-day
_LONGEST = 512  # characters of a name
_IN_DAYS = "7"  # how durations are shown
_FIXED_DURATION = "1"  # more people do not shorten a quarter
_FINISH_TO_FINISH = "0"  # what comes first may be done in the same quarter
_WORK_RESOURCE = "1"


class _People(msgspec.Struct):
    """What is read of the problem; a city's has hundreds of thousands of upgrades beside them."""

    pools: tuple[Pool, ...]


def write_mspdi(file: RoadmapFile, speaker: Speaker) -> bytes:
    """The bytes of the project file; the same roadmap and language give the same bytes.

    Items outside the plan, and quarters that are not of the form 2027Q1, have no dates and are left out.
    """
    view = file.view
    dates = [days_of(quarter) for quarter in view.quarters]
    spans = {
        line.id: (begin[0], end[1])
        for line in view.lines
        if line.quarter is not None
        and (begin := dates[line.quarter if line.begin is None else line.begin]) is not None
        and (end := dates[line.quarter]) is not None
    }
    planned = sorted((line for line in view.lines if line.id in spans), key=lambda line: line.quarter or 0)
    pools = {pool: at for at, pool in enumerate(dict.fromkeys(line.pool for line in planned), start=1)}
    project = ET.Element("Project", xmlns=_NAMESPACE)
    known = [each for each in dates if each is not None]
    _texts(project, SaveVersion=_SINCE_2010, Name=_short(file.name, 255), Title=file.name, Author="Lên Mức")
    _texts(project, CreationDate=_moment(file.made.date(), 0), ScheduleFromStart="1")
    if known:
        _texts(project, StartDate=_moment(known[0][0], 8), FinishDate=_moment(known[-1][1], 17))
    _texts(project, CurrencyCode="VND", CalendarUID="1", DefaultStartTime="08:00:00")
    _texts(project, DefaultFinishTime="17:00:00", MinutesPerDay=str(60 * _HOURS))
    _texts(project, MinutesPerWeek=str(5 * 60 * _HOURS))
    _calendar(project)
    uids = _tasks(project, file, speaker, planned, spans)
    resources = ET.SubElement(project, "Resources")
    most = {pool.id: _people(pool, dates) for pool in msgspec.json.decode(file.problem, type=_People).pools}
    for pool, uid in pools.items():
        resource = ET.SubElement(resources, "Resource")
        name = _short(speaker.message(pool_words(view, pool)))
        _texts(resource, UID=str(uid), ID=str(uid), Name=name, Type=_WORK_RESOURCE)
        _texts(resource, MaxUnits=f"{most.get(pool, 1.0):.2f}")
    assignments = ET.SubElement(project, "Assignments")
    for at, line in enumerate(planned, start=1):
        assignment = ET.SubElement(assignments, "Assignment")
        when = _when(spans[line.id])
        _texts(assignment, UID=str(at), TaskUID=str(uids[line.id]), ResourceUID=str(pools[line.pool]))
        _texts(assignment, Finish=when["Finish"], Start=when["Start"])
        _texts(assignment, Units=f"{line.days / _working_days(spans[line.id]):.6f}", Work=_hours(line.days))
    ET.indent(project)
    body: bytes = ET.tostring(project, encoding="utf-8", xml_declaration=True)
    return body


def _tasks(
    project: ET.Element,
    file: RoadmapFile,
    speaker: Speaker,
    planned: Sequence[Line],
    spans: Mapping[str, Span],
) -> dict[str, int]:
    """Write the tasks, each team's below its name; the number of each item's task.

    The item's own name stands as code (WBS): two services may share a name.
    """
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
            lines = teams[pool]
            whole = [spans[line.id] for line in lines]
            span = min(begin for begin, _ in whole), max(end for _, end in whole)
            _texts(task, Name=_short(speaker.message(pool_words(file.view, pool))), Manual="0")
            _texts(task, Type=_FIXED_DURATION, OutlineLevel="1", **_when(span), DurationFormat=_IN_DAYS)
            _texts(task, Work=_hours(sum(line.days for line in lines)), Summary="1")
            continue
        text = criterion_words(file.view, each)
        words = text if isinstance(text, str) else speaker.pick(text)
        name = f"{each.criterion} {words} ({speaker.message(place_words(file.view, each))})"
        when = _when(spans[each.id])
        _texts(task, Name=_short(name), Manual="1", Type=_FIXED_DURATION, WBS=each.id, OutlineLevel="2")
        _texts(task, **when, **{f"Manual{part}": said for part, said in when.items()})
        _texts(task, DurationFormat=_IN_DAYS, Work=_hours(each.days), EffortDriven="0", Summary="0")
        _texts(task, Notes=speaker.message(why(file.view, each)))
        for need in each.needs:
            if need in uids:
                link = ET.SubElement(task, "PredecessorLink")
                _texts(link, PredecessorUID=str(uids[need]), Type=_FINISH_TO_FINISH)
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


def _at_work(span: Span) -> Span:
    """The first and the last Monday to Friday of a span of at least a week."""
    days = [span[0] + dt.timedelta(days=ahead) for ahead in range(3)]
    back = [span[1] - dt.timedelta(days=ago) for ago in range(3)]
    return next(day for day in days if day.weekday() < 5), next(day for day in back if day.weekday() < 5)


def _working_days(span: Span) -> int:
    """How many of its days are Monday to Friday."""
    length = (span[1] - span[0]).days + 1
    return sum((span[0] + dt.timedelta(days=ahead)).weekday() < 5 for ahead in range(length))


def _when(span: Span) -> dict[str, str]:
    begin, end = _at_work(span)
    return {
        "Start": _moment(begin, 8), "Finish": _moment(end, 17), "Duration": _hours(_working_days(span)),
    }  # fmt: skip


def _people(pool: Pool, dates: Sequence[Span | None]) -> float:
    """How many people its person-days are in the quarter that has the most of them."""
    every = [sum(quarter) for quarter in zip(pool.days, *pool.kinds.values(), strict=True)]
    return max(float(days) / _working_days(span) for days, span in zip(every, dates, strict=True) if span)


def _short(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _texts(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = "".join(
            c for c in text if " " <= c < "\ufffe" or c in "\t\n" or c > "\uffff"
        )


def _moment(day: dt.date, hour: int) -> str:
    return f"{day.isoformat()}T{hour:02}:00:00"


def _hours(days: float) -> str:
    minutes = round(days * _HOURS * 60)
    return f"PT{minutes // 60}H{minutes % 60}M0S"
