"""A mistake in a data file, said so that its editor can mend it."""

from typing import Any

from lenmuc.core.errors import Message


class ContentError(Exception):
    """`file`, the line or key where it is wrong, and what to do about it: a sentence with `params`."""

    def __init__(self, file: str, where: str, remedy: str, **params: Any) -> None:
        self.file, self.where, self.message = file, where, Message(remedy, params)
        self.remedy = remedy % params if params else remedy
        super().__init__(f"{file}{', ' + where if where else ''}: {self.remedy}")
