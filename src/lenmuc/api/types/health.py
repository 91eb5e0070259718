"""The state of the program in the public contract."""

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class AliveOut(msgspec.Struct, frozen=True):
    """The program runs."""

    status: Annotated[Literal["ok"], Meta(description="Always ok.")]


class ReadyOut(msgspec.Struct, frozen=True):
    """The program can answer."""

    status: Annotated[Literal["ready"], Meta(description="Always ready.")]
    place: Annotated[str, Meta(description="The place whose catalogue is loaded.")]
    loaded: Annotated[dt.datetime, Meta(description="When it was loaded.")]
