"""Targets and tasks of programmes in a briefing: what is wanted, where it stands, what is late."""

from collections import Counter
from collections.abc import Sequence

from lenmuc.core.briefing.state import Aim, Given
from lenmuc.core.errors import N_, Count, Message
from lenmuc.core.papers import Cell, Column, Percent, Section, Table, column
from lenmuc.core.programmes import TargetState, TaskState

TARGETS: dict[TargetState, str] = {
    "late": N_("late"),
    "at_risk": N_("at risk"),
    "unknown": N_("not known"),
    "on_course": N_("on course"),
    "reached": N_("reached"),
}
TASKS: dict[TaskState, str] = {
    "late": N_("late"),
    "returned": N_("returned, to be reported again"),
    "open": N_("not reported yet"),
    "reported": N_("reported, waits to be accepted"),
    "done": N_("done"),
}


def amount(aim: Aim, number: float | None) -> Cell:
    """A value of a target in its unit."""
    if number is None:
        return None
    return Percent(number) if aim.unit == "percent" else round(number)


def wanted(aim: Aim) -> Message:
    """At least 80%."""
    number: Message | Count = Count(round(aim.wanted))
    if aim.unit == "percent":
        number = Message("%(number)s%%", {"number": aim.wanted})
    text = N_("at least %(amount)s") if aim.sense == "at_least" else N_("at most %(amount)s")
    return Message(text, {"amount": number})


def aims_section(aims: Sequence[Aim], here: Message, earlier: Message) -> Section:
    """Targets, what needs somebody first."""
    title = Message(N_("Targets of programmes"))
    if not aims:
        return Section("targets", title, (Message(N_("No programme has set a target.")),))
    order = list(TARGETS)
    counts = Counter(aim.state for aim in aims)
    text = Message(
        N_(
            "Of %(all)s targets %(reached)s are reached, %(course)s on course, %(risk)s at risk and "
            "%(late)s late; how "
            "%(unknown)s stand is not known. What is at risk follows from the approved roadmap, or from the "
            "pace so far."
        ),
        {
            "all": Count(len(aims)),
            "reached": Count(counts["reached"]),
            "course": Count(counts["on_course"]),
            "risk": Count(counts["at_risk"]),
            "late": Count(counts["late"]),
            "unknown": Count(counts["unknown"]),
        },
    )
    table = Table(
        Message(N_("Targets, what needs somebody first")),
        (
            column(N_("Target"), "text", 3.2),
            column(N_("Wanted"), "text", 1.3),
            column(N_("Due by"), "text", 1.2),
            Column(here),
            Column(earlier),
            column(N_("How it stands"), "text", 1.2),
            column(N_("Programme"), "text", 2.0),
        ),
        tuple(
            (
                aim.name, wanted(aim), aim.due, amount(aim, aim.now), amount(aim, aim.before),
                Message(TARGETS[aim.state]), aim.programme,
            )
            for aim in sorted(aims, key=lambda each: (order.index(each.state), each.due))
        ),
    )  # fmt: skip
    return Section("targets", title, (text,), None, (table,))


def tasks_section(tasks: Sequence[Given]) -> Section:
    """Tasks: how many stand how, and each that is not done."""
    title = Message(N_("Tasks of agencies"))
    if not tasks:
        return Section("tasks", title, (Message(N_("No agency has been given a task.")),))
    counts = Counter(task.state for task in tasks)
    text = Message(
        N_(
            "Of %(all)s tasks %(done)s are done, %(reported)s wait to be accepted, %(late)s are late, "
            "%(open)s are open."
        ),
        {
            "all": Count(len(tasks)),
            "done": Count(counts["done"]),
            "reported": Count(counts["reported"]),
            "late": Count(counts["late"]),
            "open": Count(counts["open"] + counts["returned"]),
        },
    )
    order = list(TASKS)
    left = sorted(
        (task for task in tasks if task.state != "done"), key=lambda each: (order.index(each.state), each.due)
    )
    if not left:
        return Section("tasks", title, (text,))
    table = Table(
        Message(N_("Tasks that are not done")),
        (
            column(N_("Task"), "text", 3.2),
            column(N_("Agency"), "text", 2.2),
            column(N_("Due by"), "text", 1.2),
            column(N_("How it stands"), "text", 1.6),
            column(N_("Days late")),
            column(N_("Programme"), "text", 2.0),
        ),
        tuple(
            (each.name, each.agency, each.due, Message(TASKS[each.state]), each.days_late, each.programme)
            for each in left
        ),
        long=len(left) > 40,
    )
    return Section("tasks", title, (text,), None, (table,))
