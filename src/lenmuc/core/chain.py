"""The chain of the audit log: each hash covers an entry and the hash before it, so that any change shows."""

import hashlib
from typing import Literal

import msgspec

START = hashlib.sha256("Lên Mức".encode()).digest()
_KEPT = 100  # broken links that are compared with each other, to tell a new order from a change

What = Literal["changed", "missing", "moved", "lost", "cut", "beside", "head", "unknown head"]


class Link(msgspec.Struct, frozen=True):
    """One link: its place, counted from 1, the number of its entry, its hash, and what the entry holds.

    `text` is `None` when there is no such entry any more.
    """

    place: int
    entry: int
    hash: bytes
    text: str | None


class Head(msgspec.Struct, frozen=True):
    """Where the log says that its chain ends. `last` is the highest place that has a link."""

    place: int
    hash: bytes
    last: int


class Break(msgspec.Struct, frozen=True):
    """One thing that is wrong, at this place of the chain; `entry` is 0 when it is not known.

    changed: the entry or its hash is another than was written; missing: the entry is gone; moved: it stands
    where another was written; lost: link and entry are gone; cut: the end is gone; beside: an entry has no
    link; head: the end is not the one that the log names; unknown head: a noted end is not in the chain.
    """

    what: What
    place: int
    entry: int = 0


class Verified(msgspec.Struct, frozen=True):
    """What a walk along the chain found: `intact` links of `links`, and what is wrong, the first first."""

    links: int
    intact: int
    head: bytes
    first: Break | None = None


def link_hash(before: bytes, entry: int, text: str) -> bytes:
    """The hash of a link: over the hash before it and the entry."""
    return hashlib.sha256(before + f"{entry}:{text}".encode()).digest()


class _Odd(msgspec.Struct, frozen=True):
    """A link that does not fit, with the hash that stands before it."""

    before: bytes
    link: Link


class Walk:
    """Walks along a chain link by link, in the order of their places; `end` says what was found."""

    def __init__(self, noted: bytes = b"") -> None:
        """`noted` is a head that somebody wrote down earlier; empty when there is none."""
        self._noted = noted
        self._met = noted in (b"", START)
        self._before = START
        self._place = 0
        self._links = self._intact = 0
        self._first: Break | None = None
        self._odd: list[_Odd] = []

    def _broken(self, what: What, place: int, entry: int = 0) -> None:
        self._first = self._first or Break(what, place, entry)

    def step(self, link: Link) -> None:
        """Look at the next link."""
        if link.place != self._place + 1:
            self._broken("lost", self._place + 1)
        self._links += 1
        if link.text is None:
            self._broken("missing", link.place, link.entry)
        elif link_hash(self._before, link.entry, link.text) == link.hash:
            self._intact += 1
        else:
            # After a lost link the next one cannot fit; that is no second fault.
            self._broken("changed", link.place, link.entry)
            if len(self._odd) < _KEPT:
                self._odd.append(_Odd(self._before, link))
        self._met = self._met or link.hash == self._noted
        self._before, self._place = link.hash, link.place

    def _moved(self) -> bool:
        """Does the first link that does not fit hold what was written at the place of another one?"""
        first = self._odd[0]
        entries = {first.link.entry} | {odd.link.entry for odd in self._odd}
        texts = [odd.link.text or "" for odd in self._odd]
        befores = {odd.before for odd in self._odd} | {odd.link.hash for odd in self._odd}
        here = any(
            link_hash(first.before, entry, text) == first.link.hash
            for entry in (first.link.entry, *entries)
            for text in texts
        )
        return here or any(
            link_hash(before, first.link.entry, first.link.text or "") == first.link.hash
            for before in befores
        )

    def end(self, head: Head, beside: int = 0, first_beside: int = 0) -> Verified:
        """What was found. `beside` entries have no link, the first of them is `first_beside`."""
        if head.last < head.place:
            self._broken("cut", head.last + 1)
        if beside:
            self._broken("beside", self._place + 1, first_beside)
        if (head.place, head.hash) != (self._place, self._before):
            self._broken("head", self._place)
        if not self._met:
            self._broken("unknown head", self._place)
        first = self._first
        if first and first.what == "changed" and self._moved():
            first = msgspec.structs.replace(first, what="moved")
        return Verified(self._links, self._intact, self._before, first)
