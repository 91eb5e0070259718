"""The log, on standard error: lines for people, or one JSON object a line for machines."""

import datetime as dt
import json
import logging
import sys
from typing import TextIO


class _Json(logging.Formatter):
    """One object a line; everything beyond ASCII is escaped, so that nothing in it can forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, object] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
            **getattr(record, "request", {}),
        }
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps(said)


class _Plain(logging.Formatter):
    """A line for people. What could end it or hide it is escaped; only a traceback has lines of its own, each
    set in.
    """

    def format(self, record: logging.LogRecord) -> str:
        first, *more = super().format(record).split("\n") if record.exc_info else [super().format(record)]
        return "\n".join([_visible(first), *(f"    {_visible(line)}" for line in more)])


def _visible(text: str) -> str:
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text
    )


def _worth_a_line(record: logging.LogRecord) -> bool:
    """For people: what was refused or failed, not every page that was served."""
    request = getattr(record, "request", None)
    return request is None or request["status"] >= 400


def begin(form: str, to: TextIO | None = None) -> None:
    """From now on log in this form, `plain` or `json`; to standard error unless said otherwise."""
    handler = logging.StreamHandler(to or sys.stderr)
    if form == "json":
        handler.setFormatter(_Json())
    else:
        handler.setFormatter(_Plain("%(asctime)s %(levelname)s %(message)s"))
        handler.addFilter(_worth_a_line)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("lenmuc.requests").setLevel(logging.INFO)
