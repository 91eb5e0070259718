"""Assessment rounds: in which state one is, what an agency has done in it, what it is reminded of. Pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Literal

import msgspec

from lenmuc.core.errors import N_, Fault, fault
from lenmuc.core.text import forbidden

State = Literal["planned", "open", "overdue", "closed"]
Notice = Literal["opened", "two_weeks", "three_days"]
TIERS = ("ministry", "province", "commune")
WHOM = ("all", *TIERS, "chosen")
NAME_LIMIT = 200
LONGEST_DAYS = 3 * 366
_DAYS_BEFORE: tuple[tuple[Notice, int], ...] = (("two_weeks", 14), ("three_days", 3))


class Round(msgspec.Struct, frozen=True):
    """A round: from `opens` on, the answers that count in `scheme` are confirmed or given anew, up to `due`.

    `agencies` is how many take part; `closed` and `closed_by` are empty until a planner has closed it.
    """

    id: int
    name: str
    scheme: str
    opens: dt.date
    due: dt.date
    closed: dt.datetime | None
    closed_by: str
    version: int
    by: str
    made: dt.datetime
    agencies: int

    def state(self, today: dt.date) -> State:
        """Planned until it opens, open, overdue after its last day, closed when somebody has closed it."""
        if self.closed is not None:
            return "closed"
        if today < self.opens:
            return "planned"
        return "overdue" if today > self.due else "open"

    def runs(self, today: dt.date) -> bool:
        """Whether answers may be confirmed in it; also after its last day, until it is closed."""
        return self.state(today) in ("open", "overdue")

    def days_left(self, today: dt.date) -> int:
        """Days until its last day; below 0 when that has passed."""
        return (self.due - today).days


class RoundForm(msgspec.Struct, frozen=True):
    """What a planner wishes: `whom` is all, a tier, or chosen, and then `agencies` are the codes."""

    name: str
    scheme: str
    opens: dt.date | None
    due: dt.date | None
    whom: str = "all"
    agencies: tuple[str, ...] = ()


class Progress(msgspec.Struct, frozen=True):
    """How far an agency is. The answers that stood when the round began, and those of them that stand:
    `unseen` are neither confirmed nor changed so far, `confirmed` were left as they are, `changed` were given
    anew. `fresh` answers were given where there was none; `unanswered` criteria have none.
    """

    unseen: int = 0
    confirmed: int = 0
    changed: int = 0
    fresh: int = 0
    unanswered: int = 0

    @property
    def to_look_at(self) -> int:
        """The answers that the round asks about."""
        return self.unseen + self.confirmed + self.changed

    @property
    def looked_at(self) -> int:
        """Those of them that were confirmed or given anew."""
        return self.confirmed + self.changed


class Left(msgspec.Struct, frozen=True):
    """An answer that nobody has confirmed or changed; `service` is empty for the whole agency."""

    service: str
    criterion: str
    version: int


def together(progress: Iterable[Progress]) -> Progress:
    """The sum."""
    rows = tuple(progress)
    return Progress(*(sum(getattr(row, name) for row in rows) for name in Progress.__struct_fields__))


def mark(left: Iterable[Left]) -> str:
    """A short mark of these answers in these versions: another mark, and somebody has changed one of them."""
    said = sorted(f"{one.service} {one.criterion} {one.version}" for one in left)
    return sha256("\n".join(said).encode()).hexdigest()[:16]


def due_notices(opens: dt.date, due: dt.date, today: dt.date) -> tuple[Notice, ...]:
    """The reminders whose day has come, the newest last; of several at once only the last one is worth
    sending. None before the round opens or after its last day.
    """
    if not opens <= today <= due:
        return ()
    return ("opened", *(kind for kind, days in _DAYS_BEFORE if (due - today).days <= days))


def faults_of(form: RoundForm, schemes: Sequence[str], today: dt.date) -> list[Fault]:
    """What is wrong with a new round; empty when it can be made."""
    found = name_faults(form.name)
    if form.scheme not in schemes:
        found.append(fault("scheme", N_("Choose a set of rules from the list.")))
    if form.opens is None:
        found.append(fault("opens", N_("Give the day on which it opens.")))
    elif form.opens < today:
        found.append(fault("opens", N_("It opens today or later.")))
    found += due_faults(form.due, form.opens, today)
    if form.whom not in WHOM:
        found.append(fault("whom", N_("Choose which agencies take part.")))
    if form.whom == "chosen" and not form.agencies:
        found.append(fault("agency", N_("Choose at least one agency.")))
    return found


def name_faults(name: str) -> list[Fault]:
    """What is wrong with the name of a round."""
    bad = forbidden(name)
    if bad:
        text = N_("The text holds a character that cannot be stored: %(char)s.")
        return [fault("name", text, char=bad)]
    if not 1 <= len(name) <= NAME_LIMIT:
        return [fault("name", N_("Give it a name of at most %(limit)s characters."), limit=NAME_LIMIT)]
    return []


def due_faults(due: dt.date | None, opens: dt.date | None, today: dt.date) -> list[Fault]:
    """What is wrong with the last day of a round."""
    if due is None:
        return [fault("due", N_("Give the last day."))]
    first = max(opens, today) if opens else today
    if due <= first:
        return [fault("due", N_("The last day comes after the day on which it opens, and after today."))]
    if opens and (due - opens).days > LONGEST_DAYS:
        return [fault("due", N_("A round takes three years at most."))]
    return []
