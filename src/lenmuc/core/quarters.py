"""Quarters of a year by their names, such as 2027Q1."""

import datetime as dt
import re

_NAME = re.compile(r"[1-9][0-9]{3}Q[1-4]")


def is_quarter(text: str) -> bool:
    """Whether a text is the name of a quarter."""
    return _NAME.fullmatch(text) is not None


def begin_of(quarter: str) -> dt.date:
    """The first day of a quarter."""
    return dt.date(int(quarter[:4]), int(quarter[5:]) * 3 - 2, 1)


def end_of(quarter: str) -> dt.date:
    """The first day after a quarter."""
    year, number = int(quarter[:4]), int(quarter[5:])
    return dt.date(year + number // 4, number % 4 * 3 + 1, 1)


def last_day(quarter: str) -> dt.date:
    """The last day of a quarter."""
    return end_of(quarter) - dt.timedelta(days=1)


def quarter_of(day: dt.date) -> str:
    """The quarter that a day is in."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def before(quarter: str) -> str:
    """The quarter before."""
    return quarter_of(begin_of(quarter) - dt.timedelta(days=1))


def after(quarter: str) -> str:
    """The quarter after."""
    return quarter_of(end_of(quarter))
