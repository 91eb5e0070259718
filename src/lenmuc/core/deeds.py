"""What people do that the audit log keeps: every kind of deed by its name, and what one has changed."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Action = Literal[
    "answer",
    "evidence added",
    "evidence withdrawn",
    "not applicable accepted",
    "not applicable declined",
    "batch",
    "batch undone",
    "comment",
    "comment withdrawn",
    "assignment",
    "correction accepted",
    "correction refused",
    "correction withdrawn",
    "correction answered",
    "review submitted",
    "review withdrawn",
    "review returned",
    "review verified",
    "roadmap",
    "publish",
    "withdraw",
    "scenario",
    "estimate",
    "work reported",
    "approve",
    "cancel",
    "briefing frozen",
    "briefing corrected",
    "briefing published",
    "briefing withdrawn",
    "programme",
    "programme published",
    "programme taken back",
    "target",
    "target withdrawn",
    "task",
    "task withdrawn",
    "task reported",
    "task accepted",
    "task returned",
    "check",
    "stop check",
    "sign-in",
    "sign-out",
    "sign-in failed",
    "sign-in code wrong",
    "password changed",
    "password renewed",
    "session ended",
    "other sessions ended",
    "second factor on",
    "second factor off",
    "recovery codes renewed",
    "person created",
    "person changed",
    "person deactivated",
    "person reactivated",
    "password reset",
    "second factor reset",
    "provider linked",
    "provider unlinked",
    "test mail asked for",
    "import sent",
    "import dropped",
    "inspection planned",
    "inspection visit",
    "inspection finding",
    "import",
    "indices brought in",
    "counts brought in",
    "round made",
    "round changed",
    "round closed",
    "round confirmed",
    "audit verified",
    "audit broken",
    "figures checked",
    "figures differ",
    "backup made",
    "backup checked",
    "backup damaged",
]
# What every entry says elsewhere, or what only the program needs.
_BESIDE = frozenset(
    {"id", "service", "agency", "criterion", "version", "at", "by", "submitted_by", "demo", "here"}
)
_INSIDE = ("review", "verdict")  # two Structs in one value


class Difference(msgspec.Struct, frozen=True):
    """One field that a deed has changed; `None` where there was or is nothing."""

    field: str
    was: Any
    became: Any


def _fields(value: Any) -> dict[str, Any]:
    """The fields of what an entry keeps, without those that say nothing."""
    if not isinstance(value, Mapping):
        return {} if value is None else {"": value}
    found: dict[str, Any] = {}
    for name, each in value.items():
        if name in _INSIDE and isinstance(each, Mapping):
            found |= _fields(each)
        elif each not in (None, "", [], {}):
            found[name] = each
    return found


def differences(before: Any, after: Any, keep: frozenset[str] = frozenset()) -> tuple[Difference, ...]:
    """What differs between two values of the log, field by field, in the order in which they were written.

    `keep` names fields that count although entries say them elsewhere, such as the agency of a person.
    """
    was, became = _fields(before), _fields(after)
    hidden = _BESIDE - keep
    names = [name for name in dict.fromkeys((*was, *became)) if name not in hidden]
    gone = isinstance(after, Mapping) or before is None
    return tuple(
        Difference(name, was.get(name), became.get(name))
        for name in names
        if was.get(name) != became.get(name) and (gone or name in was)
    )
