"""What can go wrong, as the user will read it: a sentence with parameters, and the field it is about."""

from typing import Any

import msgspec


def N_(text: str) -> str:
    """Mark an English source sentence for translation where it is written, not where it is shown."""
    return text


class Count(msgspec.Struct, frozen=True):
    """A number of things inside a sentence: grouped from four digits on, which a year is not."""

    number: int


class Message(msgspec.Struct, frozen=True):
    """A sentence to translate: English source text with `%(name)s` places, and their values."""

    text: str
    params: dict[str, Any] = {}


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong with one field of what somebody sent."""

    field: str
    message: Message


class LenMucError(Exception):
    """A failure that the person can be told about. `message` says what happened and what to do."""

    def __init__(self, text: str, **params: Any) -> None:
        self.message = Message(text, params)
        super().__init__(text % params if params else text)


class NotFound(LenMucError):
    """There is no such thing, or it is not yours to see: the two are answered alike."""


class NotAllowed(LenMucError):
    """The person is known, and may not do this."""


class SignInNeeded(LenMucError):
    """Nobody is signed in, and this needs somebody."""


class Conflict(LenMucError):
    """Somebody else changed it since it was read."""


class TooLarge(LenMucError):
    """More was sent than is accepted; the text says how much that is."""


class Busy(LenMucError):
    """Too much at once; try again in a moment."""


class Impossible(LenMucError):
    """A plan that cannot be. `causes`: what stands against each other, in sentences of their own."""

    def __init__(self, text: str, causes: tuple[Message, ...] = (), **params: Any) -> None:
        super().__init__(text, **params)
        self.causes = causes


class Refused(LenMucError):
    """What was sent breaks a rule. `faults` says which field and what to do; nothing was written."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(
            N_("What was sent cannot be accepted. Mend the fields named below and send it again.")
        )
        self.faults = faults


def fault(field: str, text: str, **params: Any) -> Fault:
    """A `Fault` in one call."""
    return Fault(field, Message(text, params))
