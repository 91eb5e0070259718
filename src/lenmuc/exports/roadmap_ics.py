"""The milestones of a roadmap as iCalendar (RFC 5545): ends of quarters, and work done for everybody."""

import datetime as dt
import uuid

from icalendar import Calendar, Event

from lenmuc.core.errors import N_
from lenmuc.core.roadmap.sentences import criterion_words
from lenmuc.exports.roadmap import RoadmapFile, Speaker, days_of, name_of, quarters_in_words

_NAMED = 40  # services named in one event; a calendar shows no more anyway


def write_ics(file: RoadmapFile, speaker: Speaker) -> bytes:
    """The bytes of the calendar; the same roadmap and language give the same bytes.

    Quarters that are not of the form 2027Q1 have no dates and so no events.
    """
    view, say = file.view, speaker.gettext
    calendar = Calendar()
    calendar.add("prodid", "-//Len Muc//Roadmap//EN")
    calendar.add("version", "2.0")
    calendar.add("name", file.name)
    calendar.add("x-wr-calname", file.name)
    owner = name_of(view.names.agencies, file.agency, speaker) or say(N_("the whole city"))
    for at, (words, step) in enumerate(zip(quarters_in_words(view, speaker), view.steps, strict=True)):
        days = days_of(step.quarter)
        if days is None:
            continue
        said = say(
            N_("End of %(quarter)s. Work items done: %(items)s. Offerings reaching level 3: %(new)s"),
            quarter=words,
            items=speaker.number(step.items),
            new=speaker.number(step.new_3),
        )
        note = _risen(file, speaker, at)
        calendar.add_component(_event(file, f"quarter {step.quarter}", days[1], said, note))
        for line in view.lines:
            if line.on_platform and line.quarter == at:
                text = criterion_words(view, line)
                done = text if isinstance(text, str) else speaker.pick(text)
                summary = say(N_("Done: %(what)s"), what=done)
                note = say(N_("%(count)s offerings need it."), count=speaker.number(line.serves.offerings))
                calendar.add_component(_event(file, line.id, days[1], summary, note))
    calendar.add("x-wr-caldesc", f"{file.name} – {owner}")
    return bytes(calendar.to_ical())


def _event(file: RoadmapFile, what: str, day: dt.date, summary: str, note: str) -> Event:
    """One day in the calendar. Its id stays the same when the file is taken again, so nothing doubles."""
    event = Event()
    named = f"{file.made.isoformat()} {file.name} {file.view.agency} {what}"
    event.add("uid", f"{uuid.uuid5(uuid.NAMESPACE_OID, named)}@lenmuc")
    event.add("dtstamp", file.made.astimezone(dt.UTC))
    event.add("dtstart", day)
    event.add("dtend", day + dt.timedelta(days=1))
    event.add("summary", summary)
    event.add("description", note)
    event.add("transp", "TRANSPARENT")
    return event


def _risen(file: RoadmapFile, speaker: Speaker, at: int) -> str:
    """The services that reach level 3 in a quarter, by name."""
    view = file.view
    names = [name_of(view.names.services, gain.service, speaker) for gain in view.services if gain.new_3[at]]
    lines = [f"• {name}" for name in names[:_NAMED]]
    if len(names) > _NAMED:
        lines.append(speaker.gettext(N_("and %(number)s more services"), number=len(names) - _NAMED))
    return "\n".join(lines)
