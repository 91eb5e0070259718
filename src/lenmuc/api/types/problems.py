"""What a failure says in the public contract."""

from typing import Annotated

import msgspec
from msgspec import Meta


class WrongOut(msgspec.Struct, frozen=True):
    """One thing wrong with one field."""

    field: Annotated[str, Meta(description="The parameter or the field of the body.")]
    detail: Annotated[str, Meta(description="What is wrong and what to do.")]


class ProblemOut(msgspec.Struct, frozen=True):
    """What went wrong, as problem+json (RFC 9457), in the language of Accept-Language."""

    title: Annotated[str, Meta(description="The kind of failure.")]
    status: Annotated[int, Meta(description="The HTTP status.")]
    detail: Annotated[str, Meta(description="What happened.")]
    request_id: Annotated[str, Meta(description="Name it when you report the failure.")]
    errors: Annotated[tuple[WrongOut, ...], Meta(description="Absent unless fields are wrong.")] = ()
