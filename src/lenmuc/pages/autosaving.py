"""What the script that saves as one goes is told: short JSON in the language of the page."""

from typing import Any

import msgspec
from litestar import Request, Response

from lenmuc.actions.answering import Saved
from lenmuc.core.checklists import Scheme
from lenmuc.core.errors import N_, Refused
from lenmuc.web.language import HANOI, Language


class Told(msgspec.Struct, frozen=True):
    """The reply: a sentence for the person, and after saving the version that the next change must name."""

    said: str
    version: int = 0


def told_in_json(request: Request[Any, Any, Any]) -> bool:
    """Whether a script asks, which reads JSON, and not a form that expects a page."""
    return request.headers.get("accept", "") == "application/json"


def _reply(status: int, said: str, version: int = 0) -> Response[Any]:
    return Response(Told(said, version), status_code=status, media_type="application/json")


def told(language: Language, saved: Saved, scheme: Scheme) -> Response[Any]:
    """Saved, when, and the level where it has moved."""
    time = saved.answer.at.astimezone(HANOI).strftime("%H:%M")
    said = language.gettext(N_("Saved %(time)s."), time=time)
    shift = saved.moved.by(scheme)
    if shift.before != shift.after:
        text = N_("The level is now %(after)s; it was %(before)s.")
        said += " " + language.gettext(text, before=shift.before, after=shift.after)
    return _reply(200, said, saved.answer.version)


def told_refused(language: Language, refused: Refused) -> Response[Any]:
    """Not saved, and what to mend."""
    why = " ".join(language.message(fault.message) for fault in refused.faults)
    return _reply(422, f"{language.gettext(N_('Not saved yet.'))} {why}")


def told_conflict(language: Language) -> Response[Any]:
    """Not saved: somebody else was faster."""
    text = N_("Not saved: somebody else has changed this answer since you opened it. Your text is kept.")
    return _reply(409, language.gettext(text))
