"""What the part of a page that adds and withdraws evidence shows."""

import msgspec

from lenmuc.core.evidence import KINDS, PieceForm

# Fields of the form. Their ids differ from their names: the form of the answer has some of the same.
FIELDS = ("title", "link", "file", "effective", "expires", "value", "pieces")


class Adding(msgspec.Struct, frozen=True):
    """What `templates/parts/evidence.html` shows beside the evidence; `errors` are (field, sentence) pairs.

    `done` is added or withdrawn when that has just happened.
    """

    typed: PieceForm = PieceForm()
    errors: tuple[tuple[str, str], ...] = ()
    done: str = ""

    @property
    def accept(self) -> str:
        """The endings of files that a browser offers."""
        return ",".join(f".{kind}" for kind in KINDS)

    @property
    def kinds(self) -> str:
        """The kinds of files that are taken, for people."""
        return ", ".join(kind.upper() for kind in KINDS if kind != "jpeg")


def field_id(field: str) -> str:
    """The id on the page of a field of the form that adds evidence; empty for what is no field of it."""
    return f"evidence-{field}" if field in FIELDS else ""


def said(errors: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The errors as the page names them."""
    return tuple((field_id(field), sentence) for field, sentence in errors)
