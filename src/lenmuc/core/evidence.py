"""Evidence with a title and dates: what makes it acceptable, which files are taken, when it has expired."""

import datetime as dt
import re
import struct
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from lenmuc.core.errors import N_, Fault, Message, fault
from lenmuc.core.text import clean_line, fold, forbidden

PIECES_LIMIT = 20
TITLE_LIMIT = 300
NAME_LIMIT = 150
SOON = dt.timedelta(days=60)
"""How long before its last day evidence is said to expire soon."""
HEAD = 4096
"""Bytes from the beginning of a file that `kind_fault` reads."""
TAIL = 65_557
"""Bytes from its end: the longest end of a ZIP archive. Source: PKWARE APPNOTE 6.3.10, 4.3.16."""
DIRECTORY_LIMIT = 2 * 1024 * 1024

Standing = Literal["", "later", "soon", "expired"]


class Piece(msgspec.Struct, frozen=True):
    """One piece of evidence. `kind` is link or file; a link has `link`, a file its name, kind, size and hash.

    `expires` is the last day that it is good for; `by` the name of who added it.
    """

    id: int
    kind: str
    title: str
    link: str
    name: str
    media_type: str
    size: int
    sha256: str
    effective: dt.date | None
    expires: dt.date | None
    by: str
    at: dt.datetime

    def standing(self, today: dt.date) -> Standing:
        """expired, soon (to expire), later (not in force so far), or empty when it holds."""
        if self.expires is not None and self.expires < today:
            return "expired"
        if self.effective is not None and self.effective > today:
            return "later"
        return "soon" if self.expires is not None and self.expires - today <= SOON else ""


def worst(pieces: Sequence[Piece], today: dt.date) -> Standing:
    """What to say of several pieces at once: expired before soon, nothing when all hold."""
    found = {piece.standing(today) for piece in pieces}
    return "expired" if "expired" in found else "soon" if "soon" in found else ""


class PieceForm(msgspec.Struct, frozen=True):
    """Evidence as somebody adds it: a link here, or a file beside this. Dates as they were typed.

    `version` is that of the answer as it was seen, 0 where nobody had answered: then `value` is the answer.
    """

    title: str = ""
    link: str = ""
    effective: str = ""
    expires: str = ""
    value: str = ""
    version: int = 0


class Dates(msgspec.Struct, frozen=True):
    """From when evidence is good, and the last day that it is; `None`: not said."""

    effective: dt.date | None = None
    expires: dt.date | None = None


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_HERE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_FIRST_YEAR = 1945  # the oldest decrees that are in force
_LAST_YEAR = 2100


def date_of(text: str) -> dt.date | None:
    """A date written 2026-03-12 or 12/3/2026. Raises `ValueError`; nothing written is no date."""
    text = clean_line(text)
    if not text:
        return None
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _HERE.fullmatch(text):
        day, month, year = found.groups()
    else:
        raise ValueError(text)
    return dt.date(int(year), int(month), int(day))


def dates_of(form: PieceForm, today: dt.date) -> tuple[Dates, list[Fault]]:
    """The two dates of a form, and what is wrong with them."""
    found: dict[str, dt.date | None] = {"effective": None, "expires": None}
    faults: list[Fault] = []
    for field, typed in (("effective", form.effective), ("expires", form.expires)):
        try:
            day = date_of(typed)
        except ValueError:
            faults.append(fault(field, N_("Write the date as day/month/year, such as 31/12/2026.")))
            continue
        if day and not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            text = N_("The year must lie between %(first)s and %(last)s.")
            faults.append(fault(field, text, first=_FIRST_YEAR, last=_LAST_YEAR))
        found[field] = day
    dates = Dates(**found)
    if not faults and dates.expires is not None:
        if dates.effective is not None and dates.expires <= dates.effective:
            faults.append(fault("expires", N_("The last day must come after the first day.")))
        elif dates.expires < today:
            faults.append(fault("expires", N_("This has expired already, so it shows nothing today.")))
    return dates, faults


def title_faults(title: str) -> list[Fault]:
    """What is wrong with a title."""
    bad = forbidden(title)
    if bad:
        text = N_("The text holds a character that cannot be stored: %(char)s.")
        return [fault("title", text, char=bad)]
    if len(title) > TITLE_LIMIT:
        return [fault("title", N_("Shorten the title to %(limit)s characters."), limit=TITLE_LIMIT)]
    return []


# Which files are taken: the ending of the name, and what a download says it is.
KINDS: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
TEXTS = ("txt", "csv")
_MAIN_PART = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
_PICTURES = {
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\0\0\0\0IEND\xaeB`\x82"),
    "jpg": (b"\xff\xd8\xff", b""),
    "jpeg": (b"\xff\xd8\xff", b""),
}
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|\?xml|\?php)", re.I)
_UNSAFE = re.compile(r'[<>:"|?*\\/]')


def ending(name: str) -> str:
    """What stands after the last dot of a name, in small letters."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def clean_name(name: str) -> str:
    """A file name as it is kept: NFC, without folders, controls and what systems refuse."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(c for c in last if not forbidden(c) and c not in "\t\r\n")
    kept = clean_line(_UNSAFE.sub("_", kept)).strip(". ")
    stem, dot, end = kept.rpartition(".")
    return f"{stem[: NAME_LIMIT - len(end) - 1].rstrip('. ')}{dot}{end}" if dot else kept[:NAME_LIMIT]


def plain_name(name: str) -> str:
    """A file name in ASCII for programs that know nothing else: `Quyết định.pdf` as `quyet-dinh.pdf`."""
    stem, _, end = name.rpartition(".")
    words = re.sub(r"[^a-z0-9]+", "-", fold(stem)).strip("-") or "file"
    return f"{words}.{re.sub(r'[^a-z0-9]', '', end.lower())}"


def name_faults(name: str) -> list[Fault]:
    """What is wrong with a cleaned name: it has to end as one of the accepted kinds."""
    if ending(name) in KINDS and name.rpartition(".")[0]:
        return []
    return [
        fault(
            "file",
            N_("Files of this kind are not accepted. Accepted are: %(kinds)s."),
            kinds=", ".join(kind.upper() for kind in KINDS if kind != "jpeg"),
        )
    ]


class Archive(msgspec.Struct, frozen=True):
    """Where the list of contents of a ZIP archive stands in the file, and how long it is."""

    start: int
    size: int


def archive_of(size: int, tail: bytes) -> Archive | None:
    """The archive that ends where the file of `size` bytes ends; `None` when the file is none.

    `tail` are its last `TAIL` bytes.
    """
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return None
    length, start, comment = struct.unpack("<IIH", tail[at + 12 : at + 22])
    if at + 22 + comment != len(tail):
        return None
    return Archive(start, length)


def names_in(directory: bytes) -> list[str] | None:
    """The names in the list of contents of an archive; `None` when the list is damaged."""
    names: list[str] = []
    at = 0
    while at < len(directory):
        if directory[at : at + 4] != b"PK\x01\x02" or at + 46 > len(directory):
            return None
        name, extra, comment = struct.unpack("<HHH", directory[at + 28 : at + 34])
        names.append(directory[at + 46 : at + 46 + name].decode("utf-8", "replace"))
        at += 46 + name + extra + comment
    return names if at == len(directory) else None


def kind_fault(kind: str, size: int, head: bytes, tail: bytes, names: Sequence[str] | None) -> Message | None:
    """Why the content is not what the ending of the name says; `None` when it is.

    `head` and `tail` are the first `HEAD` and last `TAIL` bytes; `names` those in its archive, if it is one.
    Texts are looked at as a whole by `text_fault` beside this.
    """
    other = Message(N_("The content is not that of a %(kind)s file."), {"kind": kind.upper()})
    if kind in _MAIN_PART or kind in ("odt", "ods"):
        return _archive_fault(kind, head, names, other)
    if archive_of(size, tail) is not None:
        return Message(N_("The file is two kinds of file at once. Save it again as one kind."))
    if kind == "pdf":
        return None if head.startswith(b"%PDF-") and b"%%EOF" in tail else other
    if kind in _PICTURES:
        first, last = _PICTURES[kind]
        return None if head.startswith(first) and tail.endswith(last) else other
    if _MARKUP.search(head[:1024]) or head.startswith((b"%PDF-", b"PK\x03\x04", b"\x7fELF", b"MZ", b"#!")):
        return other
    return None


def _archive_fault(kind: str, head: bytes, names: Sequence[str] | None, other: Message) -> Message | None:
    if names is None or not head.startswith(b"PK\x03\x04"):
        return other
    if kind in _MAIN_PART:
        fits = "[Content_Types].xml" in names and _MAIN_PART[kind] in names
    else:
        mimetype = KINDS[kind].encode()
        # OpenDocument 1.3, part 2, 3.3: the first entry says what it is, unpacked and in the clear.
        fits = head[30:38] == b"mimetype" and head[38 : 38 + len(mimetype) + 2] == mimetype + b"PK"
    if not fits:
        return other
    if any(
        name.lower().endswith("vbaproject.bin") or name.startswith(("Basic/", "Scripts/")) for name in names
    ):
        return Message(N_("The file holds macros. Save it without them."))
    return None


def size_fault(limit: int) -> Fault:
    """What to say of a file that is over `limit` bytes."""
    text = N_("The file is larger than %(limit)s MiB. Make it smaller, or give a link to it.")
    return fault("file", text, limit=limit // (1024 * 1024))
