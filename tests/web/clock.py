"""A clock that a test moves: what the program reads, while the database goes on in its own time."""

import datetime as dt
from typing import Any

import pytest

REAL = dt.datetime


class Clock:
    """How far the clock of the program is ahead."""

    def __init__(self) -> None:
        self.ahead = dt.timedelta()


def move(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """From now on `datetime.now` shows what this clock shows. Whatever it gives are ordinary moments."""
    clock = Clock()

    class Kind(type):
        def __instancecheck__(cls, one: Any) -> bool:
            return isinstance(one, REAL)

    class Moved(REAL, metaclass=Kind):
        def __new__(cls, *parts: Any, **named: Any) -> Any:
            return REAL(*parts, **named)

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return (REAL.now(dt.UTC) + clock.ahead).astimezone(tz)

    monkeypatch.setattr(dt, "datetime", Moved)
    return clock
